"""Multiranges as sets of keys, read plainly."""

from kb.versions.ranges import Multirange


def contains(ranges: Multirange, key: str) -> bool:
    """Tell whether a key is in a multirange."""
    return any(lo <= key < hi for lo, hi in ranges)
