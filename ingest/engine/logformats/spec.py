"""A format as it stands in its file: how lines are cut, which kinds of lines there are, what they mean."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from ingest.engine.event import Done, Kind, Scope, Told

How = Literal["text", "keys", "columns", "json"]
# What a format's fields may be mapped to.
MODEL: Final = (
    "time",
    "device",
    "session",
    "key",
    "child",
    "sender",
    "recipients",
    "client",
    "reply",
    "relay",
    "relay_ip",
    "envelope",
    "verdict",
    "verdict_code",
)
_HOLE: Final = re.compile(r"\{(\w[\w.\-]*)\}")


@dataclass(frozen=True, slots=True)
class Template:
    """A field's name, or words with fields in braces; empty where one of the fields is."""

    text: str
    names: tuple[str, ...]

    def fill(self, fields: dict[str, str]) -> str:
        """The value for some fields."""
        if self.names == (self.text,):
            return fields.get(self.text) or ""
        if all(fields.get(name) for name in self.names):
            return _HOLE.sub(lambda found: fields[found[1]], self.text)
        return ""


Getter = Callable[[dict[str, str]], str]


def getter(templates: tuple[Template, ...]) -> Getter:
    """A function for the first value that some templates give; a million lines ask it."""
    if len(templates) == 1 and templates[0].names == (templates[0].text,):
        name = templates[0].text
        return lambda fields: fields.get(name) or ""
    if len(templates) == 1:
        return templates[0].fill

    def first(fields: dict[str, str]) -> str:
        for one in templates:
            if value := one.fill(fields):
                return value
        return ""

    return first


def template(text: str) -> Template:
    """A template from its text: a field's name, or words with fields in braces."""
    return Template(text, tuple(_HOLE.findall(text)) if "{" in text else (text,))


def words_with_fields(text: str) -> Template:
    """A template in which text without braces is just that text."""
    return Template(text, tuple(_HOLE.findall(text)))


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold of a field: one of some words, a beginning, a part (all without regard to case), a pattern.

    Of several names of a field that the line may have (``status|action``) the first that is not empty counts.
    """

    names: tuple[str, ...]
    words: frozenset[str] = frozenset()
    starts: tuple[str, ...] = ()
    has: tuple[str, ...] = ()
    pattern: re.Pattern[str] | None = None

    def holds(self, fields: dict[str, str]) -> bool:
        """Whether it holds; never for a field that the line does not have."""
        for name in self.names:
            if value := fields.get(name):
                break
        else:
            return False
        if self.pattern:
            return self.pattern.match(value) is not None
        value = value.lower()
        if self.words:
            return value in self.words
        if self.starts:
            return value.startswith(self.starts)
        return any(part in value for part in self.has)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a line says when all conditions hold. ``told`` "reply" means: by the first digit of the reply's code."""

    conditions: tuple[Condition, ...]
    told: Told | Literal["reply"] | None = None
    scope: Scope | None = None
    done: Done | None = None
    flags: int = 0
    final: bool = False


@dataclass(frozen=True, slots=True)
class Take:
    """Further values out of a field, where the pattern fits."""

    field: str
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Fact:
    """A value kept under what it is of and a name, or asked for again; ``each`` is a field that lists several names."""

    of: Template
    name: Template
    value: str
    each: str = ""

    @property
    def lists(self) -> bool:
        """Whether it asks for several values: then all of them must be known."""
        return bool(self.each) or self.name.text.endswith("*")


@dataclass(frozen=True, slots=True)
class LineRule:
    """One kind of line: how it is known, what it holds, what it means.

    What is asked of each line is worked out once: ``get`` has a function for each field that the kind has,
    ``is_noted`` is whether later lines need something of it, ``is_silent`` whether its lines tell and do nothing.
    """

    name: str
    kind: Kind
    when: tuple[Condition, ...]
    has: str
    on: str
    pattern: re.Pattern[str] | None
    outcome: Outcome
    outcomes: tuple[Outcome, ...]
    fields: dict[str, tuple[Template, ...]]
    takes: tuple[Take, ...]
    remember: tuple[Fact, ...]
    recall: tuple[Fact, ...]
    next: Template
    parent: Template
    split: str
    get: dict[str, Getter] = field(init=False, compare=False, repr=False)
    is_noted: bool = field(init=False)
    is_silent: bool = field(init=False)

    def __post_init__(self) -> None:
        by_reply = self.kind in {Kind.DELIVERY, Kind.REFUSAL, Kind.ANSWER}
        for name, value in (
            ("get", {name: getter(templates) for name, templates in self.fields.items()}),
            ("is_noted", bool(self.remember or self.next.text or self.parent.text)),
            ("is_silent", not self.outcomes and not by_reply and self.outcome == Outcome(())),
        ):
            object.__setattr__(self, name, value)


@dataclass(frozen=True, slots=True)
class Sample:
    """A line that must be read so, and the lines before it; ``unread`` is a part of the reason where it must not be."""

    line: str
    before: tuple[str, ...]
    read: dict[str, Any]
    unread: str


@dataclass(frozen=True, slots=True)
class Spec:
    """A format. ``generic`` ones know keys but no product: they give way to any format that knows the lines."""

    file: str
    name: str
    title: str
    documentation: tuple[str, ...]
    log: str
    generic: bool
    hints: tuple[str, ...]
    how: How
    frames: tuple[re.Pattern[str], ...]
    program: re.Pattern[str] | None
    header: str
    needs: tuple[frozenset[str], ...]
    senders: frozenset[str]
    addresses: frozenset[str]
    zone: str
    lines: tuple[LineRule, ...]
    samples: tuple[Sample, ...]
    deciding: frozenset[str] = field(default=frozenset())
