"""How the bot says no."""


class Refused(Exception):
    """The one exception whose text users see."""
