"""A format's file to a `Spec`; whatever is wrong in it is a `BrokenFormat` with file, line and key."""

import re
import tomllib
from pathlib import Path
from typing import Any, Final, NoReturn, get_args

from ingest.engine.event import Done, Flag, Kind, Scope, Told
from ingest.engine.logformats.broken import BrokenFormat, broken
from ingest.engine.logformats.broken import Path as Way
from ingest.engine.logformats.patterns import FRAMES, compile_pattern
from ingest.engine.logformats.safety import Unsafe
from ingest.engine.logformats.spec import (
    MODEL,
    Condition,
    Fact,
    How,
    LineRule,
    Outcome,
    Sample,
    Spec,
    Take,
    Template,
    template,
    words_with_fields,
)

FLAGS: Final = {
    "infected": Flag.INFECTED,
    "notification": Flag.NOTIFICATION,
    "unclear": Flag.UNCLEAR,
    "status": Flag.STATUS,
}
TOLD: Final = (*get_args(Told), "reply")
KINDS: Final = {kind.name.lower(): kind for kind in Kind}
TOP: Final = frozenset(
    {"name", "title", "documentation", "log", "generic", "hints", "cut", "patterns", "fields", "line", "sample"}
)
CUT: Final = frozenset({"how", "frame", "program", "header", "needs", "senders_text", "senders_addresses", "zone"})
LINE: Final = frozenset(
    {"name", "kind", "when", "has", "on", "match", "told", "scope", "done", "flags", "final", "outcomes", "fields"}
    | {"take", "remember", "recall", "next", "parent", "split"}
)
CONDITION: Final = frozenset({"field", "is", "starts", "has", "match"})
MEANING: Final = frozenset({"told", "scope", "done", "flags", "final"})
SAMPLE: Final = frozenset({"line", "before", "read", "unread"})


def load_format(file: str, text: str) -> Spec:
    """The format that a file's text describes. Its samples are not read here (`samples.check_samples`)."""
    return _Loader(file, text).spec()


def load_file(path: Path) -> Spec:
    """The format of a file."""
    return load_format(path.name, path.read_text(encoding="utf-8"))


