"""Recording what parties say, what departments see, and who checked it."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import cast

from django.db import transaction
from django.utils import timezone

from accounts.models import Department, User
from common.errors import Conflict, Forbidden, Invalid
from kb.claims import ledger
from kb.claims.ledger import Said, flips
from kb.models import Claim, Confidence, Confirmation, IssueEvent, KnownIssue, Party, Proposition, Source, Stance
from kb.queries.versions import read_place
from kb.services.history import record_event
from kb.services.locks import lock_issue
from kb.services.spans import refresh_spans


@transaction.atomic
def add_claim(
    *,
    issue: KnownIssue,
    author: User | None,
    party: Party,
    proposition: str,
    stance: str,
    versions: Sequence[str] = (),
    said_at: date | None = None,
    said_about: str = "",
    text: str = "",
    source: Source | None = None,
    origin: str = "",
) -> Claim:
    """Record what a party said. Where it says the opposite of what it held, the flip is an event of the issue."""
    if proposition not in Proposition.values:
        raise Invalid.field("proposition", f"Choose one of {', '.join(Proposition.values)}.")
    if stance not in Stance.values:
        raise Invalid.field("stance", f"Choose one of {', '.join(Stance.values)}.")
    if said_at and said_at > timezone.localdate() + timedelta(days=1):
        raise Invalid.field("said_at", "This day has not come yet.")
    stored = lock_issue(issue)
    kept = [read_place(stored.product, version, field="versions").text for version in versions]
    before = {(flip.after.order, flip.before.stance) for flip in flips(said_of(stored))}
    claim = Claim.objects.create(
        issue=stored,
        party=party,
        proposition=proposition,
        stance=stance,
        versions=kept,
        said_at=said_at,
        said_about=said_about,
        text=text,
        source=source,
        origin=origin,
        recorded_by=author,
    )
    record_event(stored, "claim", author, claim=str(claim.public_id), party=party.slug)
    for flip in flips(said_of(stored)):
        if (flip.after.order, flip.before.stance) in before:
            continue
        record_event(
            stored,
            "flip",
            author,
            party=flip.after.party,
            proposition=flip.after.proposition,
            before=flip.before.stance,
            after=flip.after.stance,
        )
    return claim


def said_of(issue: KnownIssue) -> list[Said]:
    """Return the claims about an issue as the ledger takes them."""
    rows = issue.claims.values_list("pk", "party__slug", "proposition", "stance", "said_at")
    return [
        Said(pk, party, proposition, cast("ledger.Stance", stance), day) for pk, party, proposition, stance, day in rows
    ]


@transaction.atomic
def add_confirmation(
    *,
    issue: KnownIssue,
    author: User,
    department: Department,
    version: str,
    sees_it: bool,
    text: str = "",
    source: Source | None = None,
) -> Confirmation:
    """Record that a department sees an issue on a version, or does not; it counts once somebody else accepts it."""
    stored = lock_issue(issue)
    place = read_place(stored.product, version, field="version")
    row = Confirmation.objects.create(
        issue=stored,
        department=department,
        sees_it=sees_it,
        version=place.text,
        text=text,
        source=source,
        recorded_by=author,
    )
    record_event(stored, "confirmation", author, version=place.text, sees_it=sees_it)
    return row


@transaction.atomic
def accept_confirmation(*, confirmation: Confirmation, author: User) -> Confirmation:
    """Accept a confirmation of somebody else: its version then counts as affected."""
    issue = lock_issue(confirmation.issue)
    if issue.confidence == Confidence.ARCHIVED:
        raise Conflict(f"{issue.ref} is archived: it would count for nothing.", code="archived")
    row = Confirmation.objects.get(pk=confirmation.pk)
    if row.accepted_at:
        raise Conflict("This confirmation was accepted already.", code="accepted")
    if row.recorded_by_id == author.pk:
        raise Forbidden("A confirmation is accepted by somebody other than the one who wrote it.")
    row.accepted_at, row.accepted_by = timezone.now(), author
    row.save(update_fields=["accepted_at", "accepted_by"])
    refresh_spans(issue)
    record_event(issue, "confirmation_accepted", author, version=row.version)
    return row


@transaction.atomic
def validate_issue(*, issue: KnownIssue, author: User, version: str, basis: str) -> KnownIssue:
    """Validate an issue: by somebody other than its author, on evidence or a reproduction, with the version."""
    stored = lock_issue(issue)
    if stored.created_by_id == author.pk:
        raise Forbidden("An issue is validated by somebody other than its author.")
    if stored.confidence == Confidence.ARCHIVED:
        raise Conflict("An archived issue is not validated.", code="archived")
    if not basis.strip():
        raise Invalid.field("basis", "Name the evidence, or how it was reproduced.", code="required")
    place = read_place(stored.product, version, field="version")
    stored.confidence = Confidence.VALIDATED
    stored.save(update_fields=["confidence", "updated_at"])
    record_event(stored, "validated", author, version=place.text, basis=basis.strip())
    return stored


@transaction.atomic
def validate_condition(*, issue: KnownIssue, author: User, basis: str) -> KnownIssue:
    """Validate where an issue applies; until then a condition takes nothing out of a check's way to clear."""
    stored = lock_issue(issue)
    if stored.condition is None:
        raise Invalid.field("condition", "This issue has no condition.")
    if not basis.strip():
        raise Invalid.field("basis", "Name the evidence, or how it was tried.", code="required")
    wrote = IssueEvent.objects.filter(issue=stored, detail__changes__has_key="condition").last()
    if author.pk == (wrote.by_id if wrote else stored.created_by_id):
        raise Forbidden("A condition is validated by somebody other than the one who wrote it.")
    stored.condition_validated_by = author
    stored.save(update_fields=["condition_validated_by", "updated_at"])
    record_event(stored, "condition_validated", author, basis=basis.strip())
    return stored
