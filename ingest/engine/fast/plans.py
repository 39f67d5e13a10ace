"""A format that is data, as numbers for the compiled part: `Spec` to `Plan`.

The compiled part then does with each line what `ingest.engine.logformats.reader` does. Lines of kinds that it does not
know (`PLAIN`) are left to that.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from ingest.engine.event import DONE, TOLD, Kind
from ingest.engine.fast.expressions import Code, Unsupported
from ingest.engine.fast.rows import (
    BY_PART,
    BY_PATTERN,
    BY_REPLY,
    BY_START,
    BY_WORD,
    MOST_HAS,
    MOST_SLOTS,
    ONE_RECIPIENT,
    PADDING,
    RULE_SIZE,
    WIDE,
)
from ingest.engine.logformats.spec import Condition, Fact, LineRule, Outcome, Spec, Take, Template

NONE: Final = -1
KNOWN_KINDS: Final = frozenset(
    {Kind.OTHER, Kind.ENVELOPE, Kind.REFUSAL, Kind.ANSWER, Kind.DELIVERY, Kind.SPAM, Kind.VIRUS}
)
CLIENT: Final = "next_client"  # what `logformats.reader` asks for where another host says an id
# Fields of an event that a row does not have.
SHOWN_ONLY: Final = frozenset({"client", "sender", "session", "verdict", "verdict_code"})


@dataclass(frozen=True)
class Plan:
    """A format in numbers. ``slots`` are the numbers of its values' names; ``rules`` those of the format, by number."""

    spec: Spec
    table: Any
    code: Any
    sets: Any
    words: Any
    slots: dict[str, int]
    rules: tuple[LineRule, ...]


_known: dict[int, tuple[Spec, Plan | None]] = {}  # by the spec's place in memory, where it stays as long as it is here


def plan_of(spec: Spec) -> Plan | None:
    """The plan of a format, None for one that the compiled part cannot read."""
    if id(spec) not in _known:
        try:
            _known[id(spec)] = spec, _Planner(spec).plan()
        except Unsupported:
            _known[id(spec)] = spec, None
    return _known[id(spec)][1]


