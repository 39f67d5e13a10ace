"""What the page of a check shows beside the report: reasons as templates, who says so, the way as a line.

All of it is data that JSON holds and that is in no language, so that a kept check is shown as it was told, to anybody.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, cast

from django.core.serializers.json import DjangoJSONEncoder

from accounts.principal import Principal
from kb.claims import ledger
from kb.claims.ledger import Said
from kb.conditions.facts import Facts
from kb.models import Claim, KnownIssue
from kb.queries.catalogue import catalogue_of
from kb.queries.check_report import item_reasons
from kb.queries.upgrade_check import Asked, Report
from kb.reason_words import as_data
from kb.upgrade.check import Item, Kind
from kb.upgrade.question import Point
from kb.upgrade.reasons import Reason
from kb.upgrade.verdict import State, Verdict, state
from kb.version_line import Mark, version_line
from tickets.queries.check_sources import CheckSources, sources_of
from tickets.queries.upgrade_check import check_and_report

Data = dict[str, Any]
NAMED_A_STEP = 3
# Of what a party says of an issue, the one thing that tells most.
TELLING = (
    *(("is_fixed", "yes"), ("is_fixed", "no"), ("exists", "no"), ("is_defect", "no"), ("is_defect", "yes")),
    ("exists", "yes"),
)
PARTY_ORDER = ("vendor", "reseller", "us", "department")


def told_check(principal: Principal, asked: Asked, facts: Facts) -> Data:
    """Return the report of a move with what its page needs, as plain data."""
    report, data = check_and_report(principal, asked, facts)
    decisions = [item for item in report.items if item.is_hit or item.verdict is Verdict.APPLIES]
    said = {item.issue.id: item_reasons(item, report) for item in report.items}
    sources = sources_of(report, [reason for reasons in said.values() for reason in reasons])
    titles = sources.titles
    says, summaries = _says(decisions), _summaries(decisions)
    data["page"] = {
        "product": asked.product.name,
        "items": {
            report.rows[item.issue.id].ref: {
                "reasons": _reasons(item, said[item.issue.id], report, sources),
                "before": _titled(item, item.judged.before, report, titles),
                "after": _titled(item, item.judged.after, report, titles),
                "summary": summaries.get(item.issue.id, ""),
                "say": says.get(item.issue.id, []),
            }
            for item in report.items
        },
        "sources": sources.documents,
        "missing": _missing(report),
        "line": _line(report),
        "steps": _steps(report),
    }
    return cast("Data", json.loads(json.dumps(data, cls=DjangoJSONEncoder)))


Titles = dict[tuple[int, str], str]


def _titled(item: Item, values: Sequence[str], report: Report, titles: Titles) -> list[str]:
    attribute = report.rows[item.issue.id].behaviour_id or 0
    return [titles.get((attribute, value), value) for value in values]


def _reasons(item: Item, said: Sequence[Reason], report: Report, sources: CheckSources) -> list[Any]:
    """Return the reasons as data, each with what it rests on; values of behaviours by the names that people read."""
    told = [[*as_data(reason), sources.behind(item, reason, report)] for reason in said]
    if item.issue.kind is Kind.BEHAVIOUR_CHANGE:
        for _, words, _ in told:
            for name in {"before", "after", "values"} & set(words):
                words[name] = " / ".join(_titled(item, words[name].split(" / "), report, sources.titles))
    return told


def _summaries(items: Sequence[Item]) -> dict[int, str]:
    numbers = [item.issue.id for item in items]
    return dict(KnownIssue.objects.filter(pk__in=numbers).values_list("pk", "summary"))


def _says(items: Sequence[Item]) -> dict[int, list[Data]]:
    """Return what each party says now of an issue, the thing that tells most, by the issue's id."""
    rows = Claim.objects.filter(issue__in=[item.issue.id for item in items]).values_list(
        "issue_id", "pk", "party__slug", "party__name", "party__kind", "proposition", "stance", "said_at"
    )
    said: defaultdict[int, list[Said]] = defaultdict(list)
    parties: dict[str, tuple[str, str]] = {}
    for issue, pk, slug, name, kind, proposition, stance, day in rows:
        parties[slug] = (name, kind)
        said[issue].append(Said(pk, slug, proposition, cast("ledger.Stance", stance), day))
    return {issue: _telling(claims, parties) for issue, claims in said.items()}


