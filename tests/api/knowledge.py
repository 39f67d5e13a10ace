"""Knowledge about a product: what everybody knows, and the issues that a department keeps to itself."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from kb.models import (
    BehaviourAttribute,
    Claim,
    Confirmation,
    Detector,
    DetectorRevision,
    IssueStatement,
    KnownIssue,
    Precedent,
    Product,
    Release,
    Remediation,
    Source,
)
from kb.services.behaviours import add_value, create_behaviour
from kb.services.catalogue import create_release, create_source, record_precedent
from kb.services.claims import add_claim, add_confirmation
from kb.services.issues import create_issue
from kb.services.statements import NewStatement, add_statement
from kb.services.ways_out import add_way_out
from tests.conftest import Person

MARKER = "Xenotime"
SECRET_PATH = f"{MARKER.lower()}.settings.scan"
MOVE = {"direction": "upgrade", "to": {"from": "7.0.2", "to": None}}


@dataclass(frozen=True)
class Known:
    """What everybody knows; `issues` has one of every kind."""

    source: Source
    release: Release
    behaviour: BehaviourAttribute
    issues: dict[str, KnownIssue]
    precedent: Precedent
    detector: Detector


@dataclass(frozen=True)
class Kept:
    """What a department keeps to itself: an issue with all that is said about it, and one of which nothing stands."""

    issue: KnownIssue
    statement: IssueStatement
    claim: Claim
    confirmation: Confirmation
    wrong: KnownIssue
    way: Remediation

    @property
    def ids(self) -> dict[str, str]:
        """Every name by which the API would tell something of it, to those who may read it."""
        return {
            "issue": self.issue.ref,
            "slug": self.issue.slug,
            "statement": str(self.statement.public_id),
            "claim": str(self.claim.public_id),
            "confirmation": str(self.confirmation.public_id),
            "wrong": self.wrong.ref,
        }


def make_knowledge(product: Product, author: Person, today: date) -> Known:
    """Record a small catalogue, and an issue of every kind that everybody may read; `today` is when it was read."""
    source = create_source(product=product, title="Release notes 7.0", kind="vendor", retrieved=today, covers=["7.0"])
    create_release(product=product, version="7.0.1", released=date(2022, 3, 1))
    release = create_release(product=product, version="7.0.2", source=source, released=date(2022, 5, 1))
    behaviour = create_behaviour(product=product, slug="scan-order", title="Order of checks")
    add_value(attribute=behaviour, author=author.user, value="old", says="seen", version="7.0.1", source=source)
    add_value(attribute=behaviour, author=author.user, value="new", says="from", version="7.0.2", source=source)
    issues = {kind: make_issue(product, author, kind, behaviour) for kind in KINDS}
    return Known(
        source=source,
        release=release,
        behaviour=behaviour,
        issues=issues,
        detector=make_detector(issues["defect"], author, 0),
        precedent=record_precedent(
            product=product, author=author.user, from_version="7.0.1", to_version="7.0.2", outcome="Went well"
        ),
    )


KINDS = ("defect", "limitation", "vulnerability", "behaviour_change", "notice")


def make_detector(issue: KnownIssue, author: Person, number: int) -> Detector:
    """Record a detector of an issue as the service keeps it once it was checked."""
    told = {"text": f"name: known-{number}", "digest": "0" * 64}
    detector = Detector.objects.create(
        issue=issue, name=f"known-{number}", title="Known", severity="high", date="2026-11-29", created_by=author.user,
        **told,
    )  # fmt: skip
    DetectorRevision.objects.create(detector=detector, number=1, by=author.user, **told)
    return detector


def make_issue(
    product: Product, author: Person, kind: str, behaviour: BehaviourAttribute | None = None, **more: Any
) -> KnownIssue:
    """Record an issue of a kind that the move 7.0.1 → 7.0.2 lists, with what the vendor says about it."""
    by_kind: dict[str, dict[str, Any]] = {
        "behaviour_change": {"behaviour": behaviour},
        "notice": {"move": MOVE},
    }
    judged = by_kind.get(kind, {"statements": [NewStatement("seen", "7.0.2"), NewStatement("last_seen_good", "7.0.1")]})
    values = {"title": f"A {kind}", "severity": "high", "aliases": ["CVE-2022-0001"], **judged, **more}
    issue = create_issue(product=product, author=author.user, department=author.department, kind=kind, **values)
    add_claim(issue=issue, author=author.user, party=product.vendor, proposition="is_defect", stance="no")
    return issue


def keep_to_itself(product: Product, author: Person) -> Kept:
    """Record what nobody outside the author's department may learn."""
    hidden: dict[str, Any] = {"audience": "department", "detector": f"{MARKER}-rule", "aliases": [f"{MARKER}-1"]}
    condition = {"eq": [SECRET_PATH, MARKER]}
    issue = make_issue(product, author, "defect", title=f"{MARKER} kept", condition=condition, **hidden)
    wrong = make_issue(product, author, "defect", title=f"{MARKER} wrong", statements=[], **hidden)
    return Kept(
        issue=issue,
        statement=state(issue, author),
        claim=add_claim(
            issue=issue,
            author=author.user,
            party=product.vendor,
            proposition="exists",
            stance="yes",
            text=f"{MARKER} said",
        ),
        confirmation=confirm(issue, author),
        wrong=wrong,
        way=help_with(issue, author),
    )


def state(issue: KnownIssue, author: Person) -> IssueStatement:
    """Record a statement that can be taken back."""
    return add_statement(issue=issue, author=author.user, statement=NewStatement("seen", "7.0.2", note=MARKER))


def help_with(issue: KnownIssue, author: Person) -> Remediation:
    """Record a way out."""
    return add_way_out(issue=issue, author=author.user, category="workaround", details=f"{MARKER} restart")


def confirm(issue: KnownIssue, author: Person) -> Confirmation:
    """Record a confirmation that somebody else can accept."""
    return add_confirmation(
        issue=issue, author=author.user, department=author.department, version="7.0.2", sees_it=True, text=MARKER
    )
