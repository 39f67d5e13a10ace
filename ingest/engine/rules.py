"""The rule set that results carry: its date changes when a rule, or the reading of a line, changes its answer.

A finding carries the date of its own rule, which changes with what that rule answers.
"""

from typing import Final

from ingest.engine.findings import DATES

READING: Final = "2026-11-28"  # of the last change to what a line is read as
RULE_SET: Final = max(READING, *DATES.values())