def _telling(claims: Sequence[Said], parties: dict[str, tuple[str, str]]) -> list[Data]:
    held: dict[str, Said] = {}
    for claim in ledger.standing(claims).values():
        key = (claim.proposition, claim.stance)
        if key not in TELLING:
            continue
        before = held.get(claim.party)
        if before is None or TELLING.index(key) < TELLING.index((before.proposition, before.stance)):
            held[claim.party] = claim
    found = [
        {"name": parties[slug][0], "kind": parties[slug][1], "proposition": one.proposition, "stance": one.stance}
        for slug, one in held.items()
    ]
    return sorted(found, key=lambda one: (PARTY_ORDER.index(one["kind"]), one["name"]))


def _missing(report: Report) -> list[Data]:
    """Return the facts that would decide, each with the values that conditions name and the issues that ask."""
    found: dict[str, Data] = {}
    for item in report.items:
        if not item.is_undecided or item.verdict is Verdict.LEAVES or item.condition is None:
            continue
        row = report.rows[item.issue.id]
        for path in item.condition.missing:
            one = found.setdefault(path, {"path": path, "values": [], "issues": [], "whole": True})
            one["issues"].append(row.ref)
            values, whole = _named(row.condition, path)
            one["values"] += [value for value in values if value not in one["values"]]
            one["whole"] = one["whole"] and whole
    return list(found.values())


def _named(predicate: Any, path: str) -> tuple[list[str], bool]:
    """Return the values that a condition compares a path with, and whether those are all that it can have."""
    leaves = list(_leaves(predicate, path))
    return [value for values, _ in leaves for value in values], bool(leaves) and all(whole for _, whole in leaves)


def _leaves(predicate: Any, path: str) -> Iterator[tuple[list[str], bool]]:
    ((word, argument),) = predicate.items()
    if word in {"and", "or"}:
        for part in argument:
            yield from _leaves(part, path)
    elif word == "not":
        yield from _leaves(argument, path)
    elif word in {"eq", "in"} and argument[0] == path:
        compared = argument[1] if word == "in" else [argument[1]]
        yield list(map(str, argument[2] if len(argument) > 2 else compared)), len(argument) > 2
    elif (argument if word == "exists" else argument[0]) == path:
        yield [], False


def _line(report: Report) -> Data | None:
    """Return the way on its trains; the span of the worst issue that the move brings is hatched."""
    asked, catalogue = report.asked, catalogue_of(report.asked.product)
    way = [found[0].version for found in asked.releases if found]
    if len(way) < len(asked.releases):
        return None
    worst = next((item for item in report.items if item.is_hit and item.issue.known.affected), None)
    states: dict[str, str] = {}
    if worst is not None:
        known = worst.issue.known
        places = zip(catalogue.releases, catalogue.points, strict=True)
        states = {release.version: "span" for release, point in places if state(known, point) is State.YES}
    marks = [Mark(release.version, release.train) for release in catalogue.releases]
    line = version_line(marks, way=way, states=states)
    return line and line | {"hatched": report.rows[worst.issue.id].title if worst else ""}


def _steps(report: Report) -> list[Data]:
    """Return what comes and goes at each step of a way with stops."""
    points = report.asked.question.points
    if len(points) < 3:
        return []
    return [{"from": one.text, "to": other.text, "lines": _step(report, one, other)} for one, other in pairwise(points)]


def _step(report: Report, one: Point, other: Point) -> list[Data]:
    groups: defaultdict[str, list[str]] = defaultdict(list)
    for item in report.items:
        if item.verdict is not Verdict.NOT_APPLICABLE and (verdict := _at_step(item, one, other)):
            groups[verdict].append(report.rows[item.issue.id].title)
    return [
        {"verdict": verdict, "n": len(groups[verdict]), "titles": groups[verdict][:NAMED_A_STEP]}
        for verdict in ("enters", "changes", "unknown", "leaves")
        if verdict in groups
    ]


def _at_step(item: Item, one: Point, other: Point) -> str:
    """Return what a step does to an issue: enters, leaves, changes, unknown, or nothing."""
    issue = item.issue
    if issue.kind is Kind.NOTICE:
        return ""
    if issue.kind is Kind.BEHAVIOUR_CHANGE:
        before, after = (issue.standing.at(point.span) if issue.standing else None for point in (one, other))
        if before is None or after is None:
            return "unknown" if before is not after else ""
        return "" if before == after else "changes"
    before_, after_ = state(issue.known, one), state(issue.known, other)
    if before_ is after_ or State.YES not in {before_, after_}:
        return ""
    return {State.YES: "enters", State.NO: "leaves", State.UNKNOWN: "unknown"}[after_]
