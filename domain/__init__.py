"""The rules of the show, as plain data and functions."""
