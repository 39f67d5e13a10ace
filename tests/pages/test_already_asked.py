"""The form of a new case shows what was asked already: by script, and by a button that keeps what was typed."""

from typing import Any

import pytest
from django.test import Client

from tests.conftest import Person
from tests.pages.knowledge import record
from tests.pages.story import PARENT, REFUSED
from tickets.models import Case

ADDRESS = "/cases/new/asked/"
TYPED: dict[str, Any] = {
    "title": "Spam is delivered",
    "kind": "security",
    "severity": "high",
    "department": "mail-operations",
    "product": "fortimail",
    "release": "7.0.2",
    "opened_on": "2022-06-08",
    "parties": ["fortinet"],
    "text": REFUSED.replace("10.0.0.2", "198.51.100.3"),
    "rule": "",
}


def fragment(page: Client, **fields: Any) -> str:
    """Return what htmx gets while somebody types."""
    return page.post(ADDRESS, fields, headers={"HX-Request": "true"}).content.decode()


def test_the_button_shows_the_answer_below_the_form_and_keeps_what_was_typed(page: Client, story: Case) -> None:
    answer = page.post(ADDRESS, TYPED)
    form, text = answer.context["form"], answer.content.decode()
    assert answer.status_code == 200
    assert {name: form[name].value() for name in form.fields if name != "devices"} == TYPED
    assert text.index("Open the case") < text.index(story.title)
    assert "same error text" in text
    assert 'class="why"' not in text  # nobody has sent the form yet
    assert not Case.objects.filter(title=TYPED["title"]).exists()


def test_the_form_opens_the_case_also_from_the_page_of_the_answer(page: Client, story: Case) -> None:
    text = page.post(ADDRESS, TYPED).content.decode()
    form = text[text.index('<form class="form wide') :]
    assert 'action="/cases/new/"' in form.partition(">")[0]
    assert form.index("Open the case") < form.index(f'formaction="{ADDRESS}"')  # a key of Enter opens it


def test_what_was_typed_becomes_the_first_note(page: Client, story: Case) -> None:
    page.post("/cases/new/", TYPED | {"text": "One\r\ntwo"})
    case = Case.objects.get(title="Spam is delivered")
    assert [(entry.kind, entry.text) for entry in case.entries.all()] == [("note", "One\ntwo")]
    page.post("/cases/new/", TYPED | {"title": "Without a text", "text": " "})
    assert not Case.objects.get(title="Without a text").entries.exists()


def test_a_fragment_says_why_where_it_stands_and_what_was_answered(page: Client, story: Case, alice: Person) -> None:
    issue = record(alice.department, alice.user)
    text = fragment(page, title=issue.title, text=REFUSED, product="fortimail", release="7.0.2")
    assert "<html" not in text
    for told in (
        f'href="/cases/{story.ref}/"', "same error text: “MILTER: DATA, REJECT=…", "Last answer (Fortinet)",
        f'href="/issues/{issue.slug}/"', "similar title; affects FortiMail 7.0.2", "none on record",
        "Searched for: the title; 1 error text, numbers and addresses left out; FortiMail, version 7.0.2.",
    ):  # fmt: skip
        assert told in text, (told, text)


def test_nothing_found_is_said_with_what_was_searched_and_is_no_proof(page: Client, story: Case) -> None:
    text = fragment(page, title="zzzz", text="error 7", product="", release="7.0.2")
    assert "That is no proof that nobody asked." in text
    assert "Searched for: the title." in text
    assert "Not searched for: the version: Name the product whose version it is." in text
    assert "Not searched for: the text: each run of its words is so short" in text


def test_nothing_typed_searches_for_nothing(page: Client, story: Case) -> None:
    assert "Nothing to search for yet" in fragment(page, title="", text="")


def test_in_japanese(page: Client, story: Case, alice: Person) -> None:
    alice.user.language = "ja"
    alice.user.save()
    text = fragment(page, title=story.title, text=REFUSED, product="fortimail", release="7.0.3")
    assert "同じエラー文" in text
    assert "検索したもの：件名、エラー文1件（数字やアドレスは除く）、FortiMail、バージョン7.0.3。" in text


def test_the_markup_of_what_others_wrote_is_shown_as_text(page: Client, story: Case) -> None:
    Case.objects.update(title="<script>alert(1)</script> is delivered")
    text = fragment(page, title="<script>alert(1)</script> is delivered")
    assert "&lt;script&gt;" in text
    assert "<script" not in text


@pytest.mark.parametrize("method", ["get", "post"])
def test_who_may_open_no_case_has_no_form(bob: Person, method: str) -> None:
    assert getattr(bob.client, method)(ADDRESS).status_code == 403


def test_its_address_alone_leads_to_the_form(page: Client, story: Case) -> None:
    assert page.get(ADDRESS)["Location"] == "/cases/new/"


def test_a_stranger_sees_nothing_of_it(charlie: Person, story: Case) -> None:
    text = fragment(charlie.client, title=story.title, text=REFUSED, rule="rejected-and-delivered")
    assert story.ref not in text
    assert PARENT not in text
    assert "Nothing like it" in text
