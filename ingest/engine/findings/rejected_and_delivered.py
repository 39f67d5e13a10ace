"""The sender was told "refused", and the message reached the recipient all the same."""

from collections.abc import Iterator
from typing import Final

from ingest.engine.findings.cites import background, cite
from ingest.engine.findings.coverage import Context
from ingest.engine.findings.doubts import MORE_RECIPIENTS
from ingest.engine.findings.hit import Doubt, Hit, Rule, Severity
from ingest.engine.records import Record
from ingest.engine.truth import MOST_CITED, STATUS_KINDS, Truth

NAME: Final = "rejected-and-delivered"
DATE: Final = "2026-11-29"


def find(truth: Truth) -> Iterator[Hit]:
    """One hit per original recipient; a message that went only to other addresses is listed once for each of them."""
    if not (truth.refused_all or truth.refused):
        return
    copies = tuple(copy for copy in sorted(truth.copies)[:MOST_CITED] if _reached(truth, copy))
    hits = [hit for recipient in sorted(truth.originals) if (hit := _original(truth, recipient, copies))]
    yield from hits or _copies(truth)


def _original(truth: Truth, recipient: str, copies: tuple[str, ...]) -> Hit | None:
    reached = _reached(truth, recipient)
    if not reached or not (refusals := truth.refusals(recipient)):
        return None
    explained = len(truth.deliveries(recipient)) <= 1 and recipient in truth.notified_recipients
    severity: Severity = "info" if explained else "critical" if truth.infected else "high"
    cites = cite("rejected", refusals) + cite("delivered", reached) + background(truth)
    return Hit(NAME, severity, recipient, tuple(cites), "notification" if explained else None, copies)


def _copies(truth: Truth) -> Iterator[Hit]:
    """Refused for every original recipient, delivered to none of them, but to another address."""
    if not all(truth.refusals(recipient) for recipient in truth.originals):
        return
    if any(_reached(truth, recipient) for recipient in truth.originals):
        return
    told = {record.digest: record for recipient in truth.originals for record in truth.refusals(recipient)}
    for copy in sorted(truth.copies):
        if reached := _reached(truth, copy):
            cites = cite("rejected", told.values()) + cite("delivered", reached) + background(truth)
            yield Hit(NAME, "info", copy, tuple(cites), "copy", (copy,))


def _reached(truth: Truth, recipient: str) -> list[Record]:
    """Every record that says the message reached an address, but for notices of non-delivery."""
    return [record for group in truth.deliveries(recipient) for record in group] + truth.status.get(recipient, [])


def lacks(truth: Truth, _: Context) -> str | None:
    """It needs lines that tell the answer and lines that tell of deliveries."""
    if truth.has_events or truth.stated:
        return None
    if truth.kinds & STATUS_KINDS:
        return "there are history lines but no mail event lines (elog) of them, so nothing tells of deliveries"
    return "there are neither history lines nor mail event lines (alog, elog) of these messages"


def _unfollowed(truth: Truth) -> bool:
    """Whether something was refused, and handed over to where the lines do not follow it.

    Whoever was refused: a filter, or a list, may send to others than those it was given.
    """
    return bool(truth.unfollowed and (truth.refused_all or truth.refused))


def _notice(truth: Truth) -> bool:
    return any(truth.refusals(recipient) and truth.taken_for_notice(recipient) for recipient in truth.dsn)


RULE = Rule(
    NAME,
    DATE,
    find,
    lacks,
    (
        Doubt(
            "the log does not cover the beginning of these messages: what the sender was told is not known",
            lambda truth: not truth.begun and bool(truth.delivered or truth.unfollowed),
        ),
        Doubt(
            "a line about them cannot be read one way only (a key stands twice, or inside the sender's text)",
            lambda truth: truth.unclear,
        ),
        Doubt(
            "their disposition or delivery status has a word or a bit whose meaning is not known",
            lambda truth: truth.unknown_word,
        ),
        Doubt("a recipient was refused whom the log does not name", lambda truth: truth.unnamed),
        MORE_RECIPIENTS,
        Doubt(
            "a notice of non-delivery went to the same recipient: which of the two was delivered, the log does not say",
            _notice,
        ),
        Doubt(
            "they were handed over (to a filter, another program or the unit itself), and where they went on the log"
            " does not show",
            _unfollowed,
        ),
    ),
)
