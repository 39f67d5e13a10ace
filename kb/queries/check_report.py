"""The report of an upgrade check as data, in the shape of `zenrei.upgrade-check/1`."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from accounts.principal import Principal
from kb.access import visible_issues
from kb.conditions.facts import Facts
from kb.models import Confidence, IssueStatement, Precedent, Release, Source
from kb.queries.candidates import Row
from kb.queries.ledger import Stand
from kb.queries.nearest_clear import nearest_clear
from kb.queries.upgrade_check import Report
from kb.upgrade.check import Item, Kind
from kb.upgrade.derivation import Conflict
from kb.upgrade.reasons import STILL_COUNTS, Reason, behaviour_reasons, notice_reasons, reasons
from kb.upgrade.verdict import Verdict

SCHEMA = "zenrei.upgrade-check/1"
MOST_PRECEDENTS = 20
_NOWHERE = Stand()


def report_data(
    principal: Principal, report: Report, facts: Facts, cases: dict[int, list[str]] | None = None
) -> dict[str, Any]:
    """Return the report; `cases` are the cases behind issues that the reader may see, by the issues' ids."""
    question = report.asked.question
    belongings, sources = report.belongings, _conflict_sources(report.items)
    replaced = _names(principal, [row.replaced_by_id for row in report.withdrawn if row.replaced_by_id])
    return {
        "schema": SCHEMA,
        "product": report.asked.product.slug,
        "from": question.start.text,
        "to": question.target.text,
        "hops": [hop.text for hop in question.hops],
        "direction": str(question.direction),
        "summary": _summary(report),
        "items": [
            {
                **_item(item, report.rows[item.issue.id], report),
                "aliases": belongings.aliases.get(item.issue.id, []),
                "conflicts": [_conflict(conflict, sources) for conflict in item.conflicts],
                "remediations": belongings.remediations.get(item.issue.id, []),
                "cases": (cases or {}).get(item.issue.id, []),
            }
            for item in report.items
        ],
        "lifecycle": {
            "from": _lifecycle(report.asked.releases[0]),
            "to": _lifecycle(report.asked.releases[-1]),
        },
        "path": _path(report),
        "coverage": _coverage(report),
        "precedents": _precedents(report),
        "withdrawn": [
            {
                "id": row.ref,
                "slug": row.slug,
                "title": row.title,
                "reason": row.archived_reason,
                "replaced_by": replaced.get(row.replaced_by_id or 0),
            }
            for row in report.withdrawn
        ],
        "hidden": report.hidden,
        "nearest_clear": _nearest(principal, report, facts),
    }


def _summary(report: Report) -> dict[str, Any]:
    summary = report.summary
    counts = {str(verdict): summary.counts[verdict] for verdict in Verdict}
    return {
        **counts,
        "undecided": summary.undecided,
        "worst": summary.worst and str(summary.worst),
        "worse": summary.worse,
        "clear": summary.clear,
        "unvalidated_removals": sum(item.is_unvalidated_removal for item in report.items),
    }


def _item(item: Item, row: Row, report: Report) -> dict[str, Any]:
    stand = report.stands.get(row.id, _NOWHERE)
    said = item_reasons(item, report)
    judged = item.judged
    values = row.kind == Kind.BEHAVIOUR_CHANGE
    return {
        "id": row.ref,
        "slug": row.slug,
        "kind": row.kind,
        "title": row.title,
        "verdict": str(item.verdict),
        "is_hit": item.is_hit,
        "severity": row.severity,
        "confidence": row.confidence,
        "vendor_position": stand.vendor_position,
        "disputed": bool(stand.disputed) or len(judged.before) > 1 or len(judged.after) > 1,
        "reason": "; ".join(map(str, said)),
        "condition": _condition(item),
        "before": " / ".join(judged.before) or None if values else None,
        "after": " / ".join(judged.after) or None if values else None,
        "url": f"/issues/{row.slug}/",
    }


def item_reasons(item: Item, report: Report) -> list[Reason]:
    """Return why an item is listed."""
    archived = report.rows[item.issue.id].confidence == Confidence.ARCHIVED
    return [*_judged_reasons(item, report), *([Reason(STILL_COUNTS, {})] if archived else [])]


