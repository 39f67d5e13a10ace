"""The list of cases: filters in the address, 25 a page, counts that stop, CSV that streams."""

import csv
import io
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils import timezone

from kb.models import Party
from tests.conftest import Person
from tests.pages.knowledge import record
from tickets.models import Case, PartyTicket
from tickets.queries.case_list import CaseFilters
from tickets.services.cases import change_case, open_case
from tickets.services.entries import add_entry


def rows(page: Client, query: str = "") -> list[str]:
    """Return the titles that the list shows, in its order."""
    return [case["title"] for case in page.get(f"/cases/{query}").context["page"].rows]


@pytest.fixture
def three(alice: Person) -> list[Case]:
    """Three cases, the last one closed."""
    made = [
        open_case(department=alice.department, author=alice.user, title=title, kind=kind, severity=severity)
        for title, kind, severity in (
            ("Mail comes twice", "defect", "low"),
            ("メールが届く", "security", "critical"),
            ("A quotation", "quotation", "medium"),
        )
    ]
    change_case(case=made[2], author=alice.user, changes={"state": "closed"})
    return made


def test_open_cases_come_first_and_the_one_changed_last_on_top(page: Client, three: list[Case]) -> None:
    assert rows(page) == ["メールが届く", "Mail comes twice"]


def test_tabs_count_what_they_show(page: Client, three: list[Case]) -> None:
    assert [(tab.key, tab.count) for tab in page.get("/cases/").context["tabs"]] == [
        ("open", 2),
        ("all", 3),
        ("closed", 1),
    ]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?search=twice", ["Mail comes twice"]),
        ("?search=TWICE", ["Mail comes twice"]),
        ("?search=メール", ["メールが届く"]),
        ("?search=CASE-0002", ["メールが届く"]),
        ("?kind=security", ["メールが届く"]),
        ("?state=closed", ["A quotation"]),
        ("?state=all&order=severity", ["Mail comes twice", "A quotation", "メールが届く"]),
        ("?state=all&order=-ref", ["A quotation", "メールが届く", "Mail comes twice"]),
        ("?search=100%25", []),
        ("?state=nonsense&kind=nonsense&order=nonsense&page=nonsense", ["メールが届く", "Mail comes twice"]),
        ("?product=none-such", []),
        ("?party=none-such", []),
        ("?page=99999999999999999999", ["メールが届く", "Mail comes twice"]),
    ],
)
def test_filters_and_order_live_in_the_address(page: Client, three: list[Case], query: str, found: list[str]) -> None:
    assert rows(page, query) == found


@pytest.mark.parametrize(("said", "asked"), [("true", True), ("on", True), ("1", True), ("", False), ("false", False)])
def test_overdue_in_an_address_is_heard_however_it_is_said(said: str, asked: bool) -> None:
    assert CaseFilters.of({"overdue": said}).overdue is asked


def test_links_keep_the_filters(page: Client, three: list[Case]) -> None:
    shown = page.get("/cases/?kind=defect&order=title").content.decode()
    assert "?kind=defect&amp;order=-title" in shown
    assert "?kind=defect&amp;order=title&amp;state=all" in shown


def test_the_second_page_goes_on_where_the_first_ended(page: Client, alice: Person) -> None:
    for number in range(30):
        open_case(department=alice.department, author=alice.user, title=f"Case {number:02}", kind="other")
    first, second = rows(page), rows(page, "?page=2")
    assert (len(first), len(second)) == (25, 5)
    assert not set(first) & set(second)


def test_a_count_stops_at_its_limit_and_says_so(
    page: Client, three: list[Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("common.counts.COUNT_LIMIT", 1)
    shown = page.get("/cases/").content.decode()
    assert "More than 1 cases." in shown
    assert "more than 1" in shown


def test_an_empty_list_says_why_and_offers_one_way_on(page: Client, three: list[Case]) -> None:
    shown = page.get("/cases/?search=nothing").content.decode()
    assert "No case was found by “nothing”." in shown
    assert "timelines, and what findings say and cite, of the cases" in shown
    assert "Drop the filters" in shown
    assert "/cases/new/?search=nothing" in shown


def test_a_first_visit_says_what_a_case_is(page: Client) -> None:
    assert "There is no case yet." in page.get("/cases/").content.decode()


def test_cases_of_another_department_are_in_no_row_no_count_and_no_csv(three: list[Case], charlie: Person) -> None:
    answer = charlie.client.get("/cases/?state=all")
    assert answer.context["page"].count == 0
    assert [tab.count for tab in answer.context["tabs"]] == [0, 0, 0]
    assert b"CASE-" not in b"".join(charlie.client.get("/cases.csv?state=all"))


def csv_rows(page: Client, query: str = "") -> list[list[str]]:
    """Return the rows of the CSV."""
    answer = page.get(f"/cases.csv{query}")
    assert answer.streaming
    return list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))


