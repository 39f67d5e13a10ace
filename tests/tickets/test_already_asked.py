"""Already asked: what is like a case that is being typed, the best first, and nothing that the reader may not see."""

from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Department
from kb.models import IssueAudience, KnownIssue, Party
from kb.services.catalogue import create_release
from kb.services.statements import NewStatement
from tests.conftest import Person
from tests.pages.knowledge import fortimail, record
from tests.pages.story import PARENT, REFUSED, told_story
from tickets.asked.ranking import MOST_SHOWN
from tickets.models import Case
from tickets.queries.asked import already_asked, question_of
from tickets.services.cases import open_case, share_case
from tickets.services.entries import add_entry, correct_entry

OCCURRED_AGAIN = "554 5.7.1 This email from IP 198.51.100.7 has been rejected. The email message was detected as spam."
LOST = "warning: lost connection with mx{n}.example.jp[10.0.0.{n}] while receiving the initial server greeting"


def asked(person: Person, **fields: str) -> dict[str, Any]:
    """Ask over the API."""
    answer = person.api.post("already-asked/", fields)
    assert answer.status_code == 200, answer.content
    told: dict[str, Any] = answer.json()
    return told


def why(answer: dict[str, Any]) -> dict[str, list[str]]:
    """Return the reasons of each result, by its title, in the order of the results."""
    return {row["title"]: [reason["reason"] for reason in row["reasons"]] for row in answer["results"]}


def make_case(person: Person, title: str, text: str = "", **changes: Any) -> Case:
    """Open a case, with an entry where there is a text."""
    case = open_case(department=person.department, author=person.user, title=title, kind="defect", **changes)
    if text:
        add_entry(case=case, author=person.user, kind="note", happened_at=timezone.now(), text=text)
    return case


@pytest.fixture
def story(alice: Person) -> Case:
    """The story's case: its log is read, and the finding stands."""
    return told_story(alice.department, alice.user)


def test_another_occurrence_of_an_error_meets_the_line_that_a_finding_cites(alice: Person, story: Case) -> None:
    answer = asked(alice, text=f"Milter: data, reject={OCCURRED_AGAIN}")
    (row,) = answer["results"]
    assert (row["id"], row["reasons"][0]["reason"]) == (story.ref, "error_text")
    assert "10.0.0.2" not in str(answer["searched"]) + str(row["reasons"])


def test_an_error_text_in_a_timeline_is_found_as_its_entry_stands_now(alice: Person) -> None:
    case = make_case(alice, "Mail is slow", f"We see\n{LOST.format(n=1)}\nsince noon.")
    assert why(asked(alice, text=LOST.format(n=2))) == {"Mail is slow": ["error_text"]}
    correct_entry(entry=case.entries.get(), author=alice.user, changes={"text": "It was another box."})
    assert asked(alice, text=LOST.format(n=2))["results"] == []


def test_a_known_issue_is_found_by_its_symptoms(alice: Person, story: Case) -> None:
    record(alice.department, alice.user, symptoms=f"The log says: {LOST.format(n=3)}")
    found = asked(alice, text=LOST.format(n=4))["results"][0]
    assert (found["type"], found["reasons"][0]["reason"]) == ("issue", "error_text")


def test_titles_are_found_by_what_they_are_like(alice: Person) -> None:
    make_case(alice, "隔離通知が二重に届く")
    make_case(alice, "Quarantine report is sent twice")
    assert why(asked(alice, title="Quarantine reports are sent twice")) == {
        "Quarantine report is sent twice": ["title"]
    }
    assert why(asked(alice, title="隔離通知が届く")) == {"隔離通知が二重に届く": ["title"]}


def test_a_finding_is_found_by_its_rule_in_cases_and_issues(alice: Person, story: Case) -> None:
    issue = record(alice.department, alice.user, detector="rejected-and-delivered")
    by_field, by_text = asked(alice, rule="rejected-and-delivered"), asked(alice, text="It is rejected-and-delivered!")
    assert why(by_field) == why(by_text) == {issue.title: ["rule"], story.title: ["rule"]}
    story.findings.update(status="dismissed")
    assert why(asked(alice, rule="rejected-and-delivered")) == {issue.title: ["rule"]}


