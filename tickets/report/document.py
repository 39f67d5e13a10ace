"""A report as plain data: the page, the Markdown and the PDF of a case are three ways to write the same of it."""

import re
from dataclasses import dataclass
from typing import Literal

Tone = Literal["", "warn", "bad", "struck"]

# What would move, hide or turn round the text beside it: controls but tab and new line, marks of direction, and what
# ends a line or paragraph without being a new line.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)


def visible(text: str) -> str:
    """Return a text in which nothing is unseen: what has no shape of its own stands as its number, `[U+202E]`."""
    return _UNSEEN.sub(lambda found: named(found[0]), text.replace("\r\n", "\n"))


def named(characters: str) -> str:
    """Return characters by their numbers."""
    return f"[{' '.join(f'U+{ord(one):04X}' for one in characters)}]"


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence of ours; its tone is also said in its words."""

    text: str
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something with its name. `code`: a hash or an id, which is shown as it stands."""

    name: str
    value: str
    tone: Tone = ""
    code: bool = False


@dataclass(frozen=True, slots=True)
class Quote:
    """A line of a log as it stands there, and where that is."""

    place: str
    text: str


@dataclass(frozen=True, slots=True)
class Item:
    """One thing of a section: its head, what is to be known of it, what somebody wrote, the lines that prove it."""

    title: str
    facts: tuple[Fact, ...] = ()
    remarks: tuple[Remark, ...] = ()
    text: str = ""
    quotes: tuple[Quote, ...] = ()
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report. `key` names it for links."""

    key: str
    title: str
    remarks: tuple[Remark, ...] = ()
    facts: tuple[Fact, ...] = ()
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """The report. `note` stands on top of it, `foot` at the end of each sheet; `page` is the word for a sheet's number.

    All texts are in `language`, and went through `visible`, but for what is ours.
    """

    ref: str
    title: str
    language: str
    note: Remark
    foot: str
    page: str
    sections: tuple[Section, ...]
