"""Rows of words in a text, looked up: the time grows with the text, and not with the number of values looked for."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import Final, Generic, TypeVar

Value = TypeVar("Value")
Row = tuple[str, ...]
Word = tuple[int, int, str]  # where it begins and ends, and how it is compared
# A word of letters, a number, a single letter of a writing that has no blanks.
_TOKEN: Final = re.compile(r"[^\W\x00-\u1fff]|[^\W\d_\u2000-\U0010ffff]+|\d+")
_PLAIN_LETTERS: Final = str.maketrans("ıøłđħ", "ioldh")


def folded_word(word: str) -> str:
    """Return a word for comparison: in one case, without accents of Latin, Greek and Cyrillic letters."""
    told = word.casefold()
    if told.isascii():
        return told
    bare = "".join(one for one in unicodedata.normalize("NFD", told) if not "\u0300" <= one <= "\u036f")
    return unicodedata.normalize("NFC", bare).translate(_PLAIN_LETTERS)


def words_of(text: str, fold: Callable[[str], str] = folded_word) -> list[Word]:
    """Return the words of a text with their places."""
    return [(found.start(), found.end(), fold(found[0])) for found in _TOKEN.finditer(text)]


class Rows(Generic[Value]):
    """Values by the row of words that each is; of one row the values that were added, in their order."""

    def __init__(self) -> None:
        self.of: dict[Row, list[Value]] = {}
        self._lengths: dict[str, list[int]] = {}

    def add(self, row: Row, value: Value) -> None:
        """Let a row of at least one word be found."""
        if row not in self.of:
            lengths = self._lengths.setdefault(row[0], [])
            if len(row) not in lengths:
                lengths.append(len(row))
                lengths.sort(reverse=True)
        self.of.setdefault(row, []).append(value)

    def beginning_at(self, words: Sequence[Word], at: int) -> Iterator[tuple[int, Value]]:
        """Yield the values whose row begins with a word of a text, the longest first, and how many words each has."""
        for length in self._lengths.get(words[at][2], ()):
            if at + length <= len(words):
                for value in self.of.get(tuple(word for _, _, word in words[at : at + length]), ()):
                    yield length, value