def test_cases_of_the_version_count_however_it_is_spelt_and_those_that_name_none(alice: Person, story: Case) -> None:
    Case.objects.all().update(product=None)
    for title, release in (("One", "7.0.2,build163"), ("Two", "v7.0.2"), ("Three", "7.0.3"), ("Four", "")):
        make_case(alice, title, product=fortimail(), release=release)
    assert why(asked(alice, product="fortimail", version="7.0.2")) == {
        "Two": ["version"], "One": ["version"], "Four": ["version_unknown"],
    }  # fmt: skip
    assert set(why(asked(alice, product="fortimail"))) == {"One", "Two", "Three", "Four"}


def test_an_issue_counts_where_its_spans_do_not_tell_and_is_never_clear(alice: Person, story: Case) -> None:
    Case.objects.all().update(product=None)
    for version in ("6.4.0", "7.0.1", "7.0.2", "7.0.5"):
        create_release(product=fortimail(), version=version)
    said = [NewStatement("introduced", "7.0.2"), NewStatement("fixed", "7.0.5")]
    record(alice.department, alice.user, title="Sure", statements=said)
    record(alice.department, alice.user, title="Unsure", statements=[NewStatement("fixed", "7.0.5")])
    told = {
        version: {row["title"]: row["affects"] for row in asked(alice, product="fortimail", version=version)["results"]}
        for version in ("7.0.1", "7.0.2", "7.0.5", "7.0.99")
    }
    assert told == {
        "7.0.1": {"Unsure": "unknown"},
        "7.0.2": {"Sure": "yes", "Unsure": "unknown"},
        "7.0.5": {},
        "7.0.99": {"Unsure": "unknown", "Sure": "unknown"},
    }


def test_what_has_more_reasons_comes_first(alice: Person, story: Case) -> None:
    Case.objects.all().update(product=None)
    make_case(alice, "Another thing", product=fortimail(), release="7.0.2")
    make_case(alice, "Greeting is lost", LOST.format(n=1), product=fortimail(), release="7.0.2")
    make_case(alice, "Greeting was lost", product=fortimail(), release="7.0.2")
    answer = asked(alice, title="Greeting is lost", text=LOST.format(n=9), product="fortimail", version="7.0.2")
    assert list(why(answer)) == ["Greeting is lost", "Greeting was lost", "Another thing"]
    assert set(why(answer)["Greeting is lost"]) == {"error_text", "title", "version"}


def test_a_case_tells_whose_turn_it_is_and_what_was_answered_last(alice: Person, story: Case) -> None:
    vendor, case = Party.objects.get(slug="fortinet"), make_case(alice, "Greeting is lost")
    assert asked(alice, title="Greeting is lost")["results"][0]["last_answer"] is None
    for kind, text in (("ask", "Why?"), ("answer", "By design.")):
        side: dict[str, Any] = {"to_party": vendor} if kind == "ask" else {"from_party": vendor}
        add_entry(case=case, author=alice.user, kind=kind, happened_at=timezone.now(), text=text, **side)
    row = asked(alice, title="Greeting is lost")["results"][0]
    assert (row["state"], row["holders"], row["last_answer"]["text"]) == ("open", ["us"], "By design.")
    assert row["last_answer"]["party"] == "fortinet"


def test_at_most_ten_are_shown_and_it_says_that_there_are_more(alice: Person) -> None:
    for number in range(MOST_SHOWN):
        make_case(alice, f"Greeting is lost {number}")
    assert asked(alice, title="Greeting is lost")["more"] is False
    make_case(alice, "Greeting is lost again")
    answer = asked(alice, title="Greeting is lost")
    assert (len(answer["results"]), answer["more"]) == (MOST_SHOWN, True)