class _Loader:
    def __init__(self, file: str, text: str) -> None:
        self.file, self.text = file, text
        self.parts: dict[str, str] = {}

    def fail(self, way: Way, reason: str) -> NoReturn:
        raise broken(self.file, self.text, way, reason)

    def spec(self) -> Spec:
        try:
            tree = tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            raise BrokenFormat(f"{self.file}: it is no TOML: {error}") from error
        self.known(tree, TOP, ())
        self.parts = self.table(tree, "patterns", ())
        cut = self.table(tree, "cut", ())
        self.known(cut, CUT, ("cut",))
        fields = self.fields(self.table(tree, "fields", ()), ("fields",))
        lines = tuple(self.line(row, place, fields) for place, row in enumerate(self.rows(tree, "line")))
        samples = tuple(self.sample(row, place) for place, row in enumerate(self.rows(tree, "sample")))
        if not lines or not samples:
            self.fail((), "it needs at least one [[line]] and one [[sample]]")
        how: How = self.one_of(cut, "how", get_args(How), ("cut",), "text")
        return Spec(
            file=self.file,
            name=self.word(tree, "name", ()),
            title=self.word(tree, "title", ()),
            documentation=self.words(tree, "documentation", ()),
            log=self.word(tree, "log", ()),
            generic=bool(tree.get("generic", False)),
            hints=self.words(tree, "hints", ()),
            how=how,
            frames=self.frames(cut),
            program=self.pattern(cut, "program", ("cut",)),
            header=self.word(cut, "header", ("cut",), ""),
            needs=tuple(frozenset(need.lower().split("|")) for need in self.words(cut, "needs", ("cut",))),
            senders=frozenset(self.words(cut, "senders_text", ("cut",))),
            addresses=frozenset(self.words(cut, "senders_addresses", ("cut",))),
            zone=self.word(cut, "zone", ("cut",), ""),
            lines=lines,
            samples=samples,
            deciding=_deciding(lines),
        )

    def frames(self, cut: dict[str, Any]) -> tuple[re.Pattern[str], ...]:
        """The expressions for what stands in front; a name stands for those of `patterns.toml`."""
        patterns = []
        for word in self.words(cut, "frame", ("cut",)):
            patterns += FRAMES.get(word, [word])
        frames = tuple(self.compiled(pattern, ("cut", "frame")) for pattern in patterns)
        for frame in frames:
            if "body" not in frame.groupindex:
                self.fail(("cut", "frame"), "each expression must name the rest of the line: (?P<body>.*)")
        return frames

    def line(self, row: dict[str, Any], place: int, fields: dict[str, tuple[Template, ...]]) -> LineRule:
        way: Way = ("line", place)
        self.known(row, LINE, way)
        kind: str = self.one_of(row, "kind", tuple(KINDS), way, "other")
        own = self.fields(self.table(row, "fields", way), (*way, "fields"))
        recall = tuple(self.fact(one, "into", (*way, "recall")) for one in self.tables(row, "recall", way))
        named = {one.text for one in (fields | own).get("recipients", ())}
        if any(fact.lists and fact.value not in named for fact in recall):
            self.fail((*way, "recall"), "a list of values can only be the line's recipients")
        return LineRule(
            name=self.word(row, "name", way),
            kind=KINDS[kind],
            when=tuple(self.condition(one, (*way, "when")) for one in self.tables(row, "when", way)),
            has=self.word(row, "has", way, ""),
            on=self.word(row, "on", way, "body"),
            pattern=self.pattern(row, "match", way),
            outcome=self.meaning(row, (), way),
            outcomes=tuple(self.outcome(one, (*way, "outcomes")) for one in self.tables(row, "outcomes", way)),
            fields=fields | own,
            takes=tuple(self.take(one, (*way, "take")) for one in self.tables(row, "take", way)),
            remember=tuple(self.fact(one, "value", (*way, "remember")) for one in self.tables(row, "remember", way)),
            recall=recall,
            next=template(self.word(row, "next", way, "")),
            parent=template(self.word(row, "parent", way, "")),
            split=self.word(row, "split", way, ",;"),
        )

    def outcome(self, row: dict[str, Any], way: Way) -> Outcome:
        """``{field, is, …}`` or ``{all = [{field, is}, …]}``, with what it means."""
        self.known(row, CONDITION | MEANING | {"all"}, way)
        if "all" in row:
            conditions = tuple(self.condition(one, way) for one in self.tables(row, "all", way))
        else:
            conditions = (self.condition({key: row[key] for key in row if key in CONDITION}, way),)
        return self.meaning(row, conditions, way)

    def meaning(self, row: dict[str, Any], conditions: tuple[Condition, ...], way: Way) -> Outcome:
        flags = 0
        for word in self.words(row, "flags", way):
            if word not in FLAGS:
                self.fail((*way, "flags"), f"“{word}” is none of {', '.join(FLAGS)}")
            flags |= FLAGS[word]
        return Outcome(
            conditions,
            told=self.one_of(row, "told", TOLD, way, None),
            scope=self.one_of(row, "scope", get_args(Scope), way, None),
            done=self.one_of(row, "done", get_args(Done), way, None),
            flags=flags,
            final=bool(row.get("final", False)),
        )

    def condition(self, row: dict[str, Any], way: Way) -> Condition:
        self.known(row, CONDITION, way)
        if len(row) != 2 or "field" not in row:
            self.fail(way, "a condition is a field and one of is, starts, has, match")
        words, starts, has = (tuple(w.lower() for w in self.words(row, key, way)) for key in ("is", "starts", "has"))
        names = tuple(self.word(row, "field", way).split("|"))
        return Condition(names, frozenset(words), starts, has, self.pattern(row, "match", way))

    def take(self, row: dict[str, Any], way: Way) -> Take:
        self.known(row, frozenset({"from", "match"}), way)
        pattern = self.pattern(row, "match", way)
        if pattern is None or not pattern.groupindex:
            self.fail(way, "it needs a match with named groups")
        return Take(self.word(row, "from", way), pattern)

    def fact(self, row: dict[str, Any], value: str, way: Way) -> Fact:
        self.known(row, frozenset({"of", "name", value, "each"}), way)
        of, name = (words_with_fields(self.word(row, key, way)) for key in ("of", "name"))
        return Fact(of, name, self.word(row, value, way), self.word(row, "each", way, ""))

    def sample(self, row: dict[str, Any], place: int) -> Sample:
        way: Way = ("sample", place)
        self.known(row, SAMPLE, way)
        read = self.table(row, "read", way)
        if bool(read) == ("unread" in row):
            self.fail(way, "it needs either what must be read of it, or a part of the reason why it must not be")
        return Sample(
            self.word(row, "line", way), self.words(row, "before", way), read, self.word(row, "unread", way, "")
        )

    def fields(self, row: dict[str, Any], way: Way) -> dict[str, tuple[Template, ...]]:
        self.known(row, frozenset(MODEL), way)
        return {key: tuple(template(name) for name in self.words(row, key, way)) for key in row}

    def pattern(self, row: dict[str, Any], key: str, way: Way) -> re.Pattern[str] | None:
        return self.compiled(self.word(row, key, way), (*way, key)) if key in row else None

    def compiled(self, pattern: str, way: Way) -> re.Pattern[str]:
        try:
            return compile_pattern(pattern, self.parts)
        except (Unsafe, re.error) as error:
            self.fail(way, str(error))

    def known(self, row: dict[str, Any], keys: frozenset[str], way: Way) -> None:
        """Refuse keys that nobody reads: a misspelt one would be passed over in silence."""
        for key in row:
            if key not in keys:
                self.fail((*way, key), f"there is no such key here: {', '.join(sorted(keys))}")

    def rows(self, tree: dict[str, Any], key: str) -> list[dict[str, Any]]:
        return self.tables(tree, key, ())

    def tables(self, row: dict[str, Any], key: str, way: Way) -> list[dict[str, Any]]:
        value = row.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            self.fail((*way, key), "it must be a list of tables")
        return value

    def table(self, row: dict[str, Any], key: str, way: Way) -> dict[str, Any]:
        value = row.get(key, {})
        if not isinstance(value, dict):
            self.fail((*way, key), "it must be a table")
        return value

    def word(self, row: dict[str, Any], key: str, way: Way, default: str | None = None) -> str:
        value = row.get(key, default)
        if not isinstance(value, str) or (not value and default is None):
            self.fail((*way, key), "it must be text")
        return value

    def words(self, row: dict[str, Any], key: str, way: Way) -> tuple[str, ...]:
        value = row.get(key, [])
        value = ([value] if value else []) if isinstance(value, str) else value
        if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
            self.fail((*way, key), "it must be text or a list of texts")
        return tuple(value)

    def one_of(self, row: dict[str, Any], key: str, values: tuple[str, ...], way: Way, default: Any) -> Any:
        value = row.get(key, default)
        if value is not None and value not in values:
            self.fail((*way, key), f"“{value}” is none of {', '.join(values)}")
        return value


def _deciding(lines: tuple[LineRule, ...]) -> frozenset[str]:
    """The fields that decide anything: where one of them cannot be believed, the line tells nothing."""
    names: set[str] = set()
    for line in lines:
        conditions = [*line.when, *(one for outcome in line.outcomes for one in outcome.conditions)]
        names.update(name for condition in conditions for name in condition.names)
        for key in ("key", "recipients", "device", "reply", "relay", "relay_ip"):
            names.update(name for one in line.fields.get(key, ()) for name in one.names)
    return frozenset(names)
