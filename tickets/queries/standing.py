"""Where many cases stand, read from their timelines in a constant number of queries. Nothing of it is stored."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from tickets.models import CaseState, Contract
from tickets.queries.terms import covers, default_calendar, nearest, terms_of
from tickets.queries.told import moving_entries
from tickets.turns.due import AllTerms, Terms
from tickets.turns.entry import MOVING, Entry
from tickets.turns.standing import Standing, standing_of

_FACTS = """
SELECT found.id, found.state, found.severity, found.department_id, found.product_id, found.opened_at,
    ARRAY(
        SELECT party.slug FROM tickets_caseparty AS named JOIN kb_party AS party ON party.id = named.party_id
        WHERE named.case_id = found.id ORDER BY named.position, named.id
    )
FROM tickets_case AS found WHERE found.id = ANY(%s) AND found.state = ANY(%s)
ORDER BY found.id
"""
UNFINISHED = [CaseState.OPEN.value, CaseState.PARKED.value]


class Facts(NamedTuple):
    """What of a case decides who owes what until when."""

    id: int
    state: str
    severity: str
    department_id: int
    product_id: int | None
    opened_at: datetime
    parties: list[str]


class Told(NamedTuple):
    """A case, and what was told of it: all revisions that count."""

    facts: Facts
    entries: list[Entry]
    owed: "_Owed"

    def standing(self, now: datetime) -> Standing:
        """Return where it stands."""
        return standing_of(self.entries, now=now, terms=self.owed.of(self.facts), parties=self.facts.parties)

    def terms(self) -> AllTerms:
        """Return what its parties owe."""
        return self.owed.of(self.facts)

    def contract_with(self, party: str) -> Contract | None:
        """Return the contract by which a party owes it answers."""
        return self.owed.contracts_of(self.facts).get(party)

    def first(self, entry: str) -> int:
        """Return the row of the first revision of an entry."""
        older = {one.id: one.replaces for one in self.entries}
        while replaced := older[entry]:
            entry = replaced
        return int(entry)


def told_of_cases(
    ids: Iterable[int], states: Collection[str] = UNFINISHED, kinds: Collection[str] = MOVING
) -> list[Told]:
    """Return what is told of those of the cases that are in some states, in the order of their ids; three queries.

    `kinds` are the kinds of entries that are read, beside those that open, park and end.
    """
    wanted = list(ids)
    facts = _facts(wanted, states) if wanted else []
    if not facts:
        return []
    entries, owed = moving_entries([one.id for one in facts], kinds), _Owed(facts)
    return [Told(one, entries[one.id], owed) for one in facts]


def standing_of_cases(ids: Iterable[int], *, now: datetime | None = None) -> dict[int, Standing]:
    """Return where cases stand, by their ids; three queries. One that is not open is in it, with nobody's turn."""
    wanted, moment = list(ids), now or timezone.now()
    return dict.fromkeys(wanted, Standing()) | {one.facts.id: one.standing(moment) for one in told_of_cases(wanted)}


def _facts(cases: list[int], states: Collection[str]) -> list[Facts]:
    """Return what decides who owes what in those of the cases that are in some states."""
    with connection.cursor() as cursor:  # planned for the number of cases that it asks about
        cursor.execute(_FACTS, [cases, list(states)])
        return [Facts(*row) for row in cursor.fetchall()]


class _Owed:
    """Until when the parties of cases owe an answer; all contracts are read at once."""

    def __init__(self, facts: list[Facts]) -> None:
        departments = {one.department_id for one in facts}
        parties = {slug for one in facts for slug in one.parties}
        self._contracts = list(
            Contract.objects.filter(Q(department__in=departments) | Q(shared=True), party__slug__in=parties)
            .select_related("party")
            .order_by()
        )
        self._default = Terms(default_calendar())
        self._known: dict[tuple[int, str], Terms] = {}

    def contracts_of(self, case: Facts) -> dict[str, Contract]:
        """Return the contracts that count in a case, by party."""
        found = [one for one in self._contracts if one.party.slug in case.parties and covers(one, case)]
        return nearest(found, case) if found else {}

    def of(self, case: Facts) -> AllTerms:
        """Return what the parties of a case owe."""
        chosen = self.contracts_of(case)
        return AllTerms(self._default, {slug: self._terms(one, case.severity) for slug, one in chosen.items()})

    def _terms(self, contract: Contract, severity: str) -> Terms:
        """Return the terms of a contract, worked out once for each severity."""
        key = contract.pk, severity
        if key not in self._known:
            self._known[key] = terms_of(contract, severity)
        return self._known[key]


def standing_row(standing: Standing) -> dict[str, Any]:
    """Return where a case stands as the API's list tells it."""
    return {"holders": standing.holders, "due_at": standing.due_at, "overdue": standing.is_overdue}
