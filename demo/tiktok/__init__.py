"""A TikTok of our own: LIVEs that the real TikTokLive client hears over the loopback, and what is played in them."""
