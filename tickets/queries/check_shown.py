"""A told check as the page shows it: items in groups, with what the report leaves to the page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from kb.check_words import grounds, lead, tone
from kb.upgrade.check import WORST_FIRST, Kind, Severity

Data = dict[str, Any]
IN_FULL = ("enters", "reintroduced", "crossed", "changes")
SHORT = ("leaves", "stays", "not_applicable")
ALL = (*IN_FULL, "applies", "unknown", "stays", "leaves", "not_applicable")
FIXES = ("vendor_fix", "fix_planned")
THERE = frozenset({"enters", "reintroduced", "stays"})  # the target has it
KIND_ORDER = (Kind.VULNERABILITY, Kind.DEFECT, Kind.LIMITATION, Kind.BEHAVIOUR_CHANGE, Kind.NOTICE)


@dataclass(frozen=True, slots=True)
class CheckShown:
    """What the templates take. `tally` are pairs of verdict and count, zeros included.

    `cases` are those behind what the move brings or may bring, each with the titles of its issues.
    """

    report: Data
    lead: str
    tone: str
    grounds: list[str]
    tally: list[tuple[str, int]]
    decisions: list[Data]
    notices: list[Data]
    unknown: list[Data]
    rest: dict[str, list[Data]]
    cases: list[tuple[str, list[str]]]

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
    documents = report["page"].get("sources", {})
    items = sorted((_item(item, report, documents) for item in report["items"]), key=_worst_first)
    by_verdict = {verdict: [item for item in items if item["verdict"] == verdict] for verdict in ALL}
    return CheckShown(
        report=report,
        lead=lead(report),
        tone=tone(report),
        grounds=grounds(report, today),
        tally=[(verdict, len(by_verdict[verdict])) for verdict in ALL],
        decisions=(decisions := [item for verdict in IN_FULL for item in by_verdict[verdict]]),
        notices=by_verdict["applies"],
        unknown=by_verdict["unknown"],
        rest={verdict: by_verdict[verdict] for verdict in SHORT},
        cases=_cases([*decisions, *by_verdict["unknown"]]),
    )


def _worst_first(item: Data) -> tuple[int, int, list[int | str]]:
    """Return the order of items: severity, unknown as the worst; then kind; then number, of any length."""
    number: list[int | str] = [int(part) if part.isdigit() else part for part in item["id"].split("-")]
    return WORST_FIRST.index(Severity(item["severity"])), KIND_ORDER.index(Kind(item["kind"])), number


def _cases(items: Sequence[Data]) -> list[tuple[str, list[str]]]:
    found: dict[str, list[str]] = {}
    for item in items:
        for ref in item["cases"]:
            found.setdefault(ref, []).append(item["title"])
    return list(found.items())


def _item(item: Data, report: Data, documents: Data) -> Data:
    """Return an item with its ways out in short: releases that cure together, the rest as told."""
    ways, more = item["remediations"], report["page"]["items"][item["id"]]
    return {
        **item,
        **{name: more[name] for name in ("summary", "say")},
        "reasons": _reasons(more["reasons"], documents),
        "still_there": report["to"] if item["verdict"] in THERE else "",
        "before": more["before"],
        "after": more["after"],
        "fixed_in": _versions(ways, "vendor_fix"),
        "planned_in": _versions(ways, "fix_planned"),
        "ways": [way for way in ways if way["category"] not in FIXES or not way["version"]],
    }


def _reasons(reasons: Sequence[Any], documents: Data) -> list[Data]:
    """Return reasons with what they rest on; of several in a row that rest on the same, the last tells it.

    Checks that were kept by an older release name no documents.
    """
    keys = [reason[2] if len(reason) > 2 else [] for reason in reasons]
    found = []
    for reason, own, after in zip(reasons, keys, [*keys[1:], None], strict=True):
        known = [documents[key] for key in own if key in documents]
        shown = own != after
        found.append({
            "told": reason, "source": known[0] if known else None,
            "documents": known if shown else [], "unnamed": shown and len(known) < len(own),
        })  # fmt: skip
    return found


def _versions(ways: Sequence[Data], category: str) -> list[str]:
    return [way["version"] for way in ways if way["category"] == category and way["version"]]
