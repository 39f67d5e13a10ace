"""A format that is data, as the registry sees it: reads one line at a time.

Beside the line itself it knows three things: the columns that a header line named, what earlier lines said (`Memory`),
and the file's own time for logs without a year. A reader made for one line alone has none of them and says less.
"""

import datetime as dt
from functools import lru_cache
from typing import Final, NamedTuple

from ingest.engine.event import Event, Flag, Kind, Unread
from ingest.engine.logformats.cutting import (
    HEADER_LENGTH,
    NO_COLUMNS,
    Values,
    cut_columns,
    cut_json,
    cut_keys,
    header_columns,
)
from ingest.engine.logformats.meaning import Reading, make_event
from ingest.engine.logformats.memory import Memory
from ingest.engine.logformats.spec import Fact, LineRule, Spec
from ingest.engine.logformats.stamps import NO_TIME, Stamp, Years, read_time

NO_FRAME: Final = "its beginning is not that of the format's lines"
OTHER_COLUMNS: Final = "it names other columns than the first header did: scan the two parts as two files"
FOREIGN: Final = Unread("another program wrote it")
MOST_LISTED: Final = 1000  # names in one list, such as recipient numbers
INSIDE: Final = frozenset({"handed_over", "expanded"})  # deliveries to this unit itself: it says the id, nobody else
NO_ROW: Final = Values({}, says_nothing=True)


class Handover(NamedTuple):
    """The delivery that led to another id. ``inside`` is whether it went to this unit: others may say any id."""

    digest: int
    recipients: tuple[str, ...]
    inside: bool


class Link(NamedTuple):
    """Two ids of one message, and when a line said so. ``handover`` is None where the gateway itself names both ids."""

    device: str | None
    parent: str
    child: str
    stamp: int | None = None
    handover: Handover | None = None


