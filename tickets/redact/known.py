"""Values that we know to name somebody, found in a text in whichever order and writing, by one pass over its words.

A value is a row of words (`tickets.redact.rows`); of a name also its parts are, and its other orders.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from tickets.redact.rows import Row, Rows, Word, folded_word, words_of
from tickets.redact.values import Kind, plain
from tickets.redact.vocabulary import is_harmless, is_our_own

SHORTEST: Final = 3  # characters of a value that is no person's name; of names two tell somebody
LEAST_DIGITS: Final = 6  # of a value of digits alone: fewer are met by chance
LONGEST: Final = 24  # words of a value
_W: Final = r"0-9A-Za-z_\u00aa-\u1fff"
_GAP: Final = frozenset(" \t\u3000,.'\u2019\u00b4`・·&+~@–—_-")  # what can stand between two parts of a name
_WIDEST_GAP: Final = 8
_PARTS: Final = re.compile(r"[\s,.'’・·&/-]+")
_HAN: Final = r"[\u3400-\u9fff々〆\uf900-\ufaff]"
_HAN_NAME: Final = re.compile(rf"{_HAN}{{3,5}}")
_ONE_HAN: Final = re.compile(_HAN)
_KATAKANA: Final = re.compile(r"[ァ-ヺー]+")
_HIRAGANA: Final = re.compile(r"[ぁ-ゖー]+")
_TITLES: Final = (
    "様", "氏", "殿", "君", "先生", "部長", "課長", "係長", "主任", "主査", "社長", "専務", "常務", "室長",
    "所長", "店長", "教授", "博士",
)  # fmt: skip
_NO_PARTS: Final = frozenset(
    ["mr", "mrs", "ms", "dr", "prof", "san", "sama", "sir", "様", "さん", "氏", "殿", "先生"]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """A value that we know to name somebody, wherever it stands: a contact's name, a device's serial number."""

    kind: Kind
    value: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a known value stands in a text."""

    start: int
    end: int
    known: Known


def row_of(text: str) -> Row:
    """Return the words of a value, folded."""
    return tuple(word for _, _, word in words_of(plain(text)))


class KnownValues:
    """Values ready to be found. `stays` are texts that stay as they are: what stands in them is no secret."""

    def __init__(self, known: Iterable[Known], stays: Iterable[str] = (), *, whole: bool = False) -> None:
        self._rows = Rows[Known]()
        self._stays = [row_of(text) for text in stays]
        values = list(dict.fromkeys(one for one in known if one.value.strip()))
        for one in values:
            self._add(row_of(one.value), one)
        for one in values if not whole else ():
            if one.kind == "name":
                for row, part in _variants(one):
                    self._add(row, part)

    def _add(self, row: Row, known: Known) -> None:
        row = row[:LONGEST]  # of a longer value its beginning is looked for
        if _tells(row, known.kind) and not any(_holds(text, row) for text in self._stays):
            self._rows.add(row, known)

    def find(self, text: str, *, apart: bool = False) -> Iterator[Place]:
        """Yield for each word of a text the longest known value that begins there; they can overlap.

        `apart`: only those that stand apart, and are no part of a longer word, host name or address.
        """
        words = words_of(text) if self._rows.of else []
        for at, (start, _, _) in enumerate(words):
            for length, known in self._rows.beginning_at(words, at):
                end = words[at + length - 1][1]
                if _joined(text, words[at : at + length]) and (_stands_apart if apart else is_word)(text, start, end):
                    yield Place(start, end, known)
                    break


def _variants(name: Known) -> Iterator[tuple[Row, Known]]:
    """Yield other writings of a name, with the value that each is: in another order, without blanks, its parts."""
    pieces = [one for one in _PARTS.split(plain(name.value)) if one and folded_word(one) not in _NO_PARTS]
    if len(pieces) == 1 and _HAN_NAME.fullmatch(pieces[0]):  # of names without a blank two letters are the surname
        pieces = [pieces[0][:2], pieces[0][2:]]
    rows = [row_of(one) for one in pieces]
    orders = (rows, rows[::-1], rows[-1:] + rows[:-1], [*rows[:1], *rows[-1:]], [*rows[-1:], *rows[:1]])
    for order in orders if len(rows) > 1 else (rows,):
        yield tuple(word for row in order for word in row), name
        yield ("".join(word for row in order for word in row),), name
    for piece, row in zip(pieces, rows, strict=True):
        yield row, Known("name", piece)


def _tells(row: Row, kind: Kind) -> bool:
    """Whether a row can be told from the words of a text: a device that is called `mail` cannot."""
    letters = "".join(row)
    if not letters or (letters.isdigit() and len(letters) < (LEAST_DIGITS if len(row) > 1 else SHORTEST)):
        return False
    if len(row) == 1 and letters.isascii():
        least = 2 if kind == "name" else SHORTEST
        return len(letters) >= least and not is_harmless(letters) and not (kind == "name" and is_our_own(letters))
    if _HIRAGANA.fullmatch(letters):
        return len(letters) >= SHORTEST
    return not is_our_own(letters)


def _holds(text: Row, row: Row) -> bool:
    """Whether a row stands in the words of a text."""
    return any(text[at : at + len(row)] == row for at in range(len(text) - len(row) + 1))


def _joined(text: str, words: list[Word]) -> bool:
    """Whether nothing but blanks and small marks stands between words."""
    return all(
        start == end or (start - end <= _WIDEST_GAP and all(map(_is_gap, text[end:start])))
        for (_, end, _), (start, _, _) in pairwise(words)
    )


def _is_gap(character: str) -> bool:
    return character in _GAP or unicodedata.category(character)[0] in "MZ"


def is_word(text: str, start: int, end: int) -> bool:
    """Whether a value stands for itself. In writings without blanks it does unless letters beside it say otherwise."""
    found = text[start:end]
    if _ONE_HAN.fullmatch(found):
        behind = text[end : end + 1]
        return not _ONE_HAN.match(text[start - 1 : start]) and (
            not _ONE_HAN.match(behind) or text.startswith(_TITLES, end)
        )
    if _KATAKANA.fullmatch(found):
        return not _KATAKANA.match(text[max(start - 1, 0) : start]) and not _KATAKANA.match(text, end)
    return True


def _stands_apart(text: str, start: int, end: int) -> bool:
    """Whether a value is no part of a longer word, host name or address."""
    before, behind = text[max(start - 1, 0) : start], text[end : end + 2]
    return not (_PARTED.match(text[start]) and _BEFORE.match(before)) and not (
        _PARTED.match(text[end - 1]) and _BEHIND.match(behind)
    )


_PARTED: Final = re.compile(f"[{_W}]")
_BEFORE: Final = re.compile(rf"[{_W}.@-]")
_BEHIND: Final = re.compile(rf"[{_W}@]|[.-][{_W}]")
