"""Answers that parties of a case took back: what they first said of an issue of its product, and what they say now."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any, cast

from django.db.models import Exists, OuterRef

from accounts.principal import Principal
from kb.access import visible_issues
from kb.claims.ledger import Said, flips
from kb.models import Claim
from tickets.models import Case

SHOWN = 5


@dataclass(frozen=True, slots=True)
class ShownFlip:
    """A party that turned round: the claim it held, and the one that it made then; `days` lie between them."""

    before: Claim
    after: Claim
    days: int | None


def flips_of_case(principal: Principal, case: Case, *, most: int | None = SHOWN) -> list[ShownFlip]:
    """Return where parties of a case changed their answer on issues of its product that the reader may see.

    At most `most` of them; None: all.
    """
    if case.product_id is None:
        return []
    others = Claim.objects.filter(
        issue=OuterRef("issue"), party=OuterRef("party"), proposition=OuterRef("proposition")
    ).exclude(stance=OuterRef("stance"))
    claims = Claim.objects.filter(
        Exists(others),
        issue__in=visible_issues(principal).filter(product=case.product_id),
        party__in=case.case_parties.values("party"),
    )
    by_issue: defaultdict[int, list[Claim]] = defaultdict(list)
    for claim in claims.select_related("party", "issue").order_by("pk"):
        by_issue[claim.issue_id].append(claim)
    found = [flip for rows in by_issue.values() for flip in _flips(rows)]
    return found[:most]


def _flips(claims: list[Claim]) -> list[ShownFlip]:
    """Return the flips among the claims of one issue."""
    by_id = {claim.pk: claim for claim in claims}
    said = [Said(one.pk, one.party.slug, one.proposition, cast("Any", one.stance), one.said_at) for one in claims]
    return [
        ShownFlip(by_id[one.before.order], by_id[one.after.order], _days(one.before, one.after)) for one in flips(said)
    ]


def _days(before: Said, after: Said) -> int | None:
    """Return the days between two claims; None where one of them has no day."""
    return (after.said_at - before.said_at).days if before.said_at and after.said_at else None
