"""The rule set that results carry: its date changes when a rule, or the reading of a line, changes its answer."""

from typing import Final

RULE_SET: Final = "2026-11-24"
