"""The values of a line to an `Event`, by the rule of its kind."""

import re
from typing import Final, Literal, NamedTuple

from ingest.engine.event import Done, Event, Flag, Kind, Scope, Told
from ingest.engine.fortimail.message import answer_words, plain_address
from ingest.engine.fortimail.receipts import is_own, receipt_of
from ingest.engine.logformats.spec import LineRule, Outcome, Spec
from ingest.engine.logformats.stamps import Stamp
from ingest.engine.times import DAY_MS

_CODE: Final = re.compile(r"\s*([245])(?:\d\d(?!\d)|\.\d{1,3}\.\d{1,3}(?!\d))")
_TOLD: Final[dict[str, Told]] = {"2": "accepted", "4": "deferred", "5": "refused"}
_BRACKETED: Final = re.compile(r"<([^<>]*)>")
_QUOTED: Final = re.compile(r'<?"[^"\\<>]*"@[^"\\<>]+>?')
_ADDRESSES: Final = 1000  # recipients of one line
NOT_ALL_KNOWN: Final = "a recipient that it means by number is not known, or cannot be read"
NOT_SPLIT: Final = "its recipients cannot be told apart"
TEXT_SHOWN: Final = 64
OTHER: Final = Outcome(())
# Fields of the model that an event has as they stand.
SHOWN: Final = ("device", "session", "key", "child", "sender", "client", "verdict", "verdict_code", "envelope")
NOBODY: Final[tuple[str, ...]] = ()
NOWHERE: Final = frozenset({"none", "-", ""})


_NO_LISTS: Final[dict[str, tuple[str, ...]]] = {}


class Reading(NamedTuple):
    """A line cut and recognised: what an event is made of. ``stamp`` has its year by now, where one is known.

    ``lists`` are recipients that earlier lines named, one by one; ``lacks`` is whether some of them are not known.
    """

    body: str
    fields: dict[str, str]
    unclear: frozenset[str]
    rule: LineRule | None
    stamp: Stamp
    warning: str | None
    lists: dict[str, tuple[str, ...]] = _NO_LISTS
    lacks: bool = False


class Said(NamedTuple):
    """The words that people are shown of a line, in the keys that summaries ask for."""

    words: tuple[tuple[str, str], ...]

    def explain(self, _: str) -> dict[str, str]:
        """The words by key."""
        return dict(self.words)


NOTHING_SAID: Final = Said(())


class Meaning(NamedTuple):
    """What a line tells and does; ``words`` is what is compared with other lines, ``shown`` what people see of it."""

    told: Told = "unknown"
    scope: Scope | None = None
    done: Done = "none"
    flags: int = 0
    words: str = ""
    shown: Said = NOTHING_SAID


NOTHING: Final = Meaning()


def make_event(spec: Spec, reading: Reading) -> Event:
    """The event of a line; of one that fits no rule, that it was there."""
    rule, fields, stamp = reading.rule, reading.fields, reading.stamp
    said, warning, recipients, sender, envelope = NOTHING, reading.warning, NOBODY, "", ""
    found: dict[str, str] = {}
    if rule:
        found = {name: rule.get[name](fields) for name in SHOWN if name in rule.get}
        sender, envelope = found.get("sender", ""), found.get("envelope", "")
        said, split = _meaning(rule, fields), True
        if "recipients" in rule.fields:
            recipients, split = _recipients(rule, reading)
        if reading.unclear and (doubtful := reading.unclear & spec.deciding):
            done: Done = "unknown" if rule.kind is Kind.DELIVERY else said.done
            said = said._replace(told="unknown", scope=None, done=done, flags=said.flags | Flag.UNCLEAR)
            warning = _also(warning, _doubt(doubtful))
        if not split:
            said, warning = _unsure(rule, said), _also(warning, NOT_SPLIT)
        if reading.lacks:  # what it says of those who are known stays true
            said = said._replace(flags=said.flags | Flag.UNCLEAR) if recipients else _unsure(rule, said)
            warning = _also(warning, NOT_ALL_KNOWN)
    get = found.get
    key = get("key") or None
    return Event(
        rule.kind if rule else Kind.OTHER,
        rule.name if rule else "other",
        spec.log,
        None if stamp.day is None or stamp.clock is None else stamp.day * DAY_MS + stamp.clock,
        stamp.clock,
        stamp.zone or spec.zone or None,
        get("device") or None,
        get("session") or key,
        key,
        get("child") or None,
        said.told,
        said.scope,
        said.done,
        plain_address(sender) if sender else None,
        recipients,
        get("client") or None,
        get("verdict") or None,
        get("verdict_code") or None,
        (),
        reading.body if rule else None,
        said.flags,
        int(envelope) if envelope.isdecimal() and len(envelope) < 10 else 0,
        said.words,
        hash((fields.get("time"), reading.body)),
        warning,
        tuple(fields),
        tuple(fields.values()),
        said.shown.explain,
    )


def _nothing(_: dict[str, str]) -> str:
    return ""


