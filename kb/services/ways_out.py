"""Ways out of a known issue that people record. Those of a pack follow the pack; the history keeps what was removed."""

from django.db import transaction

from accounts.models import User
from common.errors import Conflict, Invalid
from kb.models import KnownIssue, Remediation, RemediationCategory, Source
from kb.queries.versions import read_version
from kb.services.history import record_event
from kb.services.locks import lock_issue

TEXT_LENGTH = 20_000


@transaction.atomic
def add_way_out(
    *, issue: KnownIssue, author: User, category: str, details: str, version: str = "", source: Source | None = None
) -> Remediation:
    """Record a way out. One of the kind vendor_fix may name the release that has it."""
    if category not in RemediationCategory.values:
        raise Invalid.field("category", f"Choose one of {', '.join(RemediationCategory.values)}.")
    details, version = details.strip(), version.strip()
    if not details:
        raise Invalid.field("details", "Say what to do.", code="required")
    if len(details) > TEXT_LENGTH:
        raise Invalid.field("details", f"More than {TEXT_LENGTH} characters.", code="max_length")
    if version:
        version = read_version(issue.product, version, field="version").text
    stored = lock_issue(issue)
    way = Remediation.objects.create(issue=stored, category=category, details=details, version=version, source=source)
    stored.save(update_fields=["updated_at"])  # what a check answers is remembered by the product's revision
    record_event(stored, "way_out", author, **_told(way))
    return way


@transaction.atomic
def remove_way_out(*, way: Remediation, author: User) -> None:
    """Remove a way out that people recorded."""
    stored = lock_issue(way.issue)
    if way.origin:
        raise Conflict("This came with a pack, which would bring it back. Record what is right beside it.", code="pack")
    if not Remediation.objects.filter(pk=way.pk).delete()[0]:
        raise Conflict("Somebody else removed it already.", code="gone")
    stored.save(update_fields=["updated_at"])
    record_event(stored, "way_out_removed", author, **_told(way))


def _told(way: Remediation) -> dict[str, str]:
    return {"category": way.category, "details": way.details, "version": way.version}
