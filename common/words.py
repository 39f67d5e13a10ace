"""A word as the pages show it: a word, a shape, a colour, in that order (pages.md §1)."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Word:
    """A word, the icon beside it, and the tone of both."""

    text: Any
    icon: str = ""
    tone: str = "calm"


def options(words: dict[str, Word], *, only: tuple[str, ...] | None = None) -> list[tuple[str, Any]]:
    """Return words as the options of a select."""
    return [(str(key), words[key].text) for key in (only or words)]
