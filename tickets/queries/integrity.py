"""What is known of whether evidence is still what was given: of a case, of all that a reader may see."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.principal import Principal
from common.heads import NAME, PublishedHead
from tickets.access import visible_cases, visible_evidence
from tickets.models import Case, Evidence, IntegrityCheck, Verification
from tickets.services.heads import heads_file
from tickets.services.integrity import Break
from tickets.services.storecheck import AHEAD, GONE, acceptance, is_published, remembered_head, verifications

SHOWN = 5
LISTED = 200


def broken_checks(principal: Principal) -> QuerySet[IntegrityCheck]:
    """Return the checks of what the reader may see that found something broken, the newest first."""
    checks = IntegrityCheck.objects.filter(is_broken=True, case__audience__overlap=principal.department_ids)
    return checks.select_related("case", "evidence").order_by("-checked_at", "-pk")


def broken_checks_of(case: Case) -> list[IntegrityCheck]:
    """Return the checks of a case's evidence and of its timeline that found something broken."""
    return list(_broken_of(case)[:LISTED])


def broken_pieces_of(case: Case, pieces: Iterable[str] | None = None) -> list[IntegrityCheck]:
    """Return the checks of a case's evidence that found something broken; of `pieces`, by public id, or of all."""
    checks = _broken_of(case).exclude(evidence=None)
    return list((checks if pieces is None else checks.filter(evidence__public_id__in=list(pieces)))[:LISTED])


def _broken_of(case: Case) -> QuerySet[IntegrityCheck]:
    checks = IntegrityCheck.objects.filter(is_broken=True, case=case)
    return checks.select_related("case", "evidence").order_by("evidence_id", "pk")


@dataclass(frozen=True, slots=True)
class Checked:
    """How much of the evidence was read again: how many pieces there are, how many of them once, the oldest check.

    `broken` are those whose last check found something broken.
    """

    pieces: int
    checked: int
    oldest: datetime | None
    broken: int

    @property
    def never(self) -> int:
        """The pieces that were not read again yet."""
        return self.pieces - self.checked


def checked_of(evidence: QuerySet[Evidence]) -> Checked:
    """Return how much of some evidence was read again; one query."""
    return Checked(
        **evidence.aggregate(
            pieces=Count("pk"),
            checked=Count("integrity"),
            oldest=Min("integrity__checked_at"),
            broken=Count("integrity", filter=Q(integrity__is_broken=True)),
        )
    )


def checked_among(pieces: Sequence[Evidence]) -> Checked:
    """Return the same of pieces that were fetched with their checks."""
    checks = [piece.integrity for piece in pieces if getattr(piece, "integrity", None) is not None]
    return Checked(
        pieces=len(pieces),
        checked=len(checks),
        oldest=min((check.checked_at for check in checks), default=None),
        broken=sum(check.is_broken for check in checks),
    )


@dataclass(frozen=True, slots=True)
class Store:
    """The state of all that a reader may see, the newest published head, and the last verification of everything.

    `overdue` counts pieces and timelines without a check of the last RECHECK_DAYS. `of_nobody` is what is broken and
    belongs to no case. `head_trouble` says what is wrong with the file of heads now. `look` is the last run over
    everything or over what belongs to no case, `anew` the decision to begin the heads anew.
    """

    checked: Checked
    overdue: int
    broken: list[IntegrityCheck]
    of_nobody: list[dict[str, Any]]
    head: PublishedHead | None
    head_trouble: str
    verification: Verification | None
    look: Verification | None
    anew: Verification | None

    @property
    def days(self) -> int:
        """Within so many days everything is read again."""
        return int(settings.RECHECK_DAYS)

    @property
    def head_at(self) -> datetime | None:
        """When the newest head was published, as its line tells; None where there is none, or that is no time."""
        try:
            return datetime.fromisoformat(self.head.time) if self.head else None
        except ValueError:
            return None

    @property
    def answer(self) -> str:
        """Whether all is what was given: broken, nothing, unread, overdue, unlooked, or whole, which asks for all."""
        if self.broken or self.of_nobody or self.head_trouble or (self.verification and self.verification.broken):
            return "broken"
        if not self.checked.pieces:
            return "nothing"
        if self.checked.never:
            return "unread"
        if self.overdue:
            return "overdue"
        if self.head is None or self.look is None or not _since(self.look.finished_at):
            return "unlooked"
        return "whole"


