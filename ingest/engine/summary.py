"""One English sentence for a finding: what was told, what was done, by whose word."""

from collections.abc import Mapping

from ingest.engine.event import Event
from ingest.engine.findings.hit import Hit
from ingest.engine.fortimail.receipts import receipt_id, relay_address

SHOWN = 160


def summarise(hit: Hit, events: Mapping[str, list[Event]]) -> str:
    """The sentence for a hit, from its lines by what they say (read back, in order of time)."""
    told, done = events.get("rejected", []), events.get("delivered", [])
    if hit.rule == "accepted-and-lost":
        sentence = _lost(hit, events)
    elif hit.rule == "delivered-twice":
        receipts = list(dict.fromkeys(_receipt(event) for event in done))
        sentence = (
            f"The message was delivered to {_one_line(hit.recipient)} {len(receipts)} times: {'; '.join(receipts[:4])}"
        )
    else:
        sentence = f"The sender was told {_answer(told)}, yet the message was delivered to {_one_line(hit.recipient)}"
        sentence += f", {_receipt(done[0])}" if done else ""
    if hit.explained == "notification":
        sentence += "; a notification action may be what was delivered"
    if hit.explained == "copy":
        sentence += (
            "; that is no recipient of the original message, so it is a copy, and the log does not say which kind"
        )
    return sentence + "."


def _lost(hit: Hit, events: Mapping[str, list[Event]]) -> str:
    words = next((event.dispositions for event in events.get("accepted", []) if event.dispositions), ())
    named = f" (disposition {_one_line(';'.join(words))})" if words else ""
    sentence = (
        f"The message was accepted{named}, and no line says what became of it for {_one_line(hit.recipient)}, though"
        " the log covers the whole queue lifetime after its last line"
    )
    if last := next((stat for event in reversed(events.get("tried", [])) if (stat := _stat(event))), ""):
        sentence += f"; the last that was tried: “{_one_line(last)}”"
    return sentence


def _stat(event: Event) -> str:
    return event.message_fields.get("stat", "")


def _answer(told: list[Event]) -> str:
    """The words of the answer: the reply itself where a line has it, else the gateway's own record."""
    for event in told:
        if reply := event.message_fields.get("reject"):
            return f"“{_one_line(reply)}”"
    for event in told:
        if stat := event.message_fields.get("stat"):
            return f"“{_one_line(stat)}”"
    words = next((event.dispositions for event in told if event.dispositions), ())
    return f"that it was refused (disposition {_one_line(';'.join(words))})" if words else "that it was refused"


def _receipt(event: Event) -> str:
    stat = event.message_fields.get("stat", "")
    if not stat:
        status = event.fields.get("delivery_status", "Delivered")
        return f"by the gateway's own record (delivery status {_one_line(status)})"
    relay = event.message_fields.get("relay", "")
    by = relay_address(relay) or event.message_fields.get("to_ip") or relay.strip()
    named = receipt_id(stat)
    what = f"receipt {named}" if named else f"“{_one_line(stat)}”"
    return f"by {_one_line(by)} with {what}" if by else f"with {what}"


def _one_line(text: str) -> str:
    """Log text inside a sentence: printable and bounded."""
    text = "".join(c if c.isprintable() else " " for c in text[: SHOWN + 1]).strip()
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"
