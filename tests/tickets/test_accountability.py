"""How parties keep others waiting: the story's reseller and vendor by hand, contracts, departments, few cases."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.principal import principal_of
from kb.models import Party
from kb.services.parties import create_party
from tests.conftest import Person
from tests.support.fortimail_pack import load_fortimail
from tickets.models import Case
from tickets.queries.accountability import Accountability, Days, accountability_of
from tickets.sample.load import load_story
from tickets.services.cases import open_case
from tickets.services.contracts import create_contract
from tickets.services.entries import add_entry

WHOLE = "from=2020-01-01&to=2023-12-31"
MONDAY = datetime(2026, 6, 1, 0, tzinfo=UTC)  # nine in the morning in Tokyo


@pytest.fixture
def reseller() -> Party:
    """A reseller."""
    return create_party(name="Reseller T", kind="reseller")


@pytest.fixture
def story(alice: Person) -> None:
    """The story's cases, with what is known of FortiMail."""
    with patch("tickets.sample.load.load_pack", load_fortimail):
        load_story(department=alice.department, author=alice.user)


def dealt(person: Person, party: Party, days: float | None, *, begin: datetime = MONDAY, **more: Any) -> Case:
    """Return a case in which a party was asked, and answered after some days; None: never."""
    case = open_case(
        department=person.department, author=person.user, title="Ports go down", kind="defect", parties=[party],
        opened_at=begin, **more,
    )  # fmt: skip
    add_entry(case=case, author=person.user, kind="ask", happened_at=begin, to_party=party, text="Why?")
    if days is not None:
        at = begin + timedelta(days=days)
        add_entry(case=case, author=person.user, kind="answer", happened_at=at, from_party=party, text="So.")
    return case


def june(person: Person, party: Party) -> Accountability:
    """Return what June says of a party to a person."""
    days = Days(date(2026, 6, 1), date(2026, 6, 30))
    return accountability_of(principal_of(person.user), party, days)


def test_the_storys_reseller(alice: Person, story: None) -> None:
    """Two answers of three days each, and the quotation for which nobody answered in 188 days."""
    told = alice.api.get(f"parties/reseller-s/accountability/?{WHOLE}").json()
    (whole, without) = told["groups"]
    assert (whole["contract"], without["contract"], whole["unit"]) == ("all", "none", "days")
    assert whole["response_times"]["enough"] is False
    assert (whole["response_times"]["cases"], whole["response_times"]["median"]) == (2, None)
    assert sum(whole["outcomes"].values()) == whole["response_times"]["turns"] == 3
    assert whole["outcomes"]["ended"] == 1
    assert whole["promises"] == {"kept": 0, "late": 0, "open": 0, "broken": 0, "lapsed": 1}
    held = {row["holder"]: row["days"] for row in told["held"]}
    assert held["reseller-s"] == 3.0 + 3.0 + 188.0
    (promise,) = told["promises"]
    assert (promise["reminders"], round(promise["overdue_days"])) == (0, 181)
    (flip,) = told["overturned"]
    assert (flip["before"]["stance"], flip["after"]["stance"]) == ("no", "yes")
    lengths = sorted(row["days"] for row in told["turns"] if row["holder"] == "reseller-s")
    assert lengths == [3.0, 3.0, 188.0]
    for row in [*told["turns"], *told["promises"]]:
        assert alice.api.get(f"cases/{row['case']}/timeline/{row['entry']}/").status_code == 200
    _the_page_says_so(alice)
    _the_file_has_a_row_for_each_thing_that_counts(alice, told)


def _the_page_says_so(alice: Person) -> None:
    page = alice.client.get(f"/parties/reseller-s/accountability/?{WHOLE}").content.decode()
    for words in ("too few cases: 2", "Only cases that you may see are counted: 2 cases", "Lapsed", "is not recorded"):
        assert words in page
    promises = alice.client.get(f"/parties/reseller-s/accountability/?{WHOLE}&what=promises&state=lapsed").content
    assert "no reminder sent" in promises.decode()
    assert "1 promise<" in promises.decode()


