"""What later lines need of the lines that were read in blocks: what is remembered, and which ids they lead to.

A line that leads to another id is read once more the plain way, which says so. Most that could do not: of an id that
the next hop gave, this unit knows nothing.
"""

from collections.abc import Callable
from typing import Final

from ingest.engine.event import DONE, Flag, Kind
from ingest.engine.fast.plans import CLIENT, Plan
from ingest.engine.logformats.memory import Memory
from ingest.engine.logformats.reader import INSIDE
from ingest.engine.logformats.spec import Fact, LineRule, Template

Note = list[int]  # the line, its rule, what was done, its flags; then where the values of the plan stand, in two each
Filler = Callable[[Note, str], str]
_VALUES: Final = 4
_INSIDE: Final = frozenset(map(DONE.index, INSIDE))
_DELIVERED: Final = DONE.index("delivered")


class Lead:
    """What is to be done with the lines of a rule."""

    def __init__(self, rule: LineRule, places: dict[str, int]) -> None:
        self._is_delivery = rule.kind is Kind.DELIVERY
        self._facts = [_filled(fact, places) for fact in rule.remember]
        self._asked = [_filled(fact, places)[:2] for fact in rule.recall if fact.value == CLIENT]
        self._next = _filler(rule.next, places) if rule.next.text else None
        self._parent = _filler(rule.parent, places) if rule.parent.text else None
        self._device = _first(rule.fields.get("device", ()), places)

    def take(self, note: Note, text: str, memory: Memory) -> bool:
        """Keep what later lines need of a line of a text; False where it leads to another id."""
        device = self._device(note, text)
        if self._parent and self._parent(note, text):
            return False
        if self._next and self._next(note, text):
            if not self._is_delivery or note[2] in _INSIDE:
                return False
            for of, name in self._asked if note[2] == _DELIVERED else ():
                thing = f"{device} {of(note, text)}"
                if memory.knows(thing) and any(memory.ask(thing, name(note, text))[:1]):
                    return False
        for of, name, value in self._facts:
            known, called, said = of(note, text), name(note, text), value(note, text)
            if known and called and said:
                memory.keep(f"{device} {known}", called, "" if note[3] & Flag.UNCLEAR else said)
        return True


def leads_of(plan: Plan) -> tuple[tuple[Lead, ...], list[int]]:
    """What is to be done with the lines of each rule, and which columns of the compiled part's notes that takes."""
    names = sorted({name for rule in plan.rules for name in _names(rule) if name in plan.slots})
    places = {name: _VALUES + 2 * place for place, name in enumerate(names)}
    columns = [2 + 2 * plan.slots[name] + end for name in names for end in (0, 1)]
    return tuple(Lead(rule, places) for rule in plan.rules), columns


def _names(rule: LineRule) -> set[str]:
    facts = [*rule.remember, *(fact for fact in rule.recall if fact.value == CLIENT)]
    templates = [*(one for fact in facts for one in (fact.of, fact.name)), rule.next, rule.parent]
    templates += rule.fields.get("device", ())
    return {name for one in templates for name in one.names} | {fact.value for fact in rule.remember}


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
