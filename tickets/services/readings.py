"""Recording what was read of a piece of evidence: exactly one complete result each."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from tickets.models import CustodyAction, EntryKind, Evidence, Reading, ReadingState
from tickets.services.custody import record_custody
from tickets.services.entries import add_machine_entry

UNREAD = (ReadingState.HELD, ReadingState.TAKEN_OUT)


def record_reading(
    *, evidence: Evidence, state: str, reason: str, files: Sequence[dict[str, Any]] = (), rule_set: str = ""
) -> Reading:
    """Write the result of a reading, replacing an older one. A result that is the same again changes nothing."""
    times = sorted(time for file in files for time in (file["first_time"], file["last_time"]) if time)
    values: dict[str, Any] = {
        "state": state,
        "reason": reason,
        "lines": sum(file["lines"] for file in files),
        "unread_lines": sum(file["unread_lines"] for file in files),
        "first_time": times[0] if times else "",
        "last_time": times[-1] if times else "",
        "files": list(files),
        "rule_set": rule_set,
    }
    known = Reading.objects.filter(evidence=evidence).first()
    if known is not None and all(getattr(known, name) == value for name, value in values.items()):
        return known
    reading, _ = Reading.objects.update_or_create(evidence=evidence, defaults=values | {"read_at": timezone.now()})
    _tell(evidence, reading, again=known is not None and known.state not in UNREAD)
    return reading


def hold_readings(*, pieces: Sequence[Evidence], reason: str) -> None:
    """Say of new pieces that they are not read until a person asks for it, and why."""
    now = timezone.now()
    Reading.objects.bulk_create(
        [Reading(evidence=piece, state=ReadingState.HELD, reason=reason, read_at=now) for piece in pieces]
    )


def leave_out(*, pieces: Sequence[Evidence], why: str) -> None:
    """Let no held piece wait for a reading any more, since the mail that it came with was taken out of the case."""
    reason = f"The mail it came with was taken out of the case: {why}"
    held = Reading.objects.filter(evidence__in=pieces, evidence__job=None, state=ReadingState.HELD)
    held.update(state=ReadingState.TAKEN_OUT, reason=reason, read_at=timezone.now())


def hold_again(*, pieces: Sequence[Evidence], reason: str) -> None:
    """Let pieces that were left out wait again: a mail that they came with is in the case once more."""
    left_out = Reading.objects.filter(evidence__in=pieces, evidence__job=None, state=ReadingState.TAKEN_OUT)
    left_out.update(state=ReadingState.HELD, reason=reason, read_at=timezone.now())


def _tell(evidence: Evidence, reading: Reading, *, again: bool) -> None:
    """Note the reading in the custody log and in the timeline."""
    record_custody(
        evidence=evidence,
        actor=None,
        action=CustodyAction.READ,
        details={
            "state": reading.state,
            "lines": reading.lines,
            "unread_lines": reading.unread_lines,
            "rule_set": reading.rule_set,
        },
    )
    words = {
        ReadingState.READ: f"read: {reading.lines:,} lines",
        ReadingState.PARTLY: f"read in part: {reading.reason}",
        ReadingState.NOT_A_LOG: f"kept, but not read as a log, and so not judged: {reading.reason}",
        ReadingState.HELD: f"kept, and not read yet: {reading.reason}",
        ReadingState.FAILED: f"could not be read, and so is not judged: {reading.reason}",
    }
    add_machine_entry(
        case=evidence.case,
        kind=EntryKind.EVIDENCE,
        happened_at=reading.read_at,
        text=f"{evidence.name} {'read again; ' if again else ''}{words[ReadingState(reading.state)]}",
        key=f"reading:{evidence.public_id}:{reading.read_at.isoformat()}",
        evidence=evidence,
    )
