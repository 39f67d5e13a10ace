"""What a version is, once it has been read."""

from dataclasses import dataclass
from typing import Final, NamedTuple

SHOWN: Final = 80  # characters of a refused text that an error keeps: it may be megabytes of something else


class VersionError(ValueError):
    """A text that names no version; ``text`` is its beginning, ``reason`` half a sentence for people."""

    def __init__(self, text: str, reason: str) -> None:
        self.text = text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
        self.reason = reason
        super().__init__(self.text, reason)

    def __str__(self) -> str:
        return f"{self.text!r}: {self.reason}"


class Span(NamedTuple):
    """All keys from ``lo`` up to, not including, ``hi``."""

    lo: str
    hi: str


@dataclass(frozen=True, slots=True)
class Version:
    """A version. Keys are compared bytewise (`COLLATE "C"`), and their order is the order of versions."""

    text: str  # as given, stripped
    key: str  # the build is part of it, behind the base
    base: str  # the key without the build: equal for all builds of one number
    release: str  # the key of the base release, hot-fixes cut off: for 10.2.7-h24 that of 10.2.7; else the base
    build: str | None
    hotfix: str | None
    train: str  # the canonical text of its train: "7.2"
    pre: bool  # a pre-release
