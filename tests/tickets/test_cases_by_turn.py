"""The list of cases by whose turn it is: it says of each case what the case itself says, in three queries."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kb.models import Party
from kb.services.parties import create_party
from tests.conftest import Person
from tickets.models import Case
from tickets.queries.standing import standing_of_cases
from tickets.queries.turns import case_turns
from tickets.services.cases import change_case, open_case
from tickets.services.contracts import create_contract
from tickets.services.entries import add_entry, correct_entry
from tickets.turns.standing import Standing


def party(slug: str) -> Party:
    """Return a party."""
    return Party.objects.get(slug=slug)


class Desk:
    """Alice's cases by their titles: one for each way in which a case can stand."""

    def __init__(self, alice: Person) -> None:
        self.alice = alice
        self.now = timezone.now()
        self.parties = [create_party(name="Fortinet", kind="vendor"), create_party(name="Reseller S", kind="reseller")]
        self.cases: dict[str, Case] = {}

    def open(self, title: str, **more: Any) -> Case:
        """Open a case with both parties."""
        self.cases[title] = open_case(
            department=self.alice.department, author=self.alice.user, title=title, kind="defect",
            parties=self.parties, opened_at=self.now - timedelta(days=100), **more,
        )  # fmt: skip
        return self.cases[title]

    def tell(self, title: str, kind: str, sender: str, receiver: str, days: float, **more: Any) -> Any:
        """Record an entry of so many days ago."""
        case = self.cases.get(title) or self.open(title)
        due = more.pop("due", None)
        return add_entry(
            case=case, author=self.alice.user, kind=kind, happened_at=self.now - timedelta(days=days), text=kind,
            from_party=party(sender), to_party=party(receiver),
            due_at=self.now + timedelta(days=due) if due is not None else None, **more,
        )  # fmt: skip

    def found(self, query: str) -> list[str]:
        """Return the titles that the API lists."""
        answer = self.alice.api.get(f"cases/?{query}")
        assert answer.status_code == 200, answer.json()
        assert answer.json()["count"] == len(answer.json()["results"])
        return [row["title"] for row in answer.json()["results"]]


@pytest.fixture
def desk(alice: Person) -> Desk:
    """Cases of every standing."""
    desk = Desk(alice)
    desk.tell("fresh", "ask", "us", "fortinet", 1)
    desk.tell("late", "ask", "us", "fortinet", 30)
    desk.tell("back", "ask", "us", "reseller-s", 9)
    desk.tell("back", "answer", "reseller-s", "us", 8)
    desk.tell("back", "message", "us", "reseller-s", 7)
    desk.tell("owed", "ask", "fortinet", "us", 9, due=-2)
    desk.tell("both", "ask", "us", "fortinet", 3)
    desk.tell("both", "ask", "us", "reseller-s", 2)
    desk.tell("promised", "promise", "reseller-s", "us", 20)
    desk.tell("promised", "ask", "reseller-s", "us", 10)
    desk.open("silent")
    desk.tell("over", "ask", "us", "fortinet", 30)
    change_case(case=desk.cases["over"], author=alice.user, changes={"state": "closed"})
    wrong = desk.tell("corrected", "note", "us", "fortinet", 5)
    right = correct_entry(entry=wrong, author=alice.user, changes={"kind": "ask"})
    correct_entry(entry=right, author=alice.user, changes={"to_party": party("reseller-s")})
    taken = desk.tell("taken back", "ask", "us", "fortinet", 5)
    correct_entry(entry=taken, author=alice.user, changes={"kind": "note"})
    desk.tell("put there", "ask", "us", "fortinet", 5)
    change_case(case=desk.cases["put there"], author=alice.user, changes={"state": "parked"})
    return desk


def test_a_list_says_of_each_case_what_the_case_says(desk: Desk) -> None:
    create_contract(department=desk.alice.department, party=party("reseller-s"), number="1", response_hours={"any": 4})
    desk.open("urgent", severity="critical")
    desk.tell("urgent", "ask", "us", "reseller-s", 3)
    cases, now = {case.pk: case for case in Case.objects.all()}, timezone.now()
    standing = standing_of_cases(cases, now=now)
    for pk, case in cases.items():
        turns = case_turns(case, now=now)
        held = [(leg.holder, leg.current.begin, leg.due, leg.is_overdue) for leg in turns.legs if leg.current]
        assert [(one.holder, one.since, one.due, one.is_overdue) for one in standing[pk].held] == held, case.title
    assert {one.due.source for case in standing.values() for one in case.held if one.due} == {
        "entry", "contract", "default",
    }  # fmt: skip


FOUND: tuple[tuple[str, list[str]], ...] = (
    ("holder=us&ordering=title", ["back", "owed", "promised"]),
    ("holder=fortinet&ordering=title", ["both", "fresh", "late"]),
    ("holder=reseller-s&ordering=title", ["both", "corrected"]),
    ("holder=nobody-of-that-name", []),
    ("overdue=true&ordering=title", ["late", "owed", "promised"]),
    ("overdue=true&holder=us", ["owed"]),
    ("overdue=true&holder=fortinet", ["late"]),
    ("overdue=false&holder=fortinet&ordering=title", ["both", "fresh"]),
    ("overdue=false&state=open&ordering=title", ["back", "both", "corrected", "fresh", "silent", "taken back"]),
    ("overdue=false&state=closed", ["over"]),
    ("holder=fortinet&state=closed", []),
    ("holder=fortinet&search=fresh", ["fresh"]),
    ("holder=fortinet&ordering=due", ["late", "both", "fresh"]),
    ("holder=fortinet&ordering=-due", ["fresh", "both", "late"]),
    ("overdue=true&ordering=holder", ["owed", "promised", "late"]),
)


