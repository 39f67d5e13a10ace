"""What the compiled reader knows: shapes of lines and words of history lines that the plain reader has read before.

Nothing is known at the beginning. Each line that goes the plain way is looked at once: where the compiled cut agrees
with the plain one, key by key, its shape is kept.
"""

import re
from functools import lru_cache
from typing import Any, Final

import numpy as np

from ingest.engine.event import DONE, TOLD, Event, Flag
from ingest.engine.fast.compiled import Compiled
from ingest.engine.fast.pure import fold, hash_bytes, mix
from ingest.engine.fast.rows import (
    MIX_1,
    MIX_2,
    PLACES,
    SEED,
    SHAPE_EVENT,
    SHAPE_HISTORY,
    SHAPE_OTHER,
    SHAPE_SPAM,
    Known,
    Scanners,
)
from ingest.engine.fortimail.layouts import TRANSPORT
from ingest.engine.fortimail.scanners import SCANNERS
from ingest.engine.fortimail.tokens import Tokens
from ingest.engine.fortimail.trust import unclear_keys
from ingest.engine.records import Tables

MOST: Final = 4096  # of each kind: a hostile file has a new shape and new words on every line
WANTED: Final = (
    *("subtype", "session_id", "device_id", "to", "classifier", "disposition", "delivery_status"),
    *("date", "time"),
)
TYPES: Final = {
    "event": SHAPE_EVENT,
    "statistics": SHAPE_HISTORY,
    "spam": SHAPE_SPAM,
    "kevent": SHAPE_OTHER,
    "encrypt": SHAPE_OTHER,
}


def family_of(key: int, unit: int) -> int:
    """The number of a family: the hash of its transaction with the number of its device."""
    return mix(key ^ mix((unit + SEED) & ((1 << 64) - 1)))


def keys_of(families: Any, units: Any) -> Any:
    """The hashes of transactions, out of the numbers of families with those of their devices: `mix` undone."""
    salts = _mixed(units.astype(np.uint64) + np.uint64(SEED))
    word = families ^ (families >> np.uint64(31)) ^ (families >> np.uint64(62))
    word = word * np.uint64(pow(MIX_2, -1, 1 << 64))
    word = word ^ (word >> np.uint64(27)) ^ (word >> np.uint64(54))
    word = word * np.uint64(pow(MIX_1, -1, 1 << 64))
    word = word ^ (word >> np.uint64(30)) ^ (word >> np.uint64(60))
    return word ^ salts


def _mixed(words: Any) -> Any:
    words = (words ^ (words >> np.uint64(30))) * np.uint64(MIX_1)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(MIX_2)
    return words ^ (words >> np.uint64(31))


def digest_of(compiled: Compiled, tokens: Tokens) -> int:
    """The digest that the compiled reader gives a line that was cut so."""
    keys, values, message = tokens.record
    texts = (values,) if isinstance(values, str) else values
    pairs = [text for pair in zip(keys, texts, strict=True) for text in pair]  # type: ignore[call-overload]
    if isinstance(message, str):
        pairs += ["msg", message]
    return compiled.digest(pairs, has_message=isinstance(message, str))


@lru_cache(maxsize=4096)
def hash_text(text: str) -> int:
    """The hash of a text, as of its bytes in UTF-8."""
    return hash_bytes(text.encode("utf-8", "surrogatepass"))


def _scanners() -> Scanners:
    """The beginnings of spam messages, out of the one table that the plain reader has."""
    rows = []
    for number, scanner in enumerate(SCANNERS, 1):
        text = scanner.begins.removesuffix(r"\b")
        plain = re.match(r"[\w :\-]*", text)[0]  # type: ignore[index]
        whole = plain == text
        rows.append((plain.encode(), whole and text != scanner.begins, number if whole else -1))
    width = max(len(text) for text, _, _ in rows)
    texts = np.zeros((len(rows), width), np.uint8)
    for place, (beginning, _, _) in enumerate(rows):
        texts[place, : len(beginning)] = np.frombuffer(beginning, np.uint8)
    return Scanners(
        texts=texts,
        sizes=np.array([len(text) for text, _, _ in rows], np.int64),
        bound=np.array([bound for _, bound, _ in rows], np.uint8),
        numbers=np.array([number for _, _, number in rows], np.int64),
    )


