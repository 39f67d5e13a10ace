"""A told check as the page shows it: items in groups, with what the report leaves to the page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from kb.check_words import grounds, lead, tone

Data = dict[str, Any]
IN_FULL = ("enters", "reintroduced", "crossed", "changes")
SHORT = ("leaves", "stays", "not_applicable")
ALL = (*IN_FULL, "applies", "unknown", "stays", "leaves", "not_applicable")
FIXES = ("vendor_fix", "fix_planned")


@dataclass(frozen=True, slots=True)
class CheckShown:
    """What the templates take. `tally` are pairs of verdict and count, zeros included."""

    report: Data
    lead: str
    tone: str
    grounds: list[str]
    tally: list[tuple[str, int]]
    decisions: list[Data]
    notices: list[Data]
    unknown: list[Data]
    rest: dict[str, list[Data]]

    @property
    def page(self) -> Data:
        """What the report leaves to the page."""
        return dict(self.report["page"])

    @property
    def is_direct(self) -> bool:
        """Whether the way goes over no hop."""
        return not self.report["hops"]

    @property
    def missing_hops(self) -> str:
        """The hops that the vendor's way needs, where the question does not go over them."""
        path = self.report["path"]
        return ", ".join(path["required_hops"]) if path["supported"] is False else ""


def shown_check(report: Data, today: date) -> CheckShown:
    """Return a told check ready to be shown."""
    items = [_item(item, report["page"]["items"][item["id"]]) for item in report["items"]]
    by_verdict = {verdict: [item for item in items if item["verdict"] == verdict] for verdict in ALL}
    return CheckShown(
        report=report,
        lead=lead(report),
        tone=tone(report),
        grounds=grounds(report, today),
        tally=[(verdict, len(by_verdict[verdict])) for verdict in ALL],
        decisions=[item for verdict in IN_FULL for item in by_verdict[verdict]],
        notices=by_verdict["applies"],
        unknown=by_verdict["unknown"],
        rest={verdict: by_verdict[verdict] for verdict in SHORT},
    )


def _item(item: Data, more: Data) -> Data:
    """Return an item with its ways out in short: releases that cure together, the rest as told."""
    ways = item["remediations"]
    return {
        **item,
        **{name: more[name] for name in ("reasons", "summary", "say")},
        "before": more["before"],
        "after": more["after"],
        "fixed_in": _versions(ways, "vendor_fix"),
        "planned_in": _versions(ways, "fix_planned"),
        "ways": [way for way in ways if way["category"] not in FIXES or not way["version"]],
    }


def _versions(ways: Sequence[Data], category: str) -> list[str]:
    return [way["version"] for way in ways if way["category"] == category and way["version"]]
