"""What the bot is fast at, beside what it could be."""
