"""Guessing passwords is slow: after five failures an address from one place waits."""

import hashlib
import ipaddress
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.core.cache.backends.base import BaseCache
from django.core.cache.backends.locmem import LocMemCache
from redis.exceptions import RedisError

log = logging.getLogger(__name__)

TRIES = 5
WINDOW_SECONDS = 15 * 60

_here = LocMemCache("log-in", {})  # for when the shared cache is away: nobody is locked out, nobody guesses freely


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
        _here.delete(self.key)
        try:
            cache.delete(self.key)
        except RedisError as error:
            log.warning("the cache is away, the failures of a log-in are forgotten when their time ends: %s", error)


def place_of(headers: Mapping[str, Any]) -> str:
    """Return the address that a request comes from, out of its WSGI environment.

    Behind a proxy that is the last of X-Forwarded-For, the one that the proxy itself wrote: those before it are the
    client's word. What is no address there, or a header that no proxy vouches for, counts as nothing.
    """
    direct = str(headers.get("REMOTE_ADDR", ""))
    if not settings.BEHIND_PROXY:
        return direct
    try:
        return str(ipaddress.ip_address(str(headers.get("HTTP_X_FORWARDED_FOR", "")).rpartition(",")[2].strip()))
    except ValueError:
        return direct


def begin_attempt(*, email: str, place: str) -> Attempt:
    """Count a try of this address from this place, known or not: both are answered alike."""
    name = hashlib.sha256(f"{email.strip().lower()}\x1f{place}".encode("utf-8", "replace")).hexdigest()
    key = f"log-in:{name}"
    try:
        return Attempt(key=key, number=_count(cache, key))
    except RedisError as error:
        log.warning("the cache is away, this process counts log-ins for itself: %s", error)
        return Attempt(key=key, number=_count(_here, key))


def _count(store: BaseCache, key: str) -> int:
    """Count on, and return the number of tries in this window."""
    store.add(key, 0, timeout=WINDOW_SECONDS)
    try:
        return store.incr(key)
    except ValueError:  # the window ended in between
        store.set(key, 1, timeout=WINDOW_SECONDS)
        return 1
