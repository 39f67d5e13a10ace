"""Guessing passwords is slow: after five failures an address from one place waits."""

import hashlib
from dataclasses import dataclass

from django.core.cache import cache

TRIES = 5
WINDOW_SECONDS = 15 * 60


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to log in, counted before the password is looked at, so that rivals at once count too."""

    key: str
    number: int

    @property
    def allowed(self) -> bool:
        """Whether the password may be looked at."""
        return self.number <= TRIES

    @property
    def left(self) -> int:
        """How many tries there are after this one."""
        return max(TRIES - self.number, 0)

    def forgive(self) -> None:
        """Forget the failures: this one was right."""
        cache.delete(self.key)


def begin_attempt(*, email: str, place: str) -> Attempt:
    """Count a try of this address from this place, known or not: both are answered alike."""
    name = hashlib.sha256(f"{email.strip().lower()}\x1f{place}".encode("utf-8", "replace")).hexdigest()
    key = f"log-in:{name}"
    cache.add(key, 0, timeout=WINDOW_SECONDS)
    try:
        return Attempt(key=key, number=cache.incr(key))
    except ValueError:  # the window ended in between
        cache.set(key, 1, timeout=WINDOW_SECONDS)
        return Attempt(key=key, number=1)