class DataFormat:
    """Reads lines by a `Spec`. ``links`` grows by what lines say of ids that belong together.

    ``years`` and ``memory`` are what earlier lines leave for later ones; who reads some lines otherwise keeps them so.
    """

    def __init__(self, spec: Spec, columns: str = "", reference: dt.date | None = None, memory: Memory | None = None):
        self.spec = spec
        self.name = spec.name
        self.links: list[Link] = []
        self._header = columns
        self._columns = header_columns(columns) if columns else ()
        self.years = Years(reference)
        self.memory = memory or Memory()
        self._program = lru_cache(maxsize=1024)(self._match_program)

    @property
    def recipe(self) -> str:
        """What `formats.make_format` needs to read single lines like this reader: the name, and a header if any."""
        return f"{self.name} {self._header}" if self._header else self.name

    def fits(self, text: str) -> bool:
        """Whether a line is one of this format's own: a cheap form of `read` for telling formats apart."""
        if not self._hinted(text):
            return False
        cut = self._cut(text)
        if isinstance(cut, Unread):
            return False
        body, values = cut
        if self.spec.program or self.spec.how == "columns":
            return True
        return self._recognise(body, dict(values.fields))[0] is not None

    def read(self, text: str) -> Event | Unread:
        """What a line says, or why it cannot be read."""
        cut = self._cut(text)
        if cut is FOREIGN:  # a collector's file holds lines of several programs: theirs are read, and say nothing
            return make_event(self.spec, Reading(text, {}, _NONE, None, NO_TIME, None))
        if isinstance(cut, Unread):
            return cut
        body, (fields, unclear, says_nothing) = cut
        if says_nothing:
            return make_event(self.spec, Reading(body, {}, _NONE, None, NO_TIME, None))
        rule, fields = self._recognise(body, fields)
        lists, lacks = self._recall(rule, fields) if rule and rule.recall else ({}, False)
        stamp, warning = self._time(rule, fields)
        event = make_event(self.spec, Reading(body, fields, unclear, rule, stamp, warning, lists, lacks))
        if rule is not None and rule.is_noted:
            self._note(rule, fields, event)
        return event

    def spans(self, text: str) -> tuple[tuple[int, int], ...]:
        """Where the deciding words stand in a line: from the word that the outcome hangs on to the reply's end."""
        cut = self._cut(text)
        if isinstance(cut, Unread):
            return ()
        rule, fields = self._recognise(cut[0], dict(cut[1].fields))
        if rule is None or rule.pattern is None or rule.on != "body":
            return ()
        found = rule.pattern.match(cut[0])
        names = {name for one in rule.fields.get("reply", ()) for name in one.names}
        held = next((one for one in rule.outcomes if all(part.holds(fields) for part in one.conditions)), None)
        names |= {name for part in held.conditions for name in part.names} if held else set()
        places = [found.span(name) for name in names if found and name in found.re.groupindex]
        places = [place for place in places if place[0] >= 0]
        if not places:
            return ()
        at = len(text) - len(cut[0])
        return ((at + min(begin for begin, _ in places), at + max(end for _, end in places)),)

    def _hinted(self, text: str) -> bool:
        hints = self.spec.hints
        return not hints or any(hint in text for hint in hints)

    def _match_program(self, program: str) -> dict[str, str] | None:
        found = self.spec.program.fullmatch(program) if self.spec.program else None
        return None if found is None else {key: value for key, value in found.groupdict().items() if value is not None}

    def _cut(self, text: str) -> tuple[str, Values] | Unread:
        """The line's text behind what stands in front of it, and its values."""
        framed = self._frame(text)
        if isinstance(framed, Unread):
            return framed
        body = framed.get("body", "")
        if self.spec.how == "text":
            return body, Values(framed)
        cut = self._cut_body(body)
        if isinstance(cut, str):
            return Unread(cut)
        if not cut.says_nothing:
            for need in self.spec.needs:
                if need.isdisjoint(cut.fields):
                    return Unread(f"it has no {' or '.join(sorted(need))}")
            del framed["body"]
        return body, cut._replace(fields=framed | cut.fields)

    def _frame(self, text: str) -> dict[str, str] | Unread:
        """What stands in front of a line, by name, with the rest as ``body``."""
        spec = self.spec
        if not spec.frames:
            return {"body": text}
        for frame in spec.frames:
            if found := frame.match(text):
                break
        else:
            return Unread(NO_FRAME)
        framed = {key: value for key, value in found.groupdict().items() if value is not None}
        if spec.program:
            program = self._program(framed.get("program", ""))
            return FOREIGN if program is None else framed | program
        return framed

    def _cut_body(self, body: str) -> Values | str:
        if self.spec.how == "keys":
            return cut_keys(body, self.spec.senders, self.spec.addresses)
        if self.spec.how == "json":
            return cut_json(body)
        return self._row(body)

    def _row(self, body: str) -> Values | str:
        """A row, or a line that names the columns; lines of remarks in front of it are passed over."""
        prefix = self.spec.header
        if prefix and body.startswith("#") and not body.startswith(prefix):
            return NO_ROW
        if body.startswith(prefix) and (prefix or self._may_name_columns(body)):
            names = header_columns(body[len(prefix) :].strip())
            if names and all(not need.isdisjoint(names) for need in self.spec.needs):
                if self._columns and names != self._columns:
                    return OTHER_COLUMNS
                self._columns, self._header = names, body[len(prefix) :].strip()
                return NO_ROW
        return cut_columns(body, self._columns) if self._columns else NO_COLUMNS

    def _may_name_columns(self, body: str) -> bool:
        """Whether the names that a header must have are in a line at all: rows are told from headers at little cost."""
        body = body[:HEADER_LENGTH].lower()
        return all(any(name in body for name in need) for need in self.spec.needs)

    def _recognise(self, body: str, fields: dict[str, str]) -> tuple[LineRule | None, dict[str, str]]:
        """The rule of a line, and its values with those that the rule takes out of them."""
        for rule in self.spec.lines:
            if rule.has and rule.has not in body:
                continue
            if rule.when and not all(condition.holds(fields) for condition in rule.when):
                continue
            if rule.pattern is None:
                break
            if found := rule.pattern.match(fields.get(rule.on, "")):
                fields |= {key: value for key, value in found.groupdict().items() if value is not None}
                break
        else:
            return None, fields
        for take in rule.takes:
            if found := take.pattern.match(fields.get(take.field, "")):
                fields |= {key: value for key, value in found.groupdict().items() if value is not None}
        return rule, fields

    def _recall(self, rule: LineRule, fields: dict[str, str]) -> tuple[dict[str, tuple[str, ...]], bool]:
        """Lists that earlier lines named, and whether one lacks a value; single values are added to the fields.

        Values of a list are never joined to one text: they are the sender's, and may hold any separator.
        """
        lists: dict[str, tuple[str, ...]] = {}
        lacks = False
        for fact in rule.recall:
            if not (of := fact.of.fill(fields)):
                continue
            values = self._values(fact, of_device(rule, fields, of), fields)
            if fact.lists:
                lists[fact.value] = tuple(value for value in values if value)
                lacks = lacks or not all(values) or not values
            elif values and values[0]:
                fields[fact.value] = values[0]
        return lists, lacks

    def _values(self, fact: Fact, of: str, fields: dict[str, str]) -> list[str]:
        """The values that a fact asks for, an empty one for each that is not known."""
        if not fact.each:
            return self.memory.ask(of, fact.name.fill(fields))
        names = [part.strip() for part in fields.get(fact.each, "").split(",")]
        found = (self.memory.ask(of, fact.name.fill(fields | {"each": name})) for name in names[:MOST_LISTED])
        values = [value for values in found for value in values or [""]]
        return values + [""] * (len(names) > MOST_LISTED)

    def _time(self, rule: LineRule | None, fields: dict[str, str]) -> tuple[Stamp, str | None]:
        get = (rule or self.spec.lines[0]).get
        text = get["time"](fields)[:64] if "time" in get else fields.get("time", "")[:64]
        stamp = read_time(text)
        if not stamp.month:
            return stamp, None
        day, warning = self.years.day(stamp.month, stamp.dom)
        return Stamp(day, stamp.clock, stamp.zone, stamp.month, stamp.dom), warning

    def _note(self, rule: LineRule, fields: dict[str, str], event: Event) -> None:
        """Keep what later lines need, and which ids belong together."""
        for fact in rule.remember:
            of, name, value = fact.of.fill(fields), fact.name.fill(fields), fields.get(fact.value)
            if of and name and value:  # that there is one is kept even where it cannot be read: lines need to know
                value = "" if event.flags & Flag.UNCLEAR else value
                self.memory.keep(of_device(rule, fields, of), name, value)
        if event.key and (child := rule.next.fill(fields)) and _leads_on(rule, fields, event):
            inside = event.done == "handed_over"
            handed = event.kind is Kind.DELIVERY and event.done != "expanded"  # an alias leads to other recipients
            handover = Handover(event.digest, event.recipients, inside) if handed else None
            self._link(rule, fields, Link(event.device, event.key, child, event.stamp, handover))
        if event.key and (parent := rule.parent.fill(fields)):
            self._link(rule, fields, Link(event.device, parent, event.key))

    def _link(self, rule: LineRule, fields: dict[str, str], link: Link) -> None:
        if link.parent != link.child:
            self.memory.copied(of_device(rule, fields, link.child), of_device(rule, fields, link.parent))
            self.links.append(link)


def of_device(rule: LineRule, fields: dict[str, str], of: str) -> str:
    """What a fact is of, by the unit too: a collector's file holds lines of several, with the same numbers."""
    device = rule.get["device"](fields) if "device" in rule.get else ""
    return f"{device} {of}"


def _leads_on(rule: LineRule, fields: dict[str, str], event: Event) -> bool:
    """Whether the id in a next hop's reply may be one of this device.

    Any host can answer with an id that it read in a header. So a host that is not this one is believed only when it
    took the message, and the message under that id came in from its own address.
    """
    if event.kind is not Kind.DELIVERY or event.done in INSIDE:
        return True
    if event.done != "delivered":
        return False
    came_from = fields.get("next_client")
    return bool(came_from) and "relay_ip" in rule.get and came_from == rule.get["relay_ip"](fields)


_NONE: Final[frozenset[str]] = frozenset()
