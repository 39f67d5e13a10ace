"""The sender was told "accepted", and nothing became of the message, though the log covers the whole queue lifetime."""

from collections.abc import Callable, Iterator
from typing import Final

from ingest.engine.event import Kind
from ingest.engine.findings.cites import background, cite
from ingest.engine.findings.coverage import Context
from ingest.engine.findings.doubts import MORE_RECIPIENTS
from ingest.engine.findings.hit import Doubt, Hit, Rule
from ingest.engine.truth import Truth

NAME: Final = "accepted-and-lost"
DATE: Final = "2026-11-28"
_HISTORY: Final = int(Kind.HISTORY)


def find(truth: Truth) -> Iterator[Hit]:
    """One hit per recipient who was accepted and of whom no line says what became of the message."""
    for recipient in sorted(_accepted(truth)):
        cites = cite("accepted", truth.acceptances(recipient)) + cite("tried", truth.tried.get(recipient, []))
        yield Hit(NAME, "high", recipient, tuple(cites + background(truth)), None, ())


def lacks(truth: Truth, context: Context) -> str | None:
    """It needs lines that tell the answer, lines that tell of deliveries, and all the time a message may be queued."""
    if not (truth.has_events or truth.stated):
        return "there are no mail event lines (elog) of these messages, so nothing tells what became of them"
    if not truth.begun:
        return "the log does not cover the beginning of these messages"
    if not truth.open:
        return None
    if not _accepted(truth):
        if _HISTORY in truth.kinds:
            return "what the sender was told for the recipient who is open, no line says"
        return "no line says what the sender was told for these messages (with FortiMail, history lines do: alog)"
    held_back = next((reason for reason, holds in _HOLD_BACK if holds(truth)), None)
    return held_back or context.lacks(truth.device, truth.last)


def _accepted(truth: Truth) -> set[str]:
    """The recipients who are open and for whom the message was taken."""
    return truth.open if truth.accepted_all else truth.open & truth.accepted.keys()


def _elsewhere(truth: Truth) -> bool:
    """Whether the message went to an address that is no original recipient: an alias, or a rewritten recipient."""
    return not (truth.delivered.keys() | truth.status.keys() | truth.ends) <= truth.originals


# What may explain a recipient who is open: then "lost" would be a guess.
_HOLD_BACK: Final[tuple[tuple[str, Callable[[Truth], bool]], ...]] = (
    (
        "a line about them cannot be read one way only, and it may tell what became of them",
        lambda truth: truth.unclear,
    ),
    (
        "their disposition or delivery status has a word or a bit whose meaning is not known",
        lambda truth: truth.unknown_word,
    ),
    (
        "a notice of non-delivery was made, and for which recipient the log does not say",
        lambda truth: bool(truth.dsn),
    ),
    (
        "they were handed over to the unit itself, and go on under an id that the log does not join",
        lambda truth: truth.handed_over,
    ),
    (
        "they went to another address than the recipient's, which may stand for it (an alias, a rewritten recipient)",
        _elsewhere,
    ),
)
RULE: Final = Rule(
    NAME,
    DATE,
    find,
    lacks,
    (
        MORE_RECIPIENTS,
        Doubt(
            "what the sender was told for one of the recipients who are open, no line says",
            lambda truth: _accepted(truth) != truth.open,
        ),
    ),
)
