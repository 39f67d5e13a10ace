"""What the reasons of a check rest on: the documents behind statements, values of behaviours, and notices."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from kb.models import BehaviourValue, IssueStatement, Reference, Source
from kb.queries.upgrade_check import Report
from kb.upgrade.check import Item, Kind
from kb.upgrade.reasons import Reason
from kb.versions.ranges import touches

Data = dict[str, Any]
NONE_NAMED = ""  # somebody said it, and named no document


@dataclass(slots=True)
class CheckSources:
    """Documents by their keys, and the keys behind statements, values of behaviours, and issues that are notices."""

    documents: dict[str, Data] = field(default_factory=dict)
    of_statement: dict[int, str] = field(default_factory=dict)
    of_value: dict[int, str] = field(default_factory=dict)
    of_notice: defaultdict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    titles: dict[tuple[int, str], str] = field(default_factory=dict)

    def behind(self, item: Item, reason: Reason, report: Report) -> list[str]:
        """Return the keys of what a reason rests on; `NONE_NAMED` for what was said without a document."""
        if item.issue.kind is Kind.NOTICE:
            return self.of_notice.get(item.issue.id, [])
        if item.issue.kind is Kind.BEHAVIOUR_CHANGE:
            return self._of_values(item, report)
        return [self.of_statement[reason.statement]] if reason.statement in self.of_statement else []

    def _of_values(self, item: Item, report: Report) -> list[str]:
        """Return the documents of the values that stand at a version of the question, each once."""
        standing = item.issue.standing.values if item.issue.standing else ()
        spans = [point.span for point in report.asked.question.points]
        here = [value.id for value in standing if any(touches(value.spans, span) for span in spans)]
        return list(dict.fromkeys(self.of_value[value] for value in here if value in self.of_value))

    def key_of(self, source: Source | None) -> str:
        """Return the key of a document, and keep it."""
        if source is None:
            return NONE_NAMED
        key = f"source-{source.pk}"
        self.documents.setdefault(
            key,
            {
                "title": source.title,
                "url": source.url,
                "kind": source.kind,
                "published": source.published,
                "retrieved": source.retrieved,
            },
        )
        return key


def sources_of(report: Report, reasons: Sequence[Reason]) -> CheckSources:
    """Return what the reasons of a report rest on; three queries at most, however many there are."""
    found = CheckSources()
    numbers = {reason.statement for reason in reasons if reason.statement > 0}
    if numbers:
        for said in IssueStatement.objects.filter(pk__in=numbers).select_related("source"):
            found.of_statement[said.pk] = found.key_of(said.source)
    attributes = [row.behaviour_id for row in report.rows.values() if row.behaviour_id]
    if attributes:
        for value in BehaviourValue.objects.filter(attribute__in=attributes).select_related("source").order_by("pk"):
            found.of_value[value.pk] = found.key_of(value.source)
            if value.title:
                found.titles[value.attribute_id, value.value] = value.title
    notices = [item.issue.id for item in report.items if item.issue.kind is Kind.NOTICE]
    if notices:
        for reference in Reference.objects.filter(issue__in=notices):
            key = f"reference-{reference.pk}"
            found.documents[key] = {"title": reference.title, "url": reference.url}
            found.of_notice[reference.issue_id].append(key)
    return found
