"""What Discord says to us, and what we answer."""