def _the_file_has_a_row_for_each_thing_that_counts(alice: Person, told: dict[str, Any]) -> None:
    answer = alice.client.get(f"/parties/reseller-s/accountability.csv?{WHOLE}")
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))  # type: ignore[attr-defined]
    assert [row["what"] for row in rows].count("turn") == len(told["turns"])
    assert {row["what"] for row in rows} == {"turn", "promise", "overturned"}
    lengths = {row["days"] for row in rows if row["holder"] == "reseller-s" and row["what"] == "turn"}
    assert lengths == {"3.00", "188.00"}


def test_the_storys_vendor_admits_at_once(alice: Person, story: None) -> None:
    told = alice.api.get(f"parties/fortinet/accountability/?{WHOLE}").json()
    own = [row for row in told["turns"] if row["holder"] == "fortinet"]
    assert (own[0]["outcome"], own[0]["days"]) == ("answered", 1.0)
    assert own[-1]["outcome"] == "waiting"
    assert told["overturned"] == []


def test_four_cases_tell_no_median_and_five_do(alice: Person, reseller: Party) -> None:
    for days in (1, 2, 4, 8):
        dealt(alice, reseller, days)
    assert june(alice, reseller).groups[0].times.median is None
    dealt(alice, reseller, 3)
    times = june(alice, reseller).groups[0].times
    assert (times.median, times.p90, times.low, times.high, times.shortest, times.longest) == (3, 8, 1, 8, 1, 8)


def test_five_cases_without_an_answer_have_no_median_that_looks_good(alice: Person, reseller: Party) -> None:
    for number in range(6):
        dealt(alice, reseller, 1 if number == 0 else None)
    times = june(alice, reseller).groups[0].times
    assert (times.enough, times.answered, times.median) == (True, 1, None)
    assert times.longest is not None
    assert times.longest > 30


def test_a_contract_by_business_hours_is_counted_in_them(alice: Person, reseller: Party) -> None:
    create_contract(
        department=alice.department, party=reseller, number="T-1", response_hours={"any": 8}, clock="business",
        zone="Asia/Tokyo", holidays="", hours="09:00-18:00",
    )  # fmt: skip
    for _ in range(5):
        dealt(alice, reseller, 7.25)  # Monday nine to Monday 15:00: five days of nine hours and six more
    whole, contract = june(alice, reseller).groups
    assert (whole.unit, whole.times.median) == ("days", 7.25)
    assert (contract.contract.number, contract.unit, contract.times.median) == ("T-1", "business_hours", 51.0)  # type: ignore[union-attr]


def test_a_period_counts_what_began_in_it_and_cuts_what_lay(alice: Person, reseller: Party) -> None:
    dealt(alice, reseller, 10, begin=datetime(2026, 5, 29, 3, tzinfo=UTC))
    told = june(alice, reseller)
    assert (told.groups[0].times.turns, told.cases) == (0, 1)
    zone = Days(date(2026, 6, 1), date(2026, 6, 30)).period.begin
    until = datetime(2026, 6, 8, 3, tzinfo=UTC)
    assert told.shares[0].days == (until - zone).total_seconds() / 86_400


def test_cases_of_others_count_for_nobody_else(alice: Person, charlie: Person, reseller: Party) -> None:
    for _ in range(6):
        dealt(alice, reseller, 2)
    dealt(charlie, reseller, 5)
    assert june(alice, reseller).groups[0].times.cases == 6
    told = june(charlie, reseller)
    assert (told.cases, told.groups[0].times.cases, told.groups[0].times.median) == (1, 1, None)


def test_a_contract_that_the_reader_may_not_see_has_no_name(alice: Person, charlie: Person, reseller: Party) -> None:
    create_contract(department=alice.department, party=reseller, number="Xenotime-1")
    case = dealt(alice, reseller, 2)
    case.shares.create(department=charlie.department, shared_by=alice.user)
    path = f"parties/{reseller.slug}/accountability/?from=2026-06-01&to=2026-06-30"
    assert [row["contract"] for row in charlie.api.get(path).json()["groups"]] == ["all", "other-departments"]
    assert "Xenotime" not in charlie.api.get(path).content.decode()
    assert "Xenotime-1" in alice.api.get(path).content.decode()


