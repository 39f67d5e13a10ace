"""When a message was sent, as it says itself, and what speaks against it."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
FAR = timedelta(days=1)  # between what the sender says and what the first relay saw

# Doubts: stable words, shown in the reader's language.
MISSING, UNREADABLE, NO_ZONE, FROM_RECEIVED, FROM_ENVELOPE, NOT_AS_RECEIVED, AHEAD = (
    "date-missing", "date-unreadable", "date-without-zone", "date-from-received", "date-from-archive",
    "date-not-as-received", "date-ahead",
)  # fmt: skip
# The same for the timeline, which is in English.
_SAID = {
    MISSING: "the mail bears none",
    UNREADABLE: "what the mail bears cannot be read",
    NO_ZONE: "it names no zone, and was taken for UTC",
    FROM_RECEIVED: "this is when the first relay saw it",
    FROM_ENVELOPE: "this is what the archive says",
    NOT_AS_RECEIVED: "the first relay saw it more than a day apart",
    AHEAD: "it lies after the day on which the mail came here",
}

_ZONE = re.compile(r"[+-]\d{4}(?!\d)|\b(?:GMT|UTC?|Z|[ECMP][SD]T|JST|KST)\b")
_NAMED = {"JST": 9, "KST": 9}


@dataclass(frozen=True, slots=True)
class Sent:
    """When a message was sent, in UTC; None where nothing tells. `raw` is its own field, `doubts` what is unsure."""

    at: datetime | None
    raw: str
    doubts: tuple[str, ...] = ()

    @property
    def day_only(self) -> bool:
        """Whether no more than about the day is known: so it is wherever there is a doubt."""
        return bool(self.doubts)


def said_of(doubts: Collection[str]) -> str:
    """Return in a sentence what is unsure of a message's date; empty where nothing is."""
    if not doubts:
        return ""
    said = [_SAID[doubt] for doubt in doubts if doubt in _SAID]
    if {FROM_RECEIVED, FROM_ENVELOPE}.isdisjoint(doubts) and not {MISSING, UNREADABLE}.isdisjoint(doubts):
        said.append("this is the day on which it came here")
    return f"(The date is not sure: {'; '.join(said)}.)"


def parse(text: str) -> tuple[datetime | None, bool]:
    """Return the time that a date field says, in UTC, and whether it names its zone."""
    zoned = _ZONE.search(text.split("(", 1)[0]) or _ZONE.search(text)
    try:
        parts = parsedate_tz(text)
        if parts is None:
            return None, False
        hours = _NAMED.get(zoned[0]) if zoned else None
        offset = timedelta(hours=hours) if hours is not None else timedelta(seconds=parts[9] or 0)
        year, month, day, hour, minute, second = parts[:6]
        moment = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=timezone(offset)).astimezone(UTC)
    except (ValueError, OverflowError, TypeError, IndexError):
        return None, False
    return (moment, zoned is not None) if EARLIEST <= moment < LATEST else (None, False)


def received_of(values: list[str]) -> datetime | None:
    """Return when the first relay saw the message: the oldest of the Received fields stands last."""
    for value in reversed(values):
        moment, zoned = parse(value.rpartition(";")[2].strip())
        if moment and zoned:
            return moment
    return None


def sent_of(text: str, received: list[str], envelope: str = "") -> Sent:
    """Return when a message was sent: by its own date, else by the first relay, else by the archive's line."""
    moment, zoned = parse(text) if text else (None, False)
    seen = received_of(received)
    if moment is None:
        why = UNREADABLE if text else MISSING
        if seen:
            return Sent(seen, text, (why, FROM_RECEIVED))
        archived, _ = parse(envelope) if envelope else (None, False)
        return Sent(archived, text, (why, FROM_ENVELOPE) if archived else (why,))
    doubts = () if zoned else (NO_ZONE,)
    if seen and abs(seen - moment) > FAR:
        doubts = (*doubts, NOT_AS_RECEIVED)
    return Sent(moment, text, doubts)
