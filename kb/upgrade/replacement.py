"""Whether an issue that replaces another one counts for all that the other one counted for. Plain Python."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from kb.upgrade.check import Kind, Severity, at_least
from kb.upgrade.derivation import Derivation
from kb.versions.ranges import difference


class Lack(StrEnum):
    """In what a replacement counts for less."""

    KIND = "kind"
    SUBJECT = "subject"
    READERS = "readers"
    SEVERITY = "severity"
    CONDITION = "condition"
    AFFECTED = "affected"
    POSSIBLE = "possible"


@dataclass(frozen=True, slots=True)
class Weight:
    """What an issue counts for. ``subject`` is its behaviour and its move; ``readers`` None is everybody."""

    kind: Kind
    subject: tuple[int | None, Any]
    readers: int | None
    severity: Severity
    condition: Any
    known: Derivation


def lack(new: Weight, old: Weight) -> Lack | None:
    """In what ``new`` counts for less than ``old``; None where it can stand in for it in every check.

    Where the old one is there the new one has to be, and where nobody knows it must not be known to be absent.
    """
    less = {
        Lack.KIND: new.kind is not old.kind,
        Lack.SUBJECT: new.subject != old.subject,
        Lack.READERS: new.readers not in (None, old.readers),
        Lack.SEVERITY: not at_least(new.severity, old.severity),
        Lack.CONDITION: new.condition not in (None, old.condition),
        Lack.AFFECTED: bool(difference(old.known.affected, new.known.affected)),
        Lack.POSSIBLE: bool(difference(new.known.unaffected, old.known.unaffected)),
    }
    return next((one for one, is_less in less.items() if is_less), None)
