"""What is said of a detector that cannot be used."""


class BrokenDetector(ValueError):
    """A detector that is not used, with one sentence: file, rule, key, and what to do about it."""


def broken(where: str, what: str, cure: str = "") -> BrokenDetector:
    """The error for a place in a file."""
    return BrokenDetector(f"{where}: {what}" + (f": {cure}" if cure else ""))
