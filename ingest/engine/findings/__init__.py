"""The rules: an explicit list of those about one message, and of those about a whole log."""

from typing import Final

from ingest.engine.findings import (
    accepted_and_lost,
    delivered_twice,
    rejected_and_delivered,
    verdict_drift,
    verdict_order,
)
from ingest.engine.findings.hit import Rule
from ingest.engine.findings.whole import WholeRule

RULES: Final[tuple[Rule, ...]] = (rejected_and_delivered.RULE, delivered_twice.RULE, accepted_and_lost.RULE)
WHOLE_RULES: Final[tuple[WholeRule, ...]] = (verdict_order.RULE, verdict_drift.RULE)
DATES: Final = {rule.name: rule.date for rule in RULES} | {rule.name: rule.date for rule in WHOLE_RULES}
