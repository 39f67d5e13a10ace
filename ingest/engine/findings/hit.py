"""What rules give back, and what the registry knows of a rule."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, Literal

from ingest.engine.records import Record
from ingest.engine.truth import Truth

Severity = Literal["info", "low", "medium", "high", "critical"]
SEVERITIES: Final[tuple[Severity, ...]] = ("info", "low", "medium", "high", "critical")
Says = Literal["rejected", "delivered", "verdict", "virus", "notification"]


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule holds for a message and a recipient.

    ``cites`` are the records that decide, each with what it says. ``explained`` names what would explain it
    (``notification``, ``copy``), ``copies`` are other addresses that the message went to.
    """

    rule: str
    severity: Severity
    recipient: str
    cites: tuple[tuple[Record, Says], ...]
    explained: str | None
    copies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a rule cannot judge some messages that it would judge otherwise; ``holds`` says which."""

    reason: str
    holds: Callable[[Truth], bool]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that this engine judges.

    ``lacks`` answers which lines are missing without which a message cannot be judged at all, or None; ``doubts`` are
    reasons why a message that was judged may be more than it seems, counted each.
    """

    name: str
    find: Callable[[Truth], Iterable[Hit]]
    lacks: Callable[[Truth], str | None]
    doubts: tuple[Doubt, ...]


@dataclass(frozen=True, slots=True)
class LaterRule:
    """A rule of the contract that this version does not judge, and the reason in full."""

    name: str
    reason: str