def _since(checked: datetime) -> bool:
    """Whether a check is one of the last RECHECK_DAYS. One dated ahead is none."""
    now = timezone.now()
    return now - timedelta(days=settings.RECHECK_DAYS) <= checked <= now + AHEAD


def _overdue(principal: Principal) -> int:
    """Return how many pieces and timelines have no check of the last RECHECK_DAYS."""
    now = timezone.now()
    checks = IntegrityCheck.objects.filter(
        checked_at__gte=now - timedelta(days=settings.RECHECK_DAYS), checked_at__lte=now + AHEAD
    )
    pieces = visible_evidence(principal).filter(~Exists(checks.filter(evidence=OuterRef("pk"))))
    cases = visible_cases(principal).filter(~Exists(checks.filter(case=OuterRef("pk"), evidence=None)))
    return pieces.count() + cases.count()


def _head() -> tuple[PublishedHead | None, str]:
    """Return the newest published head, and what is wrong with the file as far as its end tells."""
    try:
        head = heads_file().newest()
    except (ValueError, OSError) as error:
        return None, str(error)
    seen = remembered_head()
    if head is None:
        return None, GONE if seen is not None or is_published() else ""
    if seen is not None and (head.line < seen.line or (head.line == seen.line and head.hash != seen.hash)):
        return head, f"{NAME} had {seen.line} lines when last verified, and has {head.line}, or others"
    return head, ""


def _told(breaks: Sequence[dict[str, Any]], principal: Principal) -> list[dict[str, Any]]:
    """Return breaks that belong to no case. What they are, beside heads, is told to administrators only."""
    if principal.user.is_superuser:
        named = [(one, one["evidence"] or one["case"]) for one in breaks[:LISTED]]
        return [one | {"what": f"{name}: {one['what']}"} if name else one for one, name in named]
    hidden = dict.fromkeys(("evidence", "entry", "case", "name", "timeline_entry"))
    what = "something that belongs to no case: ask the administrator"
    return [one if one["part"] == "heads" else {**hidden, "part": one["part"], "what": what} for one in breaks[:LISTED]]


def store_of(principal: Principal) -> Store:
    """Return the state of the store as far as the reader may know it."""
    head, trouble = _head()
    look = verifications().first()
    return Store(
        checked=checked_of(visible_evidence(principal)),
        overdue=_overdue(principal),
        broken=list(broken_checks(principal)[:LISTED]),
        of_nobody=_told(look.breaks if look else [], principal),
        head=head,
        head_trouble=trouble,
        verification=verifications().filter(of_everything=True).first(),
        look=look,
        anew=acceptance(),
    )


def check_row(check: IntegrityCheck | None) -> dict[str, Any] | None:
    """Return a check as the API tells it; None: not checked yet."""
    if check is None:
        return None
    return {"checked_at": check.checked_at, "broken": check.breaks}


def store_row(store: Store) -> dict[str, Any]:
    """Return the state of the store as the API tells it."""
    head, last = store.head, store.verification
    heads = [Break(part="heads", what=store.head_trouble).row()] if store.head_trouble else []
    return {
        "pieces": store.checked.pieces,
        "checked": store.checked.checked,
        "oldest_check": store.checked.oldest,
        "broken": [one for check in store.broken for one in check.breaks] + store.of_nobody + heads,
        "head": {"time": head.time, "hash": head.hash} if head else None,
        "verification": {"finished_at": last.finished_at, "whole": last.broken == 0} if last else None,
    }
