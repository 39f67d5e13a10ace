"""What became of a message for each recipient, in one word each for what was told and for what was done."""

from collections import defaultdict
from typing import Final, NamedTuple

from ingest.engine.event import DONE, TOLD, Flag, Kind
from ingest.engine.findings.verdict_drift import NO_SCANNER, number_of
from ingest.engine.records import Record, Tables
from ingest.engine.truth import Truth

_HISTORY: Final = int(Kind.HISTORY)
# Of several things that were done the first of these is what counts; a delivery is told by its own rules (`truth`).
_BY_WEIGHT: Final = tuple(
    map(DONE.index, ("quarantined", "discarded", "bounced", "expanded", "handed_over", "deferred", "queued"))
)
_DEFERRED: Final = TOLD.index("deferred")


class Cell(NamedTuple):
    """What one message is counted under. None where the lines do not say, or where it was not asked for.

    ``verdict`` is the classifier's name (or the word of the log), ``verdict_code`` its number where that is known.
    """

    told: str | None
    done: str | None
    verdict: str | None
    verdict_code: str | None
    policy: str | None


def cells_of(truth: Truth, tables: Tables, policies: dict[tuple[str, ...], str]) -> set[Cell]:
    """The cells of a message: one for each way it went for a recipient. ``policies`` are by a line's recipients."""
    told: dict[str, set[int]] = defaultdict(set)
    done: dict[str, set[int]] = defaultdict(set)
    verdicts: dict[str, tuple[int, str, str | None]] = {}  # the earliest, in whatever order the lines stand
    names = tables.recipients.values
    for record in truth.records:
        for recipient in _concerned(truth, record, names):
            told[recipient].add(record.told)
            done[recipient].add(record.done)
            if record.kind == _HISTORY:
                one = (record.stamp, *verdict_of(*tables.verdicts.values[record.verdict]))
                verdicts[recipient] = min(verdicts.get(recipient, one), one, key=_early)
    by_recipient = {recipient: policy for recipients, policy in policies.items() for recipient in recipients}
    cells = set()
    for recipient in truth.originals:
        name, code = verdicts[recipient][1:] if recipient in verdicts else (None, None)
        policy = by_recipient.get(recipient)
        outcome = _told(truth, recipient, told[recipient]), _done(truth, recipient, done[recipient])
        cells.add(Cell(*outcome, name, code, policy))
    return cells


def _early(verdict: tuple[int, str, str | None]) -> tuple[int, str, str]:
    return verdict[0], verdict[1], verdict[2] or ""


def verdict_of(verdict: str | None, code: str | None) -> tuple[str, str | None]:
    """A verdict as it is compared: by its number, however a version names it."""
    number = number_of(verdict, code)
    return (NO_SCANNER, None) if number == NO_SCANNER else (verdict or "", number)


def _concerned(truth: Truth, record: Record, names: list[tuple[str, ...]]) -> tuple[str, ...] | set[str]:
    return truth.originals if record.flags & Flag.EVERYBODY else names[record.recipients]


def _told(truth: Truth, recipient: str, words: set[int]) -> str | None:
    if truth.refusals(recipient):
        return "refused"
    if _DEFERRED in words:
        return "deferred"
    return "accepted" if truth.acceptances(recipient) else None


def _done(truth: Truth, recipient: str, words: set[int]) -> str | None:
    if truth.deliveries(recipient) or truth.status.get(recipient):
        return "delivered"
    return next((DONE[word] for word in _BY_WEIGHT if word in words), None)
