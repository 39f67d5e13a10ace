"""The same message reached the same recipient twice, by two receipts."""

from collections.abc import Iterator
from typing import Final

from ingest.engine.event import Flag
from ingest.engine.findings.cites import background, cite
from ingest.engine.findings.coverage import Context
from ingest.engine.findings.doubts import MORE_RECIPIENTS
from ingest.engine.findings.hit import Doubt, Hit, Rule, Severity
from ingest.engine.truth import Truth

NAME: Final = "delivered-twice"
DATE: Final = "2026-11-29"


def find(truth: Truth) -> Iterator[Hit]:
    """One hit per recipient. Equal receipts are one delivery; without receipts only different times tell."""
    for recipient in sorted(recipient for recipient, records in truth.delivered.items() if len(records) > 1):
        deliveries = truth.deliveries(recipient)
        if len(deliveries) < 2:
            continue
        receipts = sum(not group[0].flags & Flag.BARE for group in deliveries)
        explained = len(deliveries) == 2 and recipient in truth.notified_recipients
        severity: Severity = "info" if explained else "medium" if receipts >= 2 else "low"
        records = [record for group in deliveries for record in group]
        cites = cite("delivered", records) + background(truth)
        yield Hit(NAME, severity, recipient, tuple(cites), "notification" if explained else None, ())


def lacks(truth: Truth, _: Context) -> str | None:
    """It needs the lines that tell of deliveries."""
    if truth.has_events:
        return None
    return "there are no mail event lines (elog) of these messages, so nothing tells of single deliveries"


def _notice(truth: Truth) -> bool:
    return any(
        len(truth.delivered[one]) > 1 and truth.taken_for_notice(one) for one in truth.dsn.keys() & truth.delivered
    )


RULE = Rule(
    NAME,
    DATE,
    find,
    lacks,
    (
        MORE_RECIPIENTS,
        Doubt(
            "a line about them cannot be read one way only (a key stands twice, or inside the sender's text)",
            lambda truth: truth.unclear,
        ),
        Doubt(
            "a notice of non-delivery went to the same recipient: which of the two was delivered, the log does not say",
            _notice,
        ),
        Doubt(
            "they were handed over (to a filter, another program or the unit itself) beside another delivery to the"
            " same recipient, and where they went on the log does not show",
            lambda truth: bool(truth.may_be_twice),
        ),
    ),
)
