"""The values of a line to an `Event`, by the rule of its kind."""

import re
from typing import Final, NamedTuple

from ingest.engine.event import Done, Event, Flag, Kind, Scope, Told
from ingest.engine.fortimail.message import answer_words, plain_address
from ingest.engine.fortimail.receipts import is_own, receipt_of
from ingest.engine.logformats.spec import LineRule, Outcome, Spec, Template
from ingest.engine.logformats.stamps import Stamp
from ingest.engine.times import DAY_MS

_CODE: Final = re.compile(r"\s*([245])(?:\d\d(?!\d)|\.\d{1,3}\.\d{1,3}(?!\d))")
_TOLD: Final[dict[str, Told]] = {"2": "accepted", "4": "deferred", "5": "refused"}
_BRACKETED: Final = re.compile(r"<([^<>]*)>")
_ADDRESSES: Final = 1000  # recipients of one line
TEXT_SHOWN: Final = 64
OTHER: Final = Outcome(())
NOWHERE: Final = frozenset({"none", "-", ""})


class Reading(NamedTuple):
    """A line cut and recognised: what an event is made of. ``stamp`` has its year by now, where one is known."""

    body: str
    fields: dict[str, str]
    unclear: frozenset[str]
    rule: LineRule | None
    stamp: Stamp
    warning: str | None


class Said(NamedTuple):
    """The words that people are shown of a line, in the keys that summaries ask for."""

    words: tuple[tuple[str, str], ...]

    def explain(self, _: str) -> dict[str, str]:
        """The words by key."""
        return dict(self.words)


NOTHING_SAID: Final = Said(())


def value_of(templates: tuple[Template, ...], fields: dict[str, str]) -> str:
    """The first value that some templates give."""
    for one in templates:
        if value := one.fill(fields):
            return value
    return ""


def make_event(spec: Spec, reading: Reading) -> Event:
    """The event of a line; of one that fits no rule, that it was there."""
    rule, fields = reading.rule, reading.fields
    stamp = reading.stamp
    ms = None if stamp.day is None or stamp.clock is None else stamp.day * DAY_MS + stamp.clock
    keys, values = tuple(fields), tuple(fields.values())
    digest = hash((fields.get("time"), reading.body))
    common = (ms, stamp.clock, stamp.zone or spec.zone or None)
    if rule is None:
        return Event(
            Kind.OTHER, "other", spec.log, *common, None, None, None, None, "unknown", None, "none", None, (), None,
            None, None, (), None, 0, 0, "", digest, reading.warning, keys, values, NOTHING_SAID.explain,
        )  # fmt: skip
    get = rule.fields.get
    told, scope, done, flags, final = _outcome(rule, fields)
    reply = value_of(get("reply", ()), fields)
    relay, address = value_of(get("relay", ()), fields), value_of(get("relay_ip", ()), fields)
    if told == "reply":
        found = _CODE.match(reply)
        told = _TOLD[found[1]] if found else "unknown"
    warning = reading.warning
    if doubtful := reading.unclear & spec.deciding:
        told, flags = "unknown", flags | Flag.UNCLEAR
        done = "unknown" if rule.kind is Kind.DELIVERY else done
        warning = _doubt(doubtful, warning)
    words = ""
    said = NOTHING_SAID
    if rule.kind is Kind.DELIVERY:
        done, words, more = _delivery(done, final, reply, relay, address)
        flags |= more
        said = Said((("stat", reply or rule.name), ("relay", f"{relay} [{address}]" if address else relay)))
    elif rule.kind in {Kind.REFUSAL, Kind.ANSWER}:
        words = answer_words(reply)
        said = Said((("reject" if rule.kind is Kind.REFUSAL else "stat", reply),)) if reply else said
        if rule.kind is Kind.REFUSAL and scope in {"message", "connection"}:
            flags |= Flag.EVERYBODY
    sender = value_of(get("sender", ()), fields)
    envelope = value_of(get("envelope", ()), fields)
    key = value_of(get("key", ()), fields) or None
    return Event(
        rule.kind,
        rule.name,
        spec.log,
        *common,
        value_of(get("device", ()), fields) or None,
        value_of(get("session", ()), fields) or key,
        key,
        value_of(get("child", ()), fields) or None,
        told,  # type: ignore[arg-type]  # "reply" was replaced above
        scope if told != "unknown" else None,
        done,
        plain_address(sender) if sender else None,
        recipients_of(value_of(get("recipients", ()), fields), rule.split),
        value_of(get("client", ()), fields) or None,
        value_of(get("verdict", ()), fields) or None,
        value_of(get("verdict_code", ()), fields) or None,
        (),
        reading.body,
        flags,
        min(int(envelope), 1_000_000_000) if envelope.isdecimal() and len(envelope) < 10 else 0,
        words,
        digest,
        warning,
        keys,
        values,
        said.explain,
    )


def _outcome(rule: LineRule, fields: dict[str, str]) -> tuple[str, Scope | None, Done, int, bool]:
    """What the rule says of this line: its first outcome that fits, over what it says of all its lines."""
    always, chosen = rule.outcome, OTHER
    for outcome in rule.outcomes:
        if all(condition.holds(fields) for condition in outcome.conditions):
            chosen = outcome
            break
    else:
        if rule.outcomes and always.told is None and always.done is None:
            flags = always.flags | (Flag.UNCLEAR if rule.kind is Kind.DELIVERY else Flag.UNKNOWN_WORD)
            return "unknown", None, "unknown", flags, False
    told, scope = chosen.told or always.told or "unknown", chosen.scope or always.scope
    return told, scope, chosen.done or always.done or "none", always.flags | chosen.flags, chosen.final or always.final


def _delivery(done: Done, final: bool, reply: str, relay: str, address: str) -> tuple[Done, str, int]:
    """The delivery as it counts: to the unit itself or to a filter's socket it went nowhere yet."""
    if done != "delivered":
        return done, "", 0
    words, bare = receipt_of(reply, relay, address or None)
    if not final and (is_own(relay, address or None) or "/" in address):
        return "handed_over", words, 0
    return done, words, Flag.BARE if bare or not words else 0


def recipients_of(text: str, split: str) -> tuple[str, ...]:
    """The addresses of a field. Quoted local parts with separators are rare enough to stay one address."""
    if not text:
        return ()
    if text[0] == "<" and text[-1] == ">" and '"' not in text:
        return tuple(plain_address(one) for one in _BRACKETED.findall(text)[:_ADDRESSES] if one.strip())
    if '"' in text or not any(separator in text for separator in split):
        return (plain_address(text),)
    for separator in split[1:]:
        text = text.replace(separator, split[0])
    return tuple(plain_address(one) for one in text.split(split[0])[:_ADDRESSES] if one.strip())


def _doubt(keys: frozenset[str], warning: str | None) -> str:
    sentence = f"not used, since it stands twice or inside the sender's text: {', '.join(sorted(keys))[:TEXT_SHOWN]}"
    return f"{warning}; {sentence}" if warning else sentence
