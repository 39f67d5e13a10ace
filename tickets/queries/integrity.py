"""What is known of whether evidence is still what was given: of a case, of all that a reader may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, QuerySet

from accounts.principal import Principal
from common.heads import PublishedHead
from tickets.access import visible_evidence
from tickets.models import Case, Evidence, IntegrityCheck, Verification
from tickets.services.heads import heads_file

SHOWN = 5
LISTED = 200


def broken_checks(principal: Principal) -> QuerySet[IntegrityCheck]:
    """Return the checks of what the reader may see that found something broken, the newest first."""
    checks = IntegrityCheck.objects.filter(is_broken=True, case__audience__overlap=principal.department_ids)
    return checks.select_related("case", "evidence").order_by("-checked_at", "-pk")


def broken_checks_of(case: Case) -> list[IntegrityCheck]:
    """Return the checks of a case's evidence and of its timeline that found something broken."""
    checks = IntegrityCheck.objects.filter(is_broken=True, case=case).select_related("evidence")
    return list(checks.order_by("evidence_id", "pk")[:LISTED])


@dataclass(frozen=True, slots=True)
class Checked:
    """How much of the evidence was read again: how many pieces there are, how many of them once, the oldest check."""

    pieces: int
    checked: int
    oldest: datetime | None

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
        )
    )


def checked_among(pieces: Sequence[Evidence]) -> Checked:
    """Return the same of pieces that were fetched with their checks."""
    times = [piece.integrity.checked_at for piece in pieces if getattr(piece, "integrity", None) is not None]
    return Checked(pieces=len(pieces), checked=len(times), oldest=min(times, default=None))


@dataclass(frozen=True, slots=True)
class Store:
    """The state of all that a reader may see, the newest published head, and the last verification of everything.

    `head_trouble` says why there is no head to be shown although the file is there.
    """

    checked: Checked
    broken: list[IntegrityCheck]
    head: PublishedHead | None
    head_trouble: str
    verification: Verification | None


def store_of(principal: Principal) -> Store:
    """Return the state of the store as far as the reader may know it."""
    head, trouble = None, ""
    try:
        head = heads_file().newest()
    except (ValueError, OSError) as error:
        trouble = str(error)
    return Store(
        checked=checked_of(visible_evidence(principal)),
        broken=list(broken_checks(principal)[:LISTED]),
        head=head,
        head_trouble=trouble,
        verification=Verification.objects.first(),
    )


def check_row(check: IntegrityCheck | None) -> dict[str, Any] | None:
    """Return a check as the API tells it; None: not checked yet."""
    if check is None:
        return None
    return {"checked_at": check.checked_at, "broken": check.breaks}


def store_row(store: Store) -> dict[str, Any]:
    """Return the state of the store as the API tells it."""
    head, last = store.head, store.verification
    return {
        "pieces": store.checked.pieces,
        "checked": store.checked.checked,
        "oldest_check": store.checked.oldest,
        "broken": [one for check in store.broken for one in check.breaks],
        "head": {"time": head.time, "hash": head.hash} if head else None,
        "verification": {"finished_at": last.finished_at, "whole": last.broken == 0} if last else None,
    }