class _Planner:
    def __init__(self, spec: Spec) -> None:
        if spec.how != "text" or spec.zone or spec.senders or spec.addresses:
            raise Unsupported(spec.how)
        if not all(map(_is_alone, spec.lines)):  # its lines could not be read once more one by one
            raise Unsupported("what earlier lines said")
        self.spec = spec
        self.code = Code()
        self.table: list[int] = []
        self.slots: dict[str, int] = {}
        self.has: dict[str, int] = {}

    def plan(self) -> Plan:
        spec = self.spec
        head = [0] * 10
        self.table += head
        for name in ("body", "time", "program"):
            self.slot(name)
        frames = [self.code.add(frame, self.groups(frame)) for frame in spec.frames]
        program = NONE
        if spec.program:
            program = self.code.add(spec.program, self.groups(spec.program), whole=True)
        rules = [self.rule(rule) for rule in spec.lines]
        timed = self.time(spec.lines[0])  # of lines that fit no rule, too
        frames_at, rules_at = self.put(frames), self.put([number for rule in rules for number in rule])
        self.table[: len(head)] = [
            *(len(frames), frames_at, program, self.slots["program"], len(rules), rules_at),
            *(self.slots["body"], self.slots["time"], len(self.slots), timed),
        ]
        if len(self.slots) > MOST_SLOTS or len(self.has) > MOST_HAS:
            raise Unsupported("more names than there is room for")
        words = np.frombuffer(bytes(self.code.words) + bytes(PADDING), np.uint8)
        return Plan(
            spec,
            np.array(self.table, np.int32),
            np.array(self.code.steps, np.int32),
            np.ascontiguousarray(self.code.sets),
            words,
            self.slots,
            spec.lines,
        )

    def put(self, numbers: Sequence[int]) -> int:
        """Put numbers into the table; returns where they begin."""
        place = len(self.table)
        self.table += numbers
        return place

    def slot(self, name: str) -> int:
        return self.slots.setdefault(name, len(self.slots))

    def groups(self, pattern: Any) -> dict[str, int]:
        return {name: self.slot(name) for name in pattern.groupindex}

    def getter(self, templates: Sequence[Template]) -> int:
        """The templates of a field, of which the first that is not empty counts: their number, then parts."""
        numbers = [len(templates)]
        for one in templates:
            parts = self.parts(one)
            numbers += [len(parts) // 3, *parts]
        return self.put(numbers)

    def parts(self, one: Template) -> list[int]:
        """The parts of a template: the slot of a value, or -1; then where a word stands, and its size."""
        if one.names == (one.text,):
            return [self.slot(one.text), 0, 0]
        parts, rest = [], one.text
        for name in one.names:
            before, _, rest = rest.partition("{" + name + "}")
            parts += [*self.words(before), self.slot(name), 0, 0]
        return parts + self.words(rest)

    def words(self, text: str) -> list[int]:
        raw = text.encode()
        return [NONE, self.code.word(raw), len(raw)] if raw else []

    def field(self, rule: LineRule, name: str, *, whole: bool = True) -> int:
        """Where the templates of a field of a rule stand. ``whole`` is whether each must be one value as it stands."""
        templates = rule.fields.get(name, ())
        if whole and any(one.names != (one.text,) and one.text for one in templates):
            raise Unsupported(f"{name} of {rule.name}")
        return self.getter(tuple(one for one in templates if one.text))

    def time(self, rule: LineRule) -> int:
        """Where the templates of a rule's time stand: of one that says nothing of it, the value of that name."""
        return self.field(rule, "time") if "time" in rule.fields else self.getter((_named("time"),))

    def rule(self, rule: LineRule) -> list[int]:
        try:
            numbers = self.known_rule(rule)
        except Unsupported:
            numbers = self.known_rule(LineRule(**_only_recognised(rule)))
            numbers[-1] = 1
        if len(numbers) != RULE_SIZE:
            raise AssertionError(len(numbers))
        return numbers

    def known_rule(self, rule: LineRule) -> list[int]:
        if rule.kind not in KNOWN_KINDS or "child" in rule.fields:
            raise Unsupported(rule.name)
        has = rule.has.encode()
        pattern = first = NONE
        if rule.pattern:
            pattern, first = self.code.add(rule.pattern, self.groups(rule.pattern)), self.code.first(rule.pattern)
        outcomes = [number for one in rule.outcomes for number in self.outcome(one)]
        takes = [number for one in rule.takes for number in self.take(one)]
        whens = [number for one in rule.when for number in self.condition(one)]
        splits = self.code.set_of(frozenset(rule.split.encode()))
        leads = any(fact.value == CLIENT for fact in rule.recall) or rule.kind is not Kind.DELIVERY
        return [
            *(self.code.word(has), len(has), self.has.setdefault(rule.has, len(self.has))),
            *(self.slot(rule.on), first, pattern, self.put(whens), len(rule.when), self.put(takes), len(rule.takes)),
            *(int(rule.kind), int(rule.is_silent)),
            *self.meaning(rule.outcome),
            *(self.put(outcomes), len(rule.outcomes)),
            *(self.field(rule, "key", whole=False), self.field(rule, "device"), self.time(rule)),
            *(self.field(rule, "recipients"), splits),
            *(self.field(rule, name) for name in ("reply", "relay", "relay_ip", "envelope")),
            *(self.getter((rule.next,)) if rule.next.text else NONE,),
            *(self.getter((rule.parent,)) if rule.parent.text else NONE,),
            *(int(bool(rule.remember)), int(leads), 0),
        ]

    def meaning(self, outcome: Outcome) -> list[int]:
        told = NONE if outcome.told is None else BY_REPLY if outcome.told == "reply" else TOLD.index(outcome.told)
        scope = 0 if outcome.scope is None else ONE_RECIPIENT if outcome.scope == "recipient" else WIDE
        done = NONE if outcome.done is None else DONE.index(outcome.done)
        return [told, scope, done, outcome.flags, int(outcome.final)]

    def outcome(self, outcome: Outcome) -> list[int]:
        conditions = [number for one in outcome.conditions for number in self.condition(one)]
        return [*self.meaning(outcome), self.put(conditions), len(outcome.conditions)]

    def condition(self, condition: Condition) -> list[int]:
        names = self.put([len(condition.names), *map(self.slot, condition.names)])
        if condition.pattern:
            code = self.code.add(condition.pattern, {name: self.slot("") for name in condition.pattern.groupindex})
            return [names, BY_PATTERN, code, 1]
        if condition.words:
            test, words = BY_WORD, sorted(condition.words)
        elif condition.starts:
            test, words = BY_START, list(condition.starts)
        else:
            test, words = BY_PART, list(condition.has)
        if not all(map(str.isascii, words)):
            raise Unsupported("words beyond ASCII")
        raw = [word.encode() for word in words]
        return [names, test, self.put([n for one in raw for n in (self.code.word(one), len(one))]), len(raw)]

    def take(self, take: Take) -> list[int]:
        return [self.slot(take.field), self.code.add(take.pattern, self.groups(take.pattern))]


def _named(name: str) -> Template:
    return Template(name, (name,))


def _only_recognised(rule: LineRule) -> dict[str, Any]:
    """The parts of a rule by which a line is known to be of its kind, and nothing that it means."""
    none = Template("", ())
    nothing: dict[str, Any] = dict.fromkeys(("outcomes", "takes", "remember", "recall"), ())
    return nothing | {
        **{name: getattr(rule, name) for name in ("name", "when", "has", "on", "pattern", "split")},
        "kind": Kind.OTHER,
        "outcome": Outcome(()),
        "fields": {},
        "next": none,
        "parent": none,
    }


def _is_alone(rule: LineRule) -> bool:
    """Whether what earlier lines said changes nothing of what a line says, but perhaps where it leads."""
    return all(_is_shown_only(rule, fact) for fact in rule.recall)


def _is_shown_only(rule: LineRule, fact: Fact) -> bool:
    if fact.lists:
        return False
    users = {name for name, templates in rule.fields.items() for one in templates if fact.value in one.names}
    asked = {name for one in rule.outcomes for part in one.conditions for name in part.names}
    told = [*rule.remember, *rule.recall]
    asked.update(name for one in told for name in (*one.of.names, *one.name.names))
    asked.update(one.value for one in rule.remember)
    asked.update((*rule.next.names, *rule.parent.names))
    return users <= SHOWN_ONLY and fact.value not in asked
