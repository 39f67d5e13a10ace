"""The words that may stay in an exported line: those of logs and protocols, which name nobody.

A line is not searched for what must go; only what is known to be harmless stays. A word that is not listed is replaced.
"""

from functools import cache
from pathlib import Path
from typing import Final

from tickets.redact.wording import TEXTS

_MANIFEST: Final = """
schema case recipient product release language findings rule severity transaction happened at lines log line says cut
logs name member original device size sha256 commitment members questions replaced readme manifest summary zenrei pack
json pdf md address host ip serial number text encoded session word user site code name id example
critical high medium low matched detector
"""
FILE: Final = Path(__file__).with_name("vocabulary.txt")


@cache
def vocabulary() -> frozenset[str]:
    """Return the words that may stay, folded to one case."""
    lines = FILE.read_text(encoding="utf-8").splitlines()
    return frozenset(word.casefold() for line in lines if not line.startswith("#") for word in line.split())


@cache
def own_words() -> frozenset[str]:
    """Return the words of the pack's own texts: a bare word of these tells nothing of a source either."""
    texts = " ".join(text for words in TEXTS.values() for text in words.values())
    letters = "".join(character if character.isalnum() else " " for character in texts)
    return frozenset(word.casefold() for word in letters.split()) | frozenset(_MANIFEST.split())


def is_harmless(word: str) -> bool:
    """Whether a word may stay in a line as it is."""
    folded = word.casefold()
    return folded in vocabulary() or (len(folded) == 1 and folded.isascii())


@cache
def _own_east_asian() -> str:
    """Return the pack's own texts in writings without blanks, where a word can stand inside of others."""
    texts = " ".join(text for words in TEXTS.values() for text in words.values())
    return "".join(one if one > "\u1fff" and one.isalnum() else " " for one in texts)


def is_our_own(word: str) -> bool:
    """Whether a folded word stands in the pack's own texts: there it tells nothing of a source."""
    return word in own_words() or (word > "\u1fff" and word in _own_east_asian())
