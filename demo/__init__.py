"""The same bot without Discord: a server in the browser, with people who hand in songs by themselves."""

import logging

# SimCord tries out a client without any rights when it is imported, of which discord.py warns at length.
logging.getLogger("discord").setLevel(logging.ERROR)
