"""What is known of a device's configuration: facts by path."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

Scalar = str | int | float | bool
Value = Scalar | tuple[Scalar, ...]
MOST_FACTS: Final = 500
PATH_LENGTH: Final = 200
VALUE_LENGTH: Final = 1000
# What people write where they do not know: it must never decide.
NOT_KNOWN: Final = frozenset({"", "-", "–", "?", "??", "???", "unknown", "not known", "n/a", "不明", "未確認", "？"})


@dataclass(frozen=True, slots=True)
class Facts:
    """``values`` by path. ``full`` is whether a path that is absent is known not to be set, rather than missing.

    ``unsure`` are paths of which somebody said that their value is not known: never absent.
    """

    values: Mapping[str, Value] = field(default_factory=dict)
    full: bool = False
    unsure: frozenset[str] = frozenset()


def read_facts(data: object) -> Facts:
    """Facts from JSON: ``{path: value}``. Raises `ValueError` that names the path at fault."""
    if not isinstance(data, dict):
        raise ValueError('facts are an object of paths and values: {"antispam.settings.x": "y"}')
    if len(data) > MOST_FACTS:
        raise ValueError(f"more than {MOST_FACTS} facts")
    values = {_path(path): _value(path, raw) for path, raw in data.items()}
    unsure = frozenset(path for path, value in values.items() if value is None)
    return Facts({path: value for path, value in values.items() if value is not None}, unsure=unsure)


def _path(path: object) -> str:
    if not isinstance(path, str) or not path.strip() or len(path) > PATH_LENGTH:
        raise ValueError(f"a path is a text of 1 to {PATH_LENGTH} characters: {str(path)[:40]!r}")
    return path.strip()


def _value(path: str, raw: object) -> Value | None:
    """A value; None (JSON's null, or a word for it, alone or in a list) and an empty list are "not known"."""
    members = raw if isinstance(raw, list) else [raw]
    if not members or any(one is None or (isinstance(one, str) and _is_not_known(one)) for one in members):
        return None
    if isinstance(raw, list):
        if len(raw) > MOST_FACTS:
            raise ValueError(f"{path[:40]!r}: a list of more than {MOST_FACTS} values")
        return tuple(_scalar(path, one) for one in raw)
    return _scalar(path, raw)


def _is_not_known(text: str) -> bool:
    return text.strip().casefold() in NOT_KNOWN


def _scalar(path: str, raw: object) -> Scalar:
    if not isinstance(raw, str | int | float | bool):
        raise ValueError(f"{path[:40]!r}: a value is a text, a number, true, false, or a list of such")
    if isinstance(raw, str) and len(raw) > VALUE_LENGTH:
        raise ValueError(f"{path[:40]!r}: a text of more than {VALUE_LENGTH} characters")
    return raw