def _meaning(rule: LineRule, fields: dict[str, str]) -> Meaning:
    """What a line of a kind tells and does, by its outcomes, its reply and its relay."""
    if rule.is_silent:
        return NOTHING
    told, scope, done, flags, final = _outcome(rule, fields)
    get = rule.get.get
    reply = get("reply", _nothing)(fields)
    if told == "reply":
        found = _CODE.match(reply)
        told = _TOLD[found[1]] if found else "unknown"
    words, shown = "", NOTHING_SAID
    if rule.kind is Kind.DELIVERY:
        relay, address = get("relay", _nothing)(fields), get("relay_ip", _nothing)(fields)
        done, words, more = _delivery(done, final, reply, relay, address)
        flags |= more
        shown = Said((("stat", reply or rule.name), ("relay", f"{relay} [{address}]" if address else relay)))
    elif rule.kind in {Kind.REFUSAL, Kind.ANSWER}:
        words = answer_words(reply)
        shown = Said((("reject" if rule.kind is Kind.REFUSAL else "stat", reply),)) if reply else shown
        if rule.kind is Kind.REFUSAL and scope in {"message", "connection"}:
            flags |= Flag.EVERYBODY
    return Meaning(told, scope if told != "unknown" else None, done, flags, words, shown)


def _outcome(rule: LineRule, fields: dict[str, str]) -> tuple[Told | Literal["reply"], Scope | None, Done, int, bool]:
    """What the rule says of this line: its first outcome that fits, over what it says of all its lines."""
    always, chosen = rule.outcome, OTHER
    for outcome in rule.outcomes:
        for condition in outcome.conditions:
            if not condition.holds(fields):
                break
        else:
            chosen = outcome
            break
    else:
        if rule.outcomes and always.told is None and always.done is None:
            flags = always.flags | (Flag.UNCLEAR if rule.kind is Kind.DELIVERY else Flag.UNKNOWN_WORD)
            return "unknown", None, "unknown", flags, False
    told: Told | Literal["reply"] = chosen.told or always.told or "unknown"
    scope = chosen.scope or always.scope
    return told, scope, chosen.done or always.done or "none", always.flags | chosen.flags, chosen.final or always.final


def _delivery(done: Done, final: bool, reply: str, relay: str, address: str) -> tuple[Done, str, int]:
    """The delivery as it counts: to the unit itself or to a filter's socket it went nowhere yet."""
    if done != "delivered":
        return done, "", 0
    words, bare = receipt_of(reply, relay, address or None)
    if not final and (is_own(relay, address or None) or "/" in address):
        return "handed_over", words, 0
    return done, words, Flag.BARE if bare or not words else 0


def _recipients(rule: LineRule, reading: Reading) -> tuple[tuple[str, ...], bool]:
    """The recipients of a line, and whether they are told apart for sure."""
    for one in rule.fields.get("recipients", ()):
        if values := reading.lists.get(one.text):
            return tuple(map(plain_address, values)), True
        if text := one.fill(reading.fields):
            return recipients_of(text, rule.split)
    return (), True


def recipients_of(text: str, split: str) -> tuple[tuple[str, ...], bool]:
    """The addresses of a field, and whether they are told apart for sure; if not, the whole text is the only one.

    A separator between quotes may be a part of an address, or quotes a part of two addresses around it: servers take
    addresses that no grammar allows.
    """
    if not any(separator in text for separator in split):
        return ((plain_address(text),) if text.strip() else ()), True
    bracketed = text[0] == "<" and text[-1] == ">"
    # Between brackets may stand separators, too; outside of them nothing else.
    if bracketed and '"' not in text and "\\" not in text and not _BRACKETED.sub("", text).strip(f"{split} "):
        return _some(_BRACKETED.findall(text), text)
    if bracketed and _QUOTED.fullmatch(text):
        return (plain_address(text),), True
    for separator in split[1:]:
        text = text.replace(separator, split[0])
    parts = [part.strip() for part in text.split(split[0])]
    return _some(parts, text) if all(map(_is_one, parts)) else ((plain_address(text),), False)


def _some(parts: list[str], text: str) -> tuple[tuple[str, ...], bool]:
    if len(parts) > _ADDRESSES:
        return (plain_address(text[:TEXT_SHOWN]),), False
    return tuple(plain_address(part) for part in parts if part.strip()), True


def _is_one(part: str) -> bool:
    """Whether a part of a list is an address by itself, however it was divided."""
    if '"' in part or "\\" in part:
        return _QUOTED.fullmatch(part) is not None
    return part.count("<") == part.count(">")


def _unsure(rule: LineRule, said: Meaning) -> Meaning:
    """What a line says when nobody knows of whom: what was told for the whole message stays."""
    done: Done = "unknown" if rule.kind is Kind.DELIVERY else said.done
    if said.scope in {"message", "connection"}:
        return said._replace(done=done, flags=said.flags | Flag.UNCLEAR)
    return said._replace(told="unknown", scope=None, done=done, flags=said.flags | Flag.UNCLEAR)


def _doubt(keys: frozenset[str]) -> str:
    return f"not used, since it stands twice or inside the sender's text: {', '.join(sorted(keys))[:TEXT_SHOWN]}"


def _also(warning: str | None, sentence: str) -> str:
    return f"{warning}; {sentence}" if warning else sentence