_SCANNERS: Final = _scanners()


class Learned:
    """Shapes, words, classifiers and devices, each with what the compiled reader is to make of them."""

    def __init__(self, tables: Tables, compiled: Compiled) -> None:
        self._compiled = compiled
        self._tables = tables
        self._shapes: dict[int, tuple[int, list[int], int]] = {}
        self._words: dict[int, int] = {}
        self._classifiers: dict[int, int] = {0: tables.verdicts((None, None))}
        self._devices: dict[int, int] = {}
        self._known: Known | None = None

    @property
    def known(self) -> Known:
        """All that is known, as arrays in order of their hashes."""
        if self._known is None:
            shapes, words = sorted(self._shapes), sorted(self._words)
            classifiers, devices = sorted(self._classifiers), sorted(self._devices)
            rows = [self._shapes[shape] for shape in shapes]
            self._known = Known(
                shapes=np.array(shapes, dtype=np.uint64),
                types=np.array([row[0] for row in rows], dtype=np.int64),
                places=np.array([row[1] for row in rows], dtype=np.int64).reshape(len(rows), PLACES),
                kept=np.array([row[2] for row in rows], dtype=np.uint64),
                words=np.array(words, dtype=np.uint64),
                meanings=np.array([self._words[word] for word in words], dtype=np.int64),
                classifiers=np.array(classifiers, dtype=np.uint64),
                numbers=np.array([self._classifiers[one] for one in classifiers], dtype=np.int64),
                devices=np.array(devices, dtype=np.uint64),
                units=np.array([self._devices[one] for one in devices], dtype=np.int64),
                scanners=_SCANNERS,
            )
        return self._known

    def learn(self, raw: bytes, shape: int, tokens: Tokens, event: Event, unit: int) -> None:
        """Keep what a line teaches: its shape, the words of a history line, its classifier, its device."""
        if event.device:
            self._keep(self._devices, hash_text(event.device), unit)
        wanted = dict(zip(tokens.keys, tokens.values, strict=True))
        if tokens.type == "statistics" and not event.flags & Flag.UNCLEAR:
            words = SEED
            for name in ("subtype", "disposition", "delivery_status"):
                words = fold(words, hash_text(wanted.get(name, "")))
            told, done = TOLD.index(event.told), DONE.index(event.done)
            self._keep(self._words, words, event.kind | told << 8 | done << 16 | event.flags << 24)
            number = self._tables.verdicts((event.verdict, event.verdict_code))
            self._keep(self._classifiers, hash_text(wanted.get("classifier", "")), number)
        if shape and shape not in self._shapes and (row := _row(self._compiled, raw, tokens)):
            self._keep(self._shapes, shape, row)

    def _keep(self, where: dict[int, Any], name: int, value: Any) -> None:
        if name not in where and len(where) < MOST:
            where[name] = value
            self._known = None


def _row(compiled: Compiled, raw: bytes, tokens: Tokens) -> tuple[int, list[int], int] | None:
    """What the compiled reader needs of a shape; None where its cut is another than the plain one."""
    type_ = TYPES.get(tokens.type)
    keys = tokens.keys
    if type_ is None or keys[:2] != ("date", "time") or "tz" in keys or tokens.twice:
        return None
    if tokens.type == "statistics" and unclear_keys(keys):
        return None
    values, said = compiled.cut(raw)
    text = said.decode("utf-8", "replace") if said is not None else None
    if tuple(value.decode("utf-8", "replace") for value in values) != tokens.values or text != tokens.message:
        return None
    places = [keys.index(name) if name in keys else -1 for name in WANTED]
    kept = sum(1 << place for place, key in enumerate(keys) if key not in TRANSPORT)
    return type_, places, kept
