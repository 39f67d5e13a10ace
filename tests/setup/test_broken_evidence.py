"""A backup names evidence that is gone or rotten: it must not pass for whole."""

from config.archive import Member
from config.backup import broken_blobs

GOOD, ROTTEN, GONE = "a" * 64, "b" * 64, "c" * 64


def member(name: str, sha256: str) -> Member:
    """Return a member of an archive as it lies in the store."""
    return Member(f"evidence/{name[:2]}/{name[2:]}", 9, sha256)


def test_what_is_gone_and_what_rotted_is_named() -> None:
    members = [member(GOOD, GOOD), member(ROTTEN, "d" * 64)]
    assert broken_blobs([GOOD, ROTTEN, GONE], members) == [f"{GONE} is missing", f"{ROTTEN} no longer has its hash"]


def test_a_whole_store_has_nothing_to_name() -> None:
    assert broken_blobs([GOOD], [member(GOOD, GOOD)]) == []
