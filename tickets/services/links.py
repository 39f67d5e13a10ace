"""A person says whether a finding is a known issue."""

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from common.errors import Invalid
from kb.models import IssueAudience, KnownIssue
from kb.services.claims import add_confirmation
from tickets.models import EntryKind, Finding, FindingLink, LinkState, TimelineEntry
from tickets.services.findings import WHOLE_LOG


@transaction.atomic
def decide_link(*, finding: Finding, issue: KnownIssue, author: User, state: str) -> FindingLink:
    """Confirm or refuse that a finding is an issue.

    A confirmed one with a version becomes a confirmation of the department, which somebody else has to accept: what
    logs show alone changes no state of an issue, since a hostile sender can make hits.
    """
    if state not in LinkState.values:
        raise Invalid.field("link", f"Choose one of {', '.join(LinkState.values)}.")
    if finding.case.product_id is not None and finding.case.product_id != issue.product_id:
        raise Invalid.field("issue", f"{issue.ref} is about another product than the case.")
    link, _ = FindingLink.objects.update_or_create(
        finding=finding, issue=issue, defaults={"state": state, "decided_by": author}
    )
    TimelineEntry.objects.create(
        case_id=finding.case_id,
        author=author,
        kind=EntryKind.STATE,
        happened_at=timezone.now(),
        text=f"{finding.rule} of {finding.transaction or WHOLE_LOG}: {state} as {_told(issue)}",
    )
    if state == LinkState.CONFIRMED and finding.firmware:
        _confirm(finding, issue, author)
    return link


def _told(issue: KnownIssue) -> str:
    """Return what the case's readers may learn of an issue: a department that the case is shared with is among them."""
    kept = issue.audience == IssueAudience.DEPARTMENT
    return "a known issue that its department keeps to itself" if kept else f"{issue.ref} {issue.title}"


def _confirm(finding: Finding, issue: KnownIssue, author: User) -> None:
    """Record the department's confirmation, once a version; a version that no scheme reads is left in the case."""
    department = finding.case.department
    if issue.confirmations.filter(department=department, version=finding.firmware, sees_it=True).exists():
        return
    text = f"{finding.rule} in a case of {department.name}"  # not which: whoever reads the issue reads this
    try:
        with transaction.atomic():
            add_confirmation(
                issue=issue, author=author, department=department, version=finding.firmware, sees_it=True, text=text
            )
    except Invalid as error:
        if error.code != "version":
            raise  # what else is wrong is no business of the version's: whoever decides has to know
        # "version unknown" in words of the device: the link stands without it
