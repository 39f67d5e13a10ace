"""What a command says when it cannot do what was asked."""


class UsageError(Exception):
    """One sentence with place and cure; the command ends with exit code 2."""
