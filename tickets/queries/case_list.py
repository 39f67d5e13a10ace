"""The list of cases on screen: filters, order, and the counts of its tabs, in a constant number of queries."""

import json
import re
from dataclasses import dataclass
from typing import Any

from django.db.models import Case as Choose
from django.db.models import F, IntegerField, Q, QuerySet, Value, When

from common.counts import COUNT_LIMIT, bounded_count
from tickets.models import Case, CaseKind, CaseState, Finding, PartyTicket, Severity, TimelineEntry
from tickets.models.finding import cited_text
from tickets.queries.by_turn import ByTurn
from tickets.queries.standing import UNFINISHED

FINISHED = (CaseState.SOLVED, CaseState.CLOSED)
SEARCH_ALLOWED = 200
WORD, WORD_OF_CJK = 3, 2  # characters from which on texts are looked into
YES = {"true", "on", "1"}  # what a form, a browser and people write into an address
CJK = re.compile(
    "[\u3005\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]"
)

SEVERITY_RANK = Choose(
    *(When(severity=severity, then=Value(rank)) for rank, severity in enumerate(reversed(Severity.values))),
    output_field=IntegerField(),
)
COLUMNS: dict[str, Any] = {
    "ref": F("ref"),
    "title": F("title"),
    "kind": F("kind"),
    "state": F("state"),
    "severity": SEVERITY_RANK,
    "opened": F("opened_at"),
    "updated": F("updated_at"),
}
DEFAULT_ORDER = "-updated"


def _word(values: Any, name: str, longest: int) -> str:
    """Return a word of the address; PostgreSQL knows no NUL."""
    return str(values.get(name, "")).replace("\x00", "").strip()[:longest]


@dataclass(frozen=True, slots=True)
class CaseFilters:
    """What the address asks for; an unknown word asks for nothing."""

    state: str
    kind: str
    product: str
    party: str
    search: str
    holder: str
    overdue: bool

    @classmethod
    def of(cls, values: Any) -> "CaseFilters":
        """Read the filters of an address."""
        state, kind = values.get("state", ""), values.get("kind", "")
        return cls(
            state=state if state in {"all", "closed", *CaseState.values} else "open",
            kind=kind if kind in CaseKind.values else "",
            product=_word(values, "product", 140),
            party=_word(values, "party", 140),
            search=_word(values, "search", SEARCH_ALLOWED),
            holder=_word(values, "holder", 140),
            overdue=values.get("overdue", "") in YES,
        )

    @property
    def narrow(self) -> bool:
        """Whether anything but the tab is asked for."""
        return bool(self.kind or self.product or self.party or self.search or self.holder or self.overdue)

    @property
    def looks_into_texts(self) -> bool:
        """Whether what is searched for is looked for in timelines, too: most of them hold any one or two letters.

        Two characters are a word in Chinese, Japanese and Korean.
        """
        return len(self.search) >= (WORD_OF_CJK if CJK.search(self.search) else WORD)

    def turn(self, order: str = "") -> ByTurn:
        """What of it asks for whose turn it is."""
        return ByTurn(self.holder, True if self.overdue else None, order)


def narrowed(cases: QuerySet[Case], filters: CaseFilters) -> QuerySet[Case]:
    """Keep the cases that the filters ask for, in whatever state and in whoever's turn they are."""
    if filters.kind:
        cases = cases.filter(kind=filters.kind)
    if filters.product:
        cases = cases.filter(product__slug=filters.product)
    if filters.party:
        cases = cases.filter(case_parties__party__slug=filters.party)
    if filters.search:
        cases = cases.filter(_says(filters.search, texts=filters.looks_into_texts))
    return cases


def _says(words: str, *, texts: bool) -> Q:
    """Return what a case is found by: its names, other parties' numbers, the id of a finding; in `texts` also.

    These are what was written into its timeline, what its findings say, and the lines that they cite.
    """
    numbered = PartyTicket.objects.filter(number__icontains=words).values("case")
    found = Finding.objects.filter(transaction=words).values("case")
    named = Q(ref__icontains=words) | Q(title__icontains=words) | Q(product__name__icontains=words)
    told = named | Q(pk__in=numbered) | Q(pk__in=found)
    if not texts:
        return told
    written = TimelineEntry.objects.filter(text__icontains=words).values("case")
    in_json = json.dumps(words, ensure_ascii=False)[1:-1]
    proven = Finding.objects.alias(cited=cited_text()).filter(Q(summary__icontains=words) | Q(cited__icontains=in_json))
    return told | Q(pk__in=written) | Q(pk__in=proven.values("case"))


def in_tab(cases: QuerySet[Case], filters: CaseFilters) -> QuerySet[Case]:
    """Keep the cases in the states that are asked for."""
    if filters.state == "all":
        return cases
    if filters.state == "open":
        return cases.filter(state__in=UNFINISHED)
    return cases.filter(state__in=FINISHED) if filters.state == "closed" else cases.filter(state=filters.state)


@dataclass(frozen=True, slots=True)
class Tab:
    """A tab of the list with its bounded count."""

    key: str
    count: int
    exact: bool


def tabs_of(wanted: QuerySet[Case]) -> list[Tab]:
    """Return the tabs; each count stops at its limit. Two queries: all is what is open and what is closed."""
    opened = Tab("open", *bounded_count(wanted.filter(state__in=UNFINISHED)))
    closed = Tab("closed", *bounded_count(wanted.filter(state__in=FINISHED)))
    total = opened.count + closed.count
    exact = opened.exact and closed.exact and total <= COUNT_LIMIT
    return [opened, Tab("all", min(total, COUNT_LIMIT), exact), closed]
