"""Session ids: which transaction a line belongs to, and the UTC clock inside the id.

An id is two sendmail queue ids (8 characters and a 6-digit process number) joined by a hyphen; digits behind them name
a child. The clock in it is read for information only: an id is never refused because its clock is impossible.
"""

import datetime as dt
import re
from functools import lru_cache
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwx"  # sendmail's queue code, 60 letters
_HALVES: Final = re.compile(r"^(?:.*?)([0-9A-Za-x]{8}\d{6})-([0-9A-Za-x]{8}\d{6})(\d*)$", re.ASCII)
_QUEUE_ID: Final = re.compile(r"^[0-9A-Za-x]{8}\d{6}$", re.ASCII)
ID_LENGTH: Final = 128  # the log reference's bound of the field
EPOCH_YEAR: Final = 1900
YEARS: Final = 60


def split_session(session: str) -> tuple[str | None, str | None]:
    """Transaction and child suffix of an id. An id of another form is its own transaction, whole; an empty one none."""
    if not session:
        return None, None
    return _split(session) if len(session) <= ID_LENGTH else (session, None)


@lru_cache(maxsize=8192)
def _split(session: str) -> tuple[str, str | None]:
    found = _HALVES.match(session)
    if found is None:
        return session, None
    return f"{found[1]}-{found[2]}", found[3] or None


def is_queue_id(word: str) -> bool:
    """Whether a word has the form of a unit's own message id."""
    return bool(_QUEUE_ID.match(word))


def id_clock(session: str, near: dt.date) -> dt.datetime | None:
    """The UTC time in the first half of an id, in the turn of 60 years nearest to a day; None where it is no time."""
    key, _ = split_session(session)
    if key is None or not _HALVES.match(key):
        return None
    year, month, day, hour, minute, second = (ALPHABET.index(c) for c in key[:6])
    turns = (EPOCH_YEAR + year + YEARS * turn for turn in range(4))
    try:
        times = [dt.datetime(turn, month + 1, day, hour, minute, second, tzinfo=dt.UTC) for turn in turns]
    except ValueError:
        return None
    return min(times, key=lambda time: abs((time.date() - near).days))
