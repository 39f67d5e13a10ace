"""Lists of cases by whose turn it is: who holds them, what is overdue, what is due first. Computed when asked."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, IntegerField, OuterRef, Q, QuerySet
from django.db.models.expressions import OrderBy, RawSQL

from common.errors import Invalid
from kb.models import US
from tickets.models import CaseState, TimelineEntry
from tickets.queries.standing import standing_of_cases
from tickets.turns.standing import Standing

CASES_ALLOWED = 20_000
ORDERINGS = ("holder", "due")


@dataclass(frozen=True, slots=True)
class ByTurn:
    """What is asked for: cases that a party holds (a slug, `us` for us), those that are overdue or are not, an order.

    With a party, it is the one that is overdue. `order` is `holder`, `due`, either with a leading `-`, or empty.
    """

    holder: str = ""
    overdue: bool | None = None
    order: str = ""

    @property
    def narrows(self) -> bool:
        """Whether cases are left out."""
        return bool(self.holder) or self.overdue is not None

    @property
    def orders(self) -> bool:
        """Whether it says an order."""
        return self.order.removeprefix("-") in ORDERINGS

    def fits(self, standing: Standing) -> bool:
        """Whether a case is asked for."""
        if self.holder and self.holder not in standing.holders:
            return False
        if self.overdue is None:
            return True
        late = standing.is_overdue_by(self.holder) if self.holder else standing.is_overdue
        return late is self.overdue


@dataclass(frozen=True, slots=True)
class Found:
    """The cases that are left, and where those of them stand that were looked at, by id."""

    cases: QuerySet[Any]
    standing: Mapping[int, Standing]
    wanted: ByTurn

    @property
    def order(self) -> tuple[Any, ...]:
        """The order that is asked for; nobody's cases come last, whichever way round."""
        down = self.wanted.order.startswith("-")
        ranks = _ranks(self.standing, self.wanted.order.removeprefix("-"))
        place = RawSQL(  # an array would be gone through for each case
            "(%s::jsonb ->> tickets_case.id::text)::integer", [json.dumps(ranks)], output_field=IntegerField()
        )
        return OrderBy(place, descending=down, nulls_last=True), "-pk" if down else "pk"


def by_turn(cases: QuerySet[Any], wanted: ByTurn) -> Found:
    """Return the cases whose turn is as wanted; only open ones are in anybody's turn. A constant number of queries.

    What of `overdue` is false has those that are not open in it, unless a holder is asked for. Raises Invalid where so
    many open cases are left that reading all their timelines would take seconds.
    """
    opened = cases.filter(state=CaseState.OPEN).filter(_perhaps(wanted))
    ids = list(opened.order_by().values_list("pk", flat=True)[: CASES_ALLOWED + 1])
    if len(ids) > CASES_ALLOWED:
        raise Invalid.field(
            "holder" if wanted.holder else "overdue" if wanted.narrows else "ordering",
            f"More than {CASES_ALLOWED:,} open cases to look at. Narrow the list: by product, party or kind.",
        )
    standing = standing_of_cases(ids)
    if not wanted.narrows:
        return Found(cases, standing, wanted)
    if wanted.overdue is False and not wanted.holder:
        left_out = [pk for pk in ids if not wanted.fits(standing[pk])]
        return Found(cases.exclude(pk__in=_ids(left_out)), standing, wanted)
    return Found(cases.filter(pk__in=_ids([pk for pk in ids if wanted.fits(standing[pk])])), standing, wanted)


def _perhaps(wanted: ByTurn) -> Q:
    """Return what holds of every case that can be wanted: who never was named holds nothing."""
    if not wanted.holder or wanted.holder == US:
        return Q()
    named = Q(from_party__slug=wanted.holder) | Q(to_party__slug=wanted.holder)
    return Q(Exists(TimelineEntry.objects.filter(named, case=OuterRef("pk"))))


def _ids(ids: Sequence[int]) -> RawSQL:
    """Return ids as a subquery: one value, however many they are."""
    return RawSQL("SELECT unnest(%s::bigint[])", [list(ids)])


def _ranks(standing: Mapping[int, Standing], order: str) -> dict[int, int]:
    """Return the place of each case that somebody holds; those that are alike have the same."""
    keys: dict[int, Any] = (
        {pk: one.due_at for pk, one in standing.items() if one.due_at}
        if order == "due"
        else {pk: (one.holders[0] != US, *one.holders) for pk, one in standing.items() if one.held}
    )
    places = {key: place for place, key in enumerate(sorted(set(keys.values())))}
    return {pk: places[key] for pk, key in keys.items()}
