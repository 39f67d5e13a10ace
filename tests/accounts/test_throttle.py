"""Guessing passwords is slow, for every address alike, and even while the shared cache is away."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.core.cache.backends.redis import RedisCache

from accounts import throttle
from accounts.throttle import TRIES, begin_attempt


@pytest.fixture(autouse=True)
def empty() -> Iterator[None]:
    """Count from nothing."""
    cache.clear()
    throttle._here.clear()
    yield
    cache.clear()
    throttle._here.clear()


def numbers(email: str, place: str, tries: int) -> list[bool]:
    """Try so often, and return which tries were allowed."""
    return [begin_attempt(email=email, place=place).allowed for _ in range(tries)]


def test_after_five_tries_one_waits() -> None:
    assert numbers("alice@example.jp", "192.0.2.1", 7) == [True] * TRIES + [False] * 2


def test_an_address_is_one_whatever_its_case() -> None:
    numbers("alice@example.jp", "192.0.2.1", 5)
    assert numbers(" ALICE@example.jp", "192.0.2.1", 1) == [False]


def test_others_do_not_wait_for_it() -> None:
    numbers("alice@example.jp", "192.0.2.1", 6)
    assert numbers("bob@example.jp", "192.0.2.1", 1) == numbers("alice@example.jp", "192.0.2.2", 1) == [True]


def test_the_right_password_forgives() -> None:
    numbers("alice@example.jp", "192.0.2.1", 4)
    begin_attempt(email="alice@example.jp", place="192.0.2.1").forgive()
    assert begin_attempt(email="alice@example.jp", place="192.0.2.1").left == 4


def test_without_the_shared_cache_each_process_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    away = RedisCache("unix:///nowhere/valkey.sock", {})
    monkeypatch.setattr(throttle, "cache", away)
    assert numbers("alice@example.jp", "192.0.2.1", 7) == [True] * TRIES + [False] * 2
    attempt = begin_attempt(email="bob@example.jp", place="192.0.2.1")
    attempt.forgive()
    assert begin_attempt(email="bob@example.jp", place="192.0.2.1").number == 1