def test_cases_are_found_by_whose_turn_it_is(desk: Desk) -> None:
    assert {query: desk.found(query) for query, _ in FOUND} == dict(FOUND)


@pytest.mark.parametrize(("order", "field"), [("holder", "holders"), ("due", "due_at")])
def test_cases_of_which_nothing_is_owed_come_last_either_way_round(desk: Desk, order: str, field: str) -> None:
    up, down = (
        [row[field] for row in desk.alice.api.get(f"cases/?ordering={sign}{order}").json()["results"]]
        for sign in ("", "-")
    )
    known = [one for one in up if one]
    assert up == known + [one for one in up if not one]
    assert [one for one in down if one] == down[: len(known)]
    assert known == sorted(known, key=lambda one: (one[0] != "us", one))


def test_whose_turn_it_is_is_told_where_it_is_asked_for(desk: Desk) -> None:
    (row,) = desk.alice.api.get("cases/?search=owed&turns=true").json()["results"]
    assert (row["holders"], row["overdue"]) == (["us"], True)
    assert row["due_at"] is not None
    assert "holders" not in desk.alice.api.get("cases/?search=owed").json()["results"][0]


def test_what_is_corrected_is_found_anew(desk: Desk, alice: Person) -> None:
    entry = desk.tell("fresh", "answer", "fortinet", "us", 0.5)
    assert "fresh" in desk.found("holder=us")
    correct_entry(entry=entry, author=alice.user, changes={"kind": "note"})
    assert "fresh" not in desk.found("holder=us")


def test_a_word_that_is_not_known_is_refused(alice: Person) -> None:
    for query in ("overdue=yes", "overdue=", "holder=%00", "ordering=holders", "turns=1"):
        assert alice.api.get(f"cases/?{query}").status_code == 400, query


def test_others_find_nothing_of_it(desk: Desk, charlie: Person) -> None:
    for query in ("holder=us", "overdue=true", "ordering=due", "overdue=false"):
        assert charlie.api.get(f"cases/?{query}").json()["count"] == 0


def test_too_many_cases_to_look_at_are_refused_with_the_cure(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tickets.queries.by_turn.CASES_ALLOWED", 3)
    answer = desk.alice.api.get("cases/?holder=us")
    assert answer.status_code == 400
    assert "Narrow the list" in answer.json()["detail"]
    assert desk.found("holder=us&search=owed") == ["owed"]
    assert desk.alice.client.get("/cases/?holder=us").status_code == 400


def test_more_cases_are_no_more_queries(desk: Desk) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            desk.alice.api.get("cases/?overdue=true&ordering=due")
        return len(queries)

    desk.alice.api.get("me/")
    before = asked()
    for number in range(10):
        desk.tell(f"more {number}", "ask", "us", "fortinet", 40)
    assert asked() == before


def test_a_case_without_a_turn_is_standing_still() -> None:
    assert standing_of_cases([]) == {}
    assert (Standing().holders, Standing().due_at, Standing().is_overdue) == ([], None, False)


def titles(desk: Desk, query: str) -> list[str]:
    """Return the titles that the page lists."""
    return [case["title"] for case in desk.alice.client.get(f"/cases/{query}").context["page"].rows]


SHOWN: tuple[tuple[str, list[str]], ...] = (
    ("?holder=us&order=title", ["back", "owed", "promised"]),
    ("?holder=fortinet&overdue=true", ["late"]),
    ("?overdue=true&order=due", ["late", "owed", "promised"]),
    ("?holder=us&state=closed", []),
    ("?holder=us&overdue=nonsense&order=title", ["back", "owed", "promised"]),
)


def test_the_page_finds_the_same(desk: Desk) -> None:
    assert {query: titles(desk, query) for query, _ in SHOWN} == dict(SHOWN)


def test_the_page_shows_who_has_the_turn_and_what_is_overdue(desk: Desk) -> None:
    shown = desk.alice.client.get("/cases/?search=late").content.decode()
    assert '<span class="party p-vendor">Fortinet</span> <span class="chip bad">' in shown
    assert "overdue since" in shown
    assert '<option value="fortinet">waiting for Fortinet</option>' in shown
    tabs = desk.alice.client.get("/cases/?holder=us").context["tabs"]
    assert [(tab.key, tab.count) for tab in tabs] == [("open", 3), ("all", 3), ("closed", 0)]


def test_csv_tells_whose_turn_it_is(desk: Desk) -> None:
    answer = desk.alice.client.get("/cases.csv?overdue=true&holder=us&state=all")
    head, row = b"".join(answer).decode("utf-8-sig").splitlines()
    assert head.endswith("holders,due_at,overdue")
    assert ",us," in row
    assert row.endswith(",true")
