"""A user's mistake."""


class UserMistake(Exception):
    """Ends the program with its message and exit status 2."""
