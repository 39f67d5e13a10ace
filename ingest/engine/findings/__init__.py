"""The rules: an explicit list of what is judged, and of what is not and why."""

from typing import Final

from ingest.engine.findings import delivered_twice, rejected_and_delivered
from ingest.engine.findings.hit import LaterRule, Rule

RULES: Final[tuple[Rule, ...]] = (rejected_and_delivered.RULE, delivered_twice.RULE)
# Rules of `docs/mail-truth.md` that this version does not have; results name each of them, never leave one out.
LATER: Final[tuple[LaterRule, ...]] = (
    LaterRule(
        "accepted-and-lost",
        "this version does not judge it: it needs a log that covers the whole queue lifetime (5 days by default)",
    ),
    LaterRule("verdict-order-changed", "this version does not judge it: it needs a baseline of the previous firmware"),
    LaterRule(
        "verdict-drift", "this version only counts messages by day and verdict: it does not look for a shift in them"
    ),
)
