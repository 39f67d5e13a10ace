"""Typed reading of the environment: a bad value stops the start with the variable's name, never later."""

import os
import re
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

_TRUE = {"1", "true", "yes", "on"}
_FALSE = {"0", "false", "no", "off", ""}


def env_str(name: str, default: str = "") -> str:
    """Return the variable `name`, or `default` where it is not set."""
    return os.environ.get(name, default)


def env_bool(name: str, *, default: bool) -> bool:
    """Return `name` as a truth value; any word but 1/true/yes/on and 0/false/no/off is refused."""
    raw = os.environ.get(name)
    if raw is None:
        return default
    word = raw.strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise ImproperlyConfigured(f"{name}={raw!r} is neither true nor false: write 1 or 0.")


def env_int(name: str, default: int, *, least: int = 0) -> int:
    """Return `name` as a whole number of at least `least`."""
    raw = os.environ.get(name)
    if raw is None:
        return default
    try:
        number = int(raw)
    except ValueError:
        raise ImproperlyConfigured(f"{name}={raw!r} is not a whole number.") from None
    if number < least:
        raise ImproperlyConfigured(f"{name}={number} is below {least}.")
    return number


def env_hours(name: str, default: str) -> tuple[int, int]:
    """Return opening hours like `09:00-18:00` as minutes of the day; `00:00-24:00` is all day."""
    raw = os.environ.get(name, default)
    match = re.fullmatch(r"(\d\d):([0-5]\d)-(\d\d):([0-5]\d)", raw.strip())
    hours = [int(part) for part in match.groups()] if match else [0, 0, 0, 0]
    opens, closes = hours[0] * 60 + hours[1], hours[2] * 60 + hours[3]
    if not opens < closes <= 24 * 60:
        raise ImproperlyConfigured(f"{name}={raw!r} is no opening hours: write them like 09:00-18:00.")
    return opens, closes


def env_list(name: str, default: str = "") -> list[str]:
    """Return `name` cut at commas, without empty parts."""
    return [part.strip() for part in os.environ.get(name, default).split(",") if part.strip()]


def env_secret(name: str) -> str:
    """Return the secret `name`, or the contents of the file that `name`_FILE names (the way of containers)."""
    path = os.environ.get(f"{name}_FILE")
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE={path!r} cannot be read: {error.strerror}.") from error
    return os.environ.get(name, "")