def test_a_stranger_is_told_nothing_until_the_case_is_shared(alice: Person, charlie: Person, story: Case) -> None:
    make_case(alice, "Greeting is lost", LOST.format(n=1))
    fields = {"title": "Greeting is lost", "text": f"{LOST.format(n=2)}\n{REFUSED}", "rule": "rejected-and-delivered"}
    fields |= {"product": "fortimail", "version": "7.0.2"}
    answer = asked(charlie, **fields)
    assert (answer["results"], answer["more"]) == ([], False)
    assert answer["elsewhere"] == {"cases": False, "issues": False}
    manager = Person(alice.user, alice.department, alice.token)
    manager.user.memberships.update(role="manager")
    share_case(principal=manager.principal, case=story, department=charlie.department)
    assert [row["id"] for row in asked(charlie, **fields)["results"]] == [story.ref]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"text": LOST.format(n=2)}, True),
        ({"rule": "rejected-and-delivered"}, True),
        ({"product": "fortimail", "version": "7.0.2"}, True),
        ({"text": "while receiving the initial server greeting"}, False),
        ({"title": "Greeting is lost"}, False),
        ({"product": "fortimail"}, False),
        ({"product": "fortimail", "version": "6.0.4"}, False),
    ],
)
def test_that_others_have_a_case_is_told_where_they_let_it_be_told_and_by_nothing_that_gives_texts_away(
    alice: Person, charlie: Person, story: Case, fields: dict[str, str], told: bool
) -> None:
    Case.objects.filter(pk=story.pk).update(release="7.0.2,build163")
    make_case(alice, "Greeting is lost", LOST.format(n=1))
    assert asked(charlie, **fields)["elsewhere"]["cases"] is False
    Department.objects.filter(pk=alice.department.pk).update(tells_of_cases=True)
    answer = asked(charlie, **fields)
    assert (answer["elsewhere"]["cases"], answer["results"], answer["more"]) == (told, [], False)
    assert asked(alice, **fields)["elsewhere"]["cases"] is False  # she sees it


def test_that_others_keep_an_issue_to_themselves_is_told_unless_they_do_not_want_it(
    alice: Person, charlie: Person, story: Case
) -> None:
    issue = record(alice.department, alice.user, title="Greeting is lost", audience=IssueAudience.DEPARTMENT)
    KnownIssue.objects.exclude(pk=issue.pk).delete()
    create_release(product=fortimail(), version="7.0.2")
    at, titled = {"product": "fortimail", "version": "7.0.2"}, {"title": "Greeting is lost"}
    assert [asked(charlie, **fields)["elsewhere"]["issues"] for fields in (at, titled)] == [True, False]
    assert asked(charlie, **at)["results"] == []
    Department.objects.filter(pk=alice.department.pk).update(tells_of_issues=False)
    assert asked(charlie, **at)["elsewhere"]["issues"] is False


def test_what_could_not_be_searched_for_is_said(alice: Person, story: Case) -> None:
    told = asked(alice, text="error 42", product="fortimail", version="latest")["searched"]
    assert (told["product"], told["version"], told["error_texts"]) == ("fortimail", None, [])
    assert [one.split(":")[0] for one in told["not_searched"]] == ["version", "The text"]
    assert asked(alice, version="7.0.2")["searched"]["not_searched"] == [
        "version: Name the product whose version it is."
    ]


def test_a_product_that_does_not_exist_is_refused_at_its_field(alice: Person) -> None:
    answer = alice.api.post("already-asked/", {"product": "nonesuch"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "product")


def test_a_reader_may_ask(bob: Person, story: Case) -> None:
    assert [row["id"] for row in asked(bob, title=story.title)["results"]] == [story.ref]


@pytest.mark.parametrize(
    "text", ["%" * 30, "\\" * 40, "_a_" * 9, "\ud800" * 3, "'; DROP TABLE x; -- and so on", PARENT]
)
def test_nothing_that_is_typed_gives_an_error(alice: Person, story: Case, text: str) -> None:
    found = already_asked(alice.principal, question_of(title=text, text=text, rule=text[:40], version=text))
    assert isinstance(found.rows, list)