def _judged_reasons(item: Item, report: Report) -> list[Reason]:
    question = report.asked.question
    if item.issue.kind is Kind.BEHAVIOUR_CHANGE:
        return behaviour_reasons(item.judged, question)
    if item.issue.kind is Kind.NOTICE:
        return notice_reasons(item.judged)
    return reasons(item.issue.known, item.issue.statements, item.judged, question)


def _condition(item: Item) -> dict[str, Any] | None:
    if item.condition is None or item.issue.condition is None:
        return None
    return {
        "result": "unknown" if item.condition.result is None else item.condition.result,
        "decided_by": list(item.condition.decided_by),
        "missing": list(item.condition.missing),
        "confidence": "validated" if item.issue.condition.validated else "not_validated",
    }


def _lifecycle(releases: Sequence[Release]) -> dict[str, Any]:
    """Return the days of a version; of several builds those of the first that has each."""

    def day(name: str) -> date | None:
        return next((found for release in releases if (found := getattr(release, name))), None)

    return {
        "released": day("released"),
        "end_of_engineering_support": day("end_of_engineering_support"),
        "end_of_support": day("end_of_support"),
    }


def _path(report: Report) -> dict[str, Any]:
    return {
        "supported": report.path.supported,
        "required_hops": [hop.text for hop in report.path.required],
        "source": report.asked.catalogue.path_source,
    }


def _coverage(report: Report) -> dict[str, Any]:
    return {
        "complete": report.coverage.complete,
        "sources": [
            {"title": source.title, "url": source.url or None, "kind": source.kind, "retrieved": source.retrieved}
            for source in report.sources
        ],
        "unknown_versions": list(report.coverage.unknown_versions),
    }


def _precedents(report: Report) -> list[dict[str, Any]]:
    """Return what happened to others who made this move, or one between the same trains."""
    question = report.asked.question
    wanted = (question.start.train, question.target.train)
    rows = report.asked.catalogue.precedents
    return [_precedent(row) for row, trains in rows if trains == wanted][:MOST_PRECEDENTS]


def _precedent(row: Precedent) -> dict[str, Any]:
    return {
        "from": row.from_version,
        "to": row.to_version,
        "when": row.happened_on,
        "outcome": row.outcome,
        "rolled_back": row.rolled_back,
        "note": row.note,
    }


def _nearest(principal: Principal, report: Report, facts: Facts) -> dict[str, Any] | None:
    found = nearest_clear(principal, report.asked, facts)
    if found is None:
        return None
    return {
        "version": found.release.version,
        "hops": list(found.hops),
        "released": found.release.released,
        "days_since_release": found.days_since_release,
        "words": "no known issue",
    }


def _conflict_sources(items: Sequence[Item]) -> dict[int, tuple[str, str]]:
    """Return what statements in conflict say and on which source, by their ids; no query where nothing conflicts."""
    numbers = {number for item in items for one in item.conflicts for number in (one.affected, one.unaffected)}
    if not numbers:
        return {}
    rows = IssueStatement.objects.filter(pk__in=[number for number in numbers if number > 0]).select_related("source")
    found = {row.pk: (str(row), _title(row.source)) for row in rows}
    return found | {number: ("confirmed by a department", "") for number in numbers if number < 0}


def _title(source: Source | None) -> str:
    return source.title if source else ""


def _conflict(conflict: Conflict, sources: dict[int, tuple[str, str]]) -> dict[str, Any]:
    affected, unaffected = sources.get(conflict.affected, ("", "")), sources.get(conflict.unaffected, ("", ""))
    return {
        "affected": {"says": affected[0], "source": affected[1]},
        "unaffected": {"says": unaffected[0], "source": unaffected[1]},
    }


def _names(principal: Principal, numbers: Sequence[int]) -> dict[int, str]:
    if not numbers:
        return {}
    return dict(visible_issues(principal).filter(pk__in=numbers).values_list("pk", "ref"))