def test_csv_has_the_rows_of_the_filters(page: Client, three: list[Case]) -> None:
    head, *found = csv_rows(page, "?state=all&kind=quotation")
    assert head[:3] == ["ref", "title", "kind"]
    assert [row[1] for row in found] == ["A quotation"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@"])
def test_csv_runs_nothing_in_a_spreadsheet(page: Client, alice: Person, start: str) -> None:
    open_case(department=alice.department, author=alice.user, title=f"{start}HYPERLINK(1)", kind="other")
    assert csv_rows(page)[1][1] == f"'{start}HYPERLINK(1)"


def test_a_page_of_the_list_is_light(page: Client, alice: Person) -> None:
    for _ in range(25):
        open_case(department=alice.department, author=alice.user, title="題" * 300, kind="behaviour_question")
    assert len(page.get("/cases/").content) < 120_000
    Case.objects.update(title="Rejected mail reaches users after the upgrade of the gateway")
    assert len(page.get("/cases/").content) < 30_000


def test_a_search_finds_known_issues_too(page: Client, known_story: Case, charlie: Person) -> None:
    answer = page.get("/cases/?search=multi-action").content.decode()
    assert "Known issues that say so" in answer
    assert 'href="/issues/multi-action-duplicate-relay/"' in answer
    assert "Known issues that say so" not in page.get("/cases/?search=nothing+of+the+kind").content.decode()
    assert "Known issues that say so" not in page.get("/cases/").content.decode()
    record(charlie.department, charlie.user, title="Zirconium leaks", audience="department")
    assert "Zirconium leaks" not in page.get("/cases/?search=Zirconium").content.decode()


@pytest.mark.parametrize(
    "words",
    ["554 5.7.1", "S-2022", "FortiMail", "25809Eex009534-25809Ef0009534", "拒否"],
    ids=["text", "their number", "product", "finding", "ja"],
)
def test_a_case_is_found_by_what_was_written_in_it(
    page: Client, known_story: Case, charlie: Person, words: str
) -> None:
    case = known_story
    add_entry(case=case, author=case.created_by, kind="note", happened_at=timezone.now(), text="554 5.7.1 拒否された")
    PartyTicket.objects.create(case=case, party=Party.objects.get(slug="fortinet"), number="S-2022-17")
    assert rows(page, f"?state=all&search={words}") == [known_story.title]
    assert rows(charlie.client, f"?state=all&search={words}") == []


@pytest.mark.parametrize(
    ("words", "looked"), [("Qz", False), ("Qzx", True), ("拒", False), ("拒否", True), ("中", False)]
)
def test_texts_are_looked_into_from_three_characters_on_and_the_page_says_when_not(
    page: Client, known_story: Case, words: str, looked: bool
) -> None:
    case = known_story
    add_entry(case=case, author=case.created_by, kind="note", happened_at=timezone.now(), text="554 Qzx 拒否された")
    assert rows(page, f"?state=all&search={words}") == ([case.title] if looked else [])
    shown = page.get(f"/cases/?state=all&search={words}").content.decode()
    assert ("Not looked into: timelines, and what findings" in shown) is not looked
    assert "Timelines and findings were not looked into" not in shown


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("the recipient got", True), ("SPAM url: http://example.com", True), ('user="fuga"', True), ("a\\b", True),
        ("truncated", False), ('","', False),
    ],
    ids=["summary", "cited line", "quotes", "backslash", "key", "between two lines"],
)  # fmt: skip
def test_a_case_is_found_by_what_its_findings_say_and_cite(
    page: Client, story: Case, charlie: Person, words: str, found: bool
) -> None:
    finding = story.findings.get()
    finding.lines[0]["text"] = 'user="fuga" path="a\\b"'
    finding.save()
    query = f"?state=all&search={quote(words)}"
    assert rows(page, query) == ([story.title] if found else [])
    assert rows(charlie.client, query) == []


def test_a_letter_that_is_in_a_title_says_that_texts_were_not_looked_into(page: Client, three: list[Case]) -> None:
    shown = page.get("/cases/?search=M").content.decode()
    assert "Mail comes twice" in shown
    assert "Timelines and findings were not looked into" in shown
    assert "Timelines and findings were not looked into" not in page.get("/cases/?search=Mail").content.decode()
