"""What later lines need of the lines that were read in blocks: what is remembered, and which ids they lead to.

A delivery to this unit itself leads to the id that it gave. One to another host could lead to an id of this unit, too;
most do not, since the unit knows nothing of the id, and those that may are read once more the plain way.
"""

from collections.abc import Callable
from typing import Final, NamedTuple

from ingest.engine.event import DONE, Flag, Kind
from ingest.engine.fast.plans import CLIENT, Plan
from ingest.engine.fortimail.message import plain_address
from ingest.engine.logformats.memory import Memory
from ingest.engine.logformats.reader import INSIDE, Handover, Link
from ingest.engine.logformats.spec import Fact, LineRule, Template

Filler = Callable[["Note", str], str]
Note = list[int]  # the line, its rule, what was done, its flags; then where the values of the plan stand, in two each
_VALUES: Final = 4
_INSIDE: Final = frozenset(map(DONE.index, INSIDE))
_DELIVERED: Final = DONE.index("delivered")
_HANDED_OVER: Final = DONE.index("handed_over")
TAKEN, LEADS_ON, PLAIN = range(3)  # all is done; `Lead.link` says where it leads; read it the plain way


class Simple(NamedTuple):
    """The columns of a rule whose lines need nothing but values as they stand: where each begins, -1 for none.

    ``keeps`` are facts: what they are of, their name, their value. ``asked`` is the id that a delivery may lead to.
    """

    device: int
    keeps: tuple[tuple[int, str, int], ...]
    asked: int
    next: int


class Lead:
    """What is to be done with the lines of a rule; ``simple`` is None where that is not simple."""

    def __init__(self, rule: LineRule, places: dict[str, int]) -> None:
        self._is_delivery = rule.kind is Kind.DELIVERY
        self._facts = [_filled(fact, places) for fact in rule.remember]
        self._asked = [_filled(fact, places)[:2] for fact in rule.recall if fact.value == CLIENT]
        self._next = _filler(rule.next, places) if rule.next.text else None
        self._parent = _filler(rule.parent, places) if rule.parent.text else None
        self._device, self._key, self._recipient = (
            _first(rule.fields.get(name, ()), places) for name in ("device", "key", "recipients")
        )
        self.simple: Simple | None = None
        self._time, self._body = _value(places["time"]), _value(places["body"])

    def take(self, note: Note, text: str, memory: Memory) -> int:
        """Keep what later lines need of a line of a text, or say how it is to be read."""
        if self._parent and self._parent(note, text):
            return PLAIN
        if self._next and (next_ := self._next(note, text)):
            if not self._is_delivery:
                return PLAIN
            if note[2] in _INSIDE:
                return PLAIN if self._facts else LEADS_ON
            for of, name in self._asked if note[2] == _DELIVERED else ():
                thing = f"{self._device(note, text)} {of(note, text)}"
                if next_ and memory.knows(thing) and any(memory.ask(thing, name(note, text))[:1]):
                    return PLAIN
        for of, name, value in self._facts:
            known, called, said = of(note, text), name(note, text), value(note, text)
            if known and called and said:
                said = "" if note[3] & Flag.UNCLEAR else said
                memory.keep(f"{self._device(note, text)} {known}", called, said)
        return TAKEN

    def link(self, note: Note, text: str, stamp: int, memory: Memory) -> Link | None:
        """The link of a delivery to this unit itself, as `DataFormat` makes it."""
        key, child = self._key(note, text), self._next(note, text) if self._next else ""
        if not key or key == child:
            return None
        device, handover = self._device(note, text), None
        if note[2] == _HANDED_OVER:
            to = self._recipient(note, text)
            digest = hash((self._time(note, text) or None, self._body(note, text)))
            handover = Handover(digest, (plain_address(to),) if to else (), inside=True)
        memory.copied(f"{device} {child}", f"{device} {key}")
        return Link(device or None, key, child, stamp, handover)


def leads_of(plan: Plan) -> tuple[tuple[Lead, ...], list[int]]:
    """What is to be done with the lines of each rule, and which columns of the compiled part's notes that takes."""
    names = sorted({name for rule in plan.rules for name in _names(rule) if name in plan.slots})
    places = {name: _VALUES + 2 * place for place, name in enumerate(names)}
    columns = [2 + 2 * plan.slots[name] + end for name in names for end in (0, 1)]
    leads = tuple(Lead(rule, places) for rule in plan.rules)
    for lead, rule in zip(leads, plan.rules, strict=True):
        lead.simple = _simple(rule, plan.slots)
    return leads, columns


def _simple(rule: LineRule, slots: dict[str, int]) -> Simple | None:
    """A rule as `Simple`: it keeps something, or is a delivery that may lead on."""
    devices = rule.fields.get("device", ())
    asked = [fact for fact in rule.recall if fact.value == CLIENT]
    facts = [*rule.remember, *asked]
    if rule.parent.text or len(devices) > 1 or len(asked) > 1 or (rule.remember and rule.next.text):
        return None
    if rule.next.text and rule.kind is not Kind.DELIVERY:
        return None
    if any(_alone(one) is None for one in devices) or any(_alone(fact.of) is None or fact.name.names for fact in facts):
        return None
    place = {name: 2 + 2 * slot for name, slot in slots.items()}
    return Simple(
        device=place.get(_alone(devices[0]) or "", -1) if devices else -1,
        keeps=tuple(
            (place.get(_alone(fact.of) or "", -1), fact.name.text, place.get(fact.value, -1)) for fact in rule.remember
        ),
        asked=place.get(_alone(asked[0].of) or "", -1) if asked else -1,
        next=place.get(_alone(rule.next) or "", -1) if rule.next.text else -1,
    )


def _alone(template: Template) -> str | None:
    """The name of the one value that a template is; None for others."""
    name = template.names[0] if len(template.names) == 1 else ""
    return name if template.text in {name, f"{{{name}}}"} else None


def _names(rule: LineRule) -> set[str]:
    facts = [*rule.remember, *(fact for fact in rule.recall if fact.value == CLIENT)]
    templates = [*(one for fact in facts for one in (fact.of, fact.name)), rule.next, rule.parent]
    templates += [one for name in ("device", "key", "recipients") for one in rule.fields.get(name, ())]
    return {name for one in templates for name in one.names} | {fact.value for fact in rule.remember} | {"time", "body"}


def _filled(fact: Fact, places: dict[str, int]) -> tuple[Filler, Filler, Filler]:
    return _filler(fact.of, places), _filler(fact.name, places), _value(places.get(fact.value))


def _value(place: int | None) -> Filler:
    """A value as it stands; one that is not there stands nowhere (`text[-1:-1]`)."""
    if place is None:
        return lambda _note, _text: ""
    return lambda note, text: text[note[place] : note[place + 1]]


def _filler(template: Template, places: dict[str, int]) -> Filler:
    """`Template.fill` for notes."""
    names, words = template.names, template.text
    if len(names) == 1 and words in {names[0], f"{{{names[0]}}}"}:
        return _value(places.get(names[0]))
    if not names:
        return lambda _note, _text: words
    values = {name: _value(places.get(name)) for name in names}
    return lambda note, text: template.fill({name: value(note, text) for name, value in values.items()})


def _first(templates: tuple[Template, ...], places: dict[str, int]) -> Filler:
    """The first value that is not empty."""
    fillers = [_filler(one, places) for one in templates]
    if len(fillers) == 1:
        return fillers[0]
    return lambda note, text: next((value for one in fillers if (value := one(note, text))), "")
