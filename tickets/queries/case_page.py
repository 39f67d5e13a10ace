"""Everything that the page of a case shows, in a constant number of queries."""

from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from accounts.principal import Principal
from common.pages import Page, page_of
from tickets.models import Case, Evidence, Finding, IntegrityCheck, TimelineEntry
from tickets.queries.answer import Answer, answer_of
from tickets.queries.asks import unanswered
from tickets.queries.cited import ShownFinding, shown
from tickets.queries.detectors import doubts_of, titles_of
from tickets.queries.finding_list import counts_by_rule, for_rows, worst_first
from tickets.queries.integrity import Checked, broken_checks_of, checked_among
from tickets.queries.reading import Coverage, coverage_of, state_of

ENTRIES_A_PAGE = 50
PIECES_ALLOWED = 200
FINDINGS_LISTED = 10
ASKS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class PieceRow:
    """A piece of evidence with where its reading is."""

    evidence: Evidence
    state: str


@dataclass(frozen=True, slots=True)
class CasePage:
    """The parts of the page."""

    answer: Answer
    doubts: list[dict[str, Any]]
    coverage: Coverage
    scan: Any
    rules: list[dict[str, Any]]
    titles: dict[str, str]
    first: ShownFinding | None
    others: list[Finding]
    pieces: list[PieceRow]
    more_pieces: bool
    checked: Checked
    broken: list[IntegrityCheck]
    entries: Page[TimelineEntry]
    asks: list[TimelineEntry]

    @property
    def standing(self) -> int:
        """How many findings stand."""
        return sum(row["stand"] for row in self.rules)

    @property
    def findings(self) -> int:
        """How many findings there are, those dismissed or explained included."""
        return sum(row["all"] for row in self.rules)


def pieces_of(case: Case) -> QuerySet[Evidence]:
    """Return the evidence of a case with what a row shows of it, the newest first."""
    rows = case.evidence.select_related("blob", "job", "reading", "device", "from_party", "received_by", "integrity")
    return rows.order_by("-pk")


def entries_of(case: Case) -> QuerySet[TimelineEntry]:
    """Return the timeline of a case, newest first, with what a row shows of it."""
    found = case.entries.select_related(
        "author", "from_party", "to_party", "evidence", "replaces", "replaced_by__author"
    )
    of_mail = Coalesce("mail_filing__mail__public_id", "replaces__mail_filing__mail__public_id")
    return found.annotate(of_mail=of_mail).order_by("-happened_at", "-pk")


def page_of_entry(case: Case, asked: str | None) -> str | None:
    """Return the page of the timeline on which an entry stands, given by its public id; None: no such entry."""
    if asked is None:
        return None
    try:
        entry = case.entries.get(public_id=asked)
    except (TimelineEntry.DoesNotExist, ValidationError):
        return None
    newer = Q(happened_at__gt=entry.happened_at) | Q(happened_at=entry.happened_at, pk__gt=entry.pk)
    return str(case.entries.filter(newer).count() // ENTRIES_A_PAGE + 1)


def with_parts(case: Case) -> dict[str, Any]:
    """Return what stands in the head of a case: parties with their numbers, devices, departments it is shared with."""
    numbers: dict[int, list[str]] = {}
    for ticket in case.party_tickets.all():
        numbers.setdefault(ticket.party_id, []).append(ticket.number)
    links = case.case_parties.select_related("party").order_by("position", "pk")
    return {
        "parties": [(link.party, numbers.get(link.party_id, [])) for link in links],
        "devices": list(case.devices.order_by("name")),
        "shares": list(case.shares.select_related("department").order_by("pk")),
    }


def case_page(principal: Principal, case: Case, *, page: str | None) -> CasePage:
    """Return the page of a case for a reader; `page` is the page of its timeline."""
    pieces = list(pieces_of(case).defer("reading__files"))  # all of them: the answer on top speaks of all
    rules = counts_by_rule(case)
    scan = getattr(case, "scan", None)
    coverage = coverage_of(pieces)
    doubts = doubts_of(principal, case, pieces) if coverage.usable else []
    titles = titles_of(principal, (row["rule"] for row in rules))
    rows = list(for_rows(worst_first(case.findings.all()))[: FINDINGS_LISTED + 1]) if rules else []
    opened = shown(case.findings.select_related("status_by", "case").get(pk=rows[0].pk)) if rows else None
    return CasePage(
        answer=answer_of(
            coverage, rules, titles, judged=scan is not None and bool(scan.finding_counts), doubts=len(doubts)
        ),
        doubts=doubts,
        coverage=coverage,
        scan=scan,
        rules=rules,
        titles=titles,
        first=opened,
        others=rows[1:],
        pieces=[PieceRow(piece, state_of(piece)) for piece in pieces[:PIECES_ALLOWED]],
        more_pieces=len(pieces) > PIECES_ALLOWED,
        checked=checked_among(pieces),
        broken=broken_checks_of(case),
        entries=page_of(entries_of(case), page, size=ENTRIES_A_PAGE),
        asks=unanswered(case.entries.select_related("from_party", "to_party"), ASKS_SHOWN),
    )
