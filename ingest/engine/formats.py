"""The formats this engine reads: an explicit list, and detection by content with a score and a reason.

A format is listed with sample lines that it must read; one that cannot stops the start (`BrokenFormat`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from ingest.engine.event import Event, Unread
from ingest.engine.fortimail.lines import FortiMail


class Format(Protocol):
    """Reads one line at a time; may remember shapes of lines for speed, never anything that changes an answer."""

    @property
    def name(self) -> str:
        """Its name in the registry."""
        ...

    def read(self, text: str) -> Event | Unread:
        """What a line says, or why it cannot be read."""
        ...

    def spans(self, text: str) -> tuple[tuple[int, int], ...]:
        """Where the deciding words stand in a line: ``(start, end)`` each."""
        ...


NO_FORMAT: Final = "no format that this program knows fits it"


class BrokenFormat(Exception):
    """A registered format that does not read its own sample; the message names both."""


class UnknownFormat(ValueError):
    """A name that is not registered; the message lists those that are."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A registered format: how to make a reader of it, and a line that it must read."""

    make: Callable[[], Format]
    sample: str


@dataclass(frozen=True, slots=True)
class Match:
    """How well a format fits some lines: the share of them that it reads, and the sentence for people."""

    name: str
    score: float
    reason: str


REGISTRY: Final[dict[str, Entry]] = {
    "fortimail": Entry(
        FortiMail,
        "date=2024-01-05 time=08:00:00.001 device_id=FE000000000001 log_id=0003000001 type=event subtype=smtp "
        'pri=information user=mail ui=mail action=NONE status=N/A session_id="405800ab000001-405800ac000001" '
        'msg="from=<a@example.com>, size=1, class=0, nrcpts=1, msgid=<1@example.com>, proto=ESMTP, relay=[192.0.2.1]"',
    ),
}


def check_registry(registry: dict[str, Entry]) -> None:
    """Read every sample; raises `BrokenFormat` at the first that its format does not read."""
    for name, entry in registry.items():
        answer = entry.make().read(entry.sample)
        if isinstance(answer, Unread):
            raise BrokenFormat(f"format {name}: its sample line is not read: {answer.reason}")


def make_format(name: str) -> Format:
    """A reader of a format; raises `UnknownFormat`."""
    if name not in REGISTRY:
        raise UnknownFormat(f"no format is called “{name}”: choose one of {', '.join(sorted(REGISTRY))}")
    return REGISTRY[name].make()


def detect(lines: Sequence[str]) -> list[Match]:
    """How well every format fits the lines, best first; formats that read none of them are left out."""
    matches = []
    for name, entry in REGISTRY.items():
        read = entry.make().read
        fitting = sum(not isinstance(read(line), Unread) for line in lines)
        if fitting:
            reason = f"{fitting} of {len(lines)} lines read as {name}"
            matches.append(Match(name, fitting / len(lines), reason))
    return sorted(matches, key=lambda match: (-match.score, match.name))


def misfit(text: str) -> str:
    """Why a line fits no format: what each says of it."""
    answers = ((name, entry.make().read(text)) for name, entry in REGISTRY.items())
    reasons = "; ".join(f"{name}: {answer.reason}" for name, answer in answers if isinstance(answer, Unread))
    return f"{NO_FORMAT} ({reasons})" if reasons else NO_FORMAT


check_registry(REGISTRY)
