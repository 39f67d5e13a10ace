"""Shapes of lines already cut: the same keys in the same order, matched at once instead of key by key.

A gateway prints each type of line in one order of keys. A shape matches only where no value holds a quote and no bare
value a separator, so that cutting key by key could give no other answer (a test compares the two on hostile lines).
"""

import re
from collections.abc import Callable
from functools import lru_cache
from operator import itemgetter
from typing import Final, NamedTuple

MOST: Final = 8  # shapes kept per kind of line
MOST_KINDS: Final = 64
_ODD: Final = re.compile(r"[\s,\"'=]")
# Put in front or in between by collectors; the event is the same with and without them. The device is compared apart.
TRANSPORT: Final = frozenset({"timestamp", "devname", "devid", "vd", "itime", "eventtime", "tz", "device_id", "logver"})


@lru_cache(maxsize=256)
def record_of(keys: tuple[str, ...]) -> tuple[Callable[[tuple[str, ...]], object], tuple[str, ...]]:
    """A function that takes the values of the record itself out of all values, and the keys that it takes."""
    places = [place for place, key in enumerate(keys) if key not in TRANSPORT]
    if not places:
        return lambda _: (), ()
    return itemgetter(*places), tuple(keys[place] for place in places)


class Cut(NamedTuple):
    """A line cut key by key. A shape is how a value is written: ``"``, ``'``, bare, or ``stored`` (without a key)."""

    keys: tuple[str, ...]
    values: tuple[str, ...]
    shapes: tuple[str, ...]


class Wanted(NamedTuple):
    """The values that meanings are read from, empty where the line has none that can be believed."""

    subtype: str
    session_id: str
    date: str
    time: str
    tz: str
    device_id: str
    sender: str
    to: str
    client_ip: str
    src: str
    classifier: str
    disposition: str
    delivery_status: str


WANTED: Final = tuple("from" if name == "sender" else name for name in Wanted._fields)


@lru_cache(maxsize=1024)
def wanted_of(keys: tuple[str, ...], unclear: tuple[str, ...] = ()) -> Callable[[tuple[str, ...]], tuple[str, ...]]:
    """A function that takes the `Wanted` out of a line's values with one empty value behind them."""
    places = {key: place for place, key in reversed(tuple(enumerate(keys))) if key not in unclear}
    return itemgetter(*(places.get(key, len(keys)) for key in WANTED))


class Layout(NamedTuple):
    """One shape: its keys and the expression that takes their values."""

    keys: tuple[str, ...]
    match: re.Pattern[str]
    type: str
    take: Callable[[tuple[str, ...]], tuple[str, ...]]
    record: Callable[[tuple[str, ...]], object]
    record_keys: tuple[str, ...]


class Layouts:
    """Shapes by the letters behind ``type=``, latest success first."""

    def __init__(self) -> None:
        self._known: dict[str, list[Layout]] = {}

    def match(self, hint: str, text: str, start: int, end: int) -> tuple[Layout, tuple[str, ...]] | None:
        """The shape of a line and its values, where the shape is known."""
        layouts = self._known.get(hint)
        if layouts is None:
            return None
        for place, layout in enumerate(layouts):
            if found := layout.match.fullmatch(text, start, end):
                if place:
                    layouts.insert(0, layouts.pop(place))
                return layout, found.groups()
        return None

    def learn(self, hint: str, section: str, cut: Cut, type_: str) -> None:
        """Remember the shape of a line that was cut key by key, where its values are as plain as a shape demands."""
        keys, values, shapes = cut
        known = self._known.get(hint, [])
        if len(known) >= MOST or (not known and len(self._known) >= MOST_KINDS):
            return  # a hostile file has a new shape on every line, and to learn one costs as much as to read a hundred
        if any('"' in value if shape else _ODD.search(value) for value, shape in zip(values, shapes, strict=True)):
            return
        pattern = _shape(section, keys, shapes)
        if pattern is not None and (compiled := re.compile(pattern)).fullmatch(section):
            known.insert(0, Layout(keys, compiled, type_, wanted_of(keys), *record_of(keys)))
            self._known[hint] = known


def _shape(section: str, keys: tuple[str, ...], shapes: tuple[str, ...]) -> str | None:
    """The expression for a section, with the separators as they stand in it; None where it cannot be one."""
    parts, at = [], 0
    for key, shape in zip(keys, shapes, strict=True):
        if shape == "stored" or (place := section.find(f"{key}=", at)) < 0:
            return None
        gap = section[at:place]
        if gap.strip(" ,"):
            return None
        parts.append(f"{re.escape(gap)}{key}={_value(key, shape, section, place)}")
        at = _end(section, place + len(key) + 1, shape)
    return "".join(parts) + "[ ,]*" if not section[at:].strip(" ,") else None


def _value(key: str, shape: str, section: str, place: int) -> str:
    if key == "type":  # the type is part of the shape
        value = section[place + 5 : _end(section, place + 5, shape)].strip("\"'")
        return f"{shape}({re.escape(value)}){shape}"
    return f'{shape}([^{shape}"]*){shape}' if shape else r"([^ ,\"'=]*)"


def _end(section: str, at: int, shape: str) -> int:
    """Where the value that begins at a place ends, if it is a plain one."""
    if shape:
        return section.find(shape, at + 1) + 1 or len(section)
    while at < len(section) and section[at] not in " ,":
        at += 1
    return at