@pytest.mark.parametrize(
    "query",
    [
        "from=yesterday",
        "from=2026-02-01&from=2026-03-01",
        "to=1900-01-01",
        "since=2026-01-01",
        "from=2026-03-01&to=2026-02-01",
    ],
)
def test_a_period_that_is_none_is_refused(alice: Person, reseller: Party, query: str) -> None:
    answer = alice.api.get(f"parties/{reseller.slug}/accountability/?{query}")
    assert answer.status_code == 400
    page = alice.client.get(f"/parties/{reseller.slug}/accountability/?{query}")
    assert page.status_code == (200 if query.startswith(("since", "from=2026-02-01&")) else 422)


def test_our_own_side_is_no_party_to_account_for(alice: Person) -> None:
    assert alice.api.get("parties/us/accountability/").status_code == 404
    assert alice.client.get("/parties/us/accountability/").status_code == 404


def test_what_the_party_says_itself_stays(alice: Person, charlie: Person, reseller: Party) -> None:
    path = f"parties/{reseller.slug}/own-views/"
    said = {"text": "The vendor had the logs for a month.", "said_by": "Ms. Sato", "said_on": "2026-06-30"}
    assert alice.api.post(path, said).status_code == 201
    (told,) = alice.api.get(path).json()["results"]
    assert (told["said_by"], told["said_on"], told["recorded_by"]) == ("Ms. Sato", "2026-06-30", "Alice")
    assert charlie.api.get(path).json()["count"] == 0
    assert alice.api.post(path, said | {"shared": True}).status_code == 201
    assert charlie.api.get(path).json()["count"] == 1
    for statement in ("UPDATE tickets_ownview SET text = ''", "DELETE FROM tickets_ownview"):
        with connection.cursor() as cursor, transaction.atomic():
            with pytest.raises(DatabaseError, match="its rows are history"):
                cursor.execute(statement)
            transaction.set_rollback(True)


@pytest.mark.parametrize(
    "wrong", [{"text": "  "}, {"said_by": ""}, {"said_on": "2199-01-01"}, {"department": "network-services"}]
)
def test_a_view_without_words_author_or_day_is_refused(alice: Person, reseller: Party, wrong: dict[str, str]) -> None:
    said = {"text": "It was the vendor.", "said_by": "Ms. Sato"} | wrong
    answer = alice.api.post(f"parties/{reseller.slug}/own-views/", said)
    assert answer.status_code == 400
    assert next(iter(wrong)) in answer.content.decode()


def test_the_page_records_what_the_party_says(alice: Person, bob: Person, reseller: Party) -> None:
    path = f"/parties/{reseller.slug}/accountability/"
    said = {"text": "The vendor had it.", "said_by": "Ms. Sato", "said_on": "2026-06-30"}
    said["department"] = alice.department.slug
    assert alice.client.post(path, said | {"text": " "}).status_code == 422
    assert alice.client.post(path, said).status_code == 302
    page = alice.client.get(path).content.decode()
    assert "The vendor had it." in page
    assert "No promise of the party was noted" in page
    assert "That is no praise" in page
    assert bob.client.post(path, said).status_code == 403


def test_a_page_leads_to_what_its_numbers_are_made_of(alice: Person, reseller: Party) -> None:
    for days in (1, 2, 3, 4, None):
        dealt(alice, reseller, days)
    path = f"/parties/{reseller.slug}/accountability/?from=2026-06-01&to=2026-06-30"
    page = alice.client.get(path).content.decode()
    assert "<b>3.0 days</b>" in page
    waiting = alice.client.get(path + "&contract=all&state=waiting").content.decode()
    assert "1 turn<" in waiting
    assert "5 turns<" in page
    assert "2 turns<" not in alice.client.get(path + "&what=held&holder=us&page=99").content.decode()
