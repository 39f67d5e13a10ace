"""What rules give back, and what the registry knows of a rule."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, Literal

from ingest.engine.findings.coverage import Context
from ingest.engine.records import Record
from ingest.engine.truth import Truth

Severity = Literal["info", "low", "medium", "high", "critical"]
SEVERITIES: Final[tuple[Severity, ...]] = ("info", "low", "medium", "high", "critical")
Says = Literal["rejected", "delivered", "verdict", "virus", "notification", "accepted", "tried", "before", "after"]


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule holds for a message and a recipient.

    ``cites`` are the records that decide, each with what it says. ``explained`` names what would explain it
    (``notification``, ``copy``), ``copies`` are other addresses that the message went to. ``summary`` is the sentence
    of a rule about the whole log, which has no message to be summed up.
    """

    rule: str
    severity: Severity
    recipient: str
    cites: tuple[tuple[Record, Says], ...]
    explained: str | None
    copies: tuple[str, ...]
    summary: str | None = None


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a rule cannot judge some messages that it would judge otherwise; ``holds`` says which."""

    reason: str
    holds: Callable[[Truth], bool]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that this engine judges, in the form that it has had since ``date``.

    ``lacks`` answers what is missing without which a message cannot be judged at all, or None; ``doubts`` are reasons
    why a message that was judged may be more than it seems, counted each.
    """

    name: str
    date: str
    find: Callable[[Truth], Iterable[Hit]]
    lacks: Callable[[Truth, Context], str | None]
    doubts: tuple[Doubt, ...]
