"""Recording what is said about an issue and versions, and taking back what was wrong."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from common.errors import Conflict, Invalid
from kb.models import Confidence, IssueKind, IssueStatement, KnownIssue, Source, StatementSays
from kb.queries.versions import read_place
from kb.services.history import record_event
from kb.services.locks import lock_issue
from kb.services.spans import refresh_spans

MOST_RANGES = 500


@dataclass(frozen=True, slots=True)
class NewStatement:
    """A statement to record: `version`, or `ranges` for the kind ranges."""

    says: str
    version: str = ""
    ranges: list[dict[str, str]] = field(default_factory=list)
    lists_all: bool = False
    source: Source | None = None
    note: str = ""
    origin: str = ""


def insert_statements(
    *, issue: KnownIssue, author: User | None, statements: Sequence[NewStatement]
) -> list[IssueStatement]:
    """Insert statements of an issue; the caller derives its spans afterwards."""
    rows = [_row(issue, author, one, f"statements.{number}") for number, one in enumerate(statements)]
    return IssueStatement.objects.bulk_create(rows)


@transaction.atomic
def add_statement(*, issue: KnownIssue, author: User | None, statement: NewStatement) -> IssueStatement:
    """Record a statement about an issue, and derive anew at which versions it is there."""
    stored = lock_issue(issue)
    if stored.confidence == Confidence.ARCHIVED:
        raise Conflict(f"{stored.ref} is archived: it would count for nothing.", code="archived")
    if stored.kind in {IssueKind.BEHAVIOUR_CHANGE, IssueKind.NOTICE}:
        raise Invalid.field("says", f"A {stored.kind} is not judged by statements.")
    row = _row(stored, author, statement, "")
    row.save()
    refresh_spans(stored)
    record_event(stored, "statement", author, statement=str(row.public_id), says=str(row))
    return row


@transaction.atomic
def take_back_statement(*, statement: IssueStatement, author: User, reason: str) -> IssueStatement:
    """Take a statement back: it counts no longer, and stays with the reason."""
    if not reason.strip():
        raise Invalid.field("reason", "Say what was wrong with it.", code="required")
    issue = lock_issue(statement.issue)
    row = issue.statements.get(pk=statement.pk)
    if row.taken_back_at:
        raise Conflict("This statement was taken back already.", code="taken_back")
    mark_taken_back(row, author, reason.strip())
    refresh_spans(issue)
    return row


def mark_taken_back(row: IssueStatement, author: User | None, reason: str) -> None:
    """Let a statement count no longer; the caller derives the issue's spans afterwards."""
    row.taken_back_at, row.taken_back_by, row.taken_back_reason = timezone.now(), author, reason
    row.save(update_fields=["taken_back_at", "taken_back_by", "taken_back_reason"])
    record_event(row.issue, "taken_back", author, statement=str(row.public_id), says=str(row), reason=reason)


def _row(issue: KnownIssue, author: User | None, new: NewStatement, place: str) -> IssueStatement:
    """Return a statement's row; Invalid names the field at fault."""
    prefix = f"{place}." if place else ""
    if new.says not in StatementSays.values:
        raise Invalid.field(f"{prefix}says", f"Choose one of {', '.join(StatementSays.values)}.")
    if new.source is not None and new.source.product_id != issue.product_id:
        raise Invalid.field(f"{prefix}source", "The source is about another product.")
    ranges: list[dict[str, str]] = []
    version = ""
    if new.says == StatementSays.RANGES:
        ranges = _ranges(issue, new.ranges, f"{prefix}ranges")
        if new.version:
            raise Invalid.field(f"{prefix}version", 'The kind "ranges" has ranges, and no version.')
    else:
        if new.ranges or new.lists_all:
            raise Invalid.field(f"{prefix}ranges", 'Only the kind "ranges" has ranges and lists_all.')
        version = read_place(issue.product, new.version, field=f"{prefix}version").text
    return IssueStatement(
        issue=issue,
        says=new.says,
        version=version,
        ranges=ranges,
        lists_all=new.lists_all,
        source=new.source,
        note=new.note,
        origin=new.origin,
        recorded_by=author,
    )


def _ranges(issue: KnownIssue, ranges: Any, name: str) -> list[dict[str, str]]:
    """Return listed ranges as they are kept; each has `from` and `to`, both included."""
    if not isinstance(ranges, list) or not ranges or len(ranges) > MOST_RANGES:
        raise Invalid.field(name, f"A list of 1 to {MOST_RANGES} ranges, each with from and to.", code="required")
    kept = []
    for number, one in enumerate(ranges):
        where = f"{name}.{number}"
        if not isinstance(one, dict) or set(one) != {"from", "to"}:
            raise Invalid.field(where, 'A range has "from" and "to", both included.')
        first = read_place(issue.product, str(one["from"] or ""), field=f"{where}.from")
        last = read_place(issue.product, str(one["to"] or ""), field=f"{where}.to")
        if first.span.lo > last.span.lo:
            raise Invalid.field(where, f"{first.text} is newer than {last.text}.")
        kept.append({"from": first.text, "to": last.text})
    return kept
