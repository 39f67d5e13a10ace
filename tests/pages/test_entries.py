"""Entries of the timeline: what is filled in says how exactly the time is known."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client

from kb.models import Party
from kb.services.parties import create_party
from tests.conftest import Person
from tests.pages.story import AT
from tickets.models import Case, TimelineEntry
from tickets.queries.turns import case_turns
from tickets.services.cases import open_case
from tickets.services.entries import add_entry


def add(page: Client, case: Case, **fields: str) -> object:
    """Send the form of a new entry."""
    form = {"kind": "note", "text": "Seen again.", "day": "2022-06-08"} | fields
    return page.post(f"/cases/{case.ref}/entries/new/", form)


def newest(case: Case) -> TimelineEntry:
    """Return the entry that was recorded last."""
    return case.entries.latest("pk")


@pytest.mark.parametrize(
    ("fields", "precision", "moment"),
    [
        ({}, "day", "2022-06-08T03:00:00+00:00"),
        ({"at": "09:09"}, "minute", "2022-06-08T00:09:00+00:00"),
        ({"about": "on"}, "week", "2022-06-08T03:00:00+00:00"),
        ({"about": "on", "at": "09:09"}, "week", "2022-06-08T03:00:00+00:00"),
    ],
)
def test_the_time_is_as_exact_as_it_was_told(
    page: Client, story: Case, fields: dict[str, str], precision: str, moment: str
) -> None:
    assert add(page, story, **fields)["Location"] == f"/cases/{story.ref}/#timeline"  # type: ignore[index]
    entry = newest(story)
    assert (entry.precision, entry.happened_at.isoformat()) == (precision, moment)


def test_parties_and_due_date_are_kept(page: Client, story: Case) -> None:
    add(page, story, kind="ask", text="Which build?", from_party="us", to_party="fortinet", due_on="2022-06-30")
    entry = newest(story)
    assert (str(entry.from_party), str(entry.to_party)) == ("We", "Fortinet")
    assert entry.due_at is not None
    assert entry.due_at.isoformat() == "2022-06-30T14:59:00+00:00"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"text": " "}, "Say what happened."),
        ({"day": ""}, "On which day?"),
        ({"kind": "ask"}, "Who was asked? Whoever is asked has the turn."),
        ({"kind": "promise"}, "Who promised?"),
        ({"from_party": "us", "to_party": "us"}, "From and to are the same party."),
        ({"kind": "finding"}, "Select a valid choice."),
        ({"day": "8 June"}, "Enter a valid date."),
    ],
)
def test_an_entry_that_nobody_would_understand_is_refused_at_its_field(
    page: Client, story: Case, fields: dict[str, str], words: str
) -> None:
    before = story.entries.count()
    answer = add(page, story, **fields)
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert words in answer.content.decode()  # type: ignore[attr-defined]
    assert story.entries.count() == before


def test_the_form_is_a_fragment_where_the_page_fetches_it(page: Client, story: Case) -> None:
    fragment = page.get(f"/cases/{story.ref}/entries/new/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in fragment
    assert "<form" in fragment


def test_a_correction_begins_with_what_was_said_and_keeps_it(page: Client, story: Case, alice: Person) -> None:
    old = add_entry(case=story, author=alice.user, kind="note", happened_at=AT, precision="day", text="Seen on mx2.")
    address = f"/cases/{story.ref}/entries/{old.public_id}/correct/"
    form = page.get(address).context["form"]
    assert form.initial["text"] == "Seen on mx2."
    assert form.initial["at"] is None
    page.post(address, {"kind": "note", "text": "Seen on mx1.", "day": "2022-06-08"})
    assert newest(story).replaces == old


def test_an_entry_is_corrected_once(page: Client, story: Case, alice: Person) -> None:
    old = add_entry(case=story, author=alice.user, kind="note", happened_at=AT, text="Seen on mx2.")
    address, form = (
        f"/cases/{story.ref}/entries/{old.public_id}/correct/",
        {"kind": "note", "text": "Mine", "day": "2022-06-08"},
    )
    page.post(address, form)
    answer = page.post(address, form | {"text": "Too late"})
    assert answer.status_code == 422
    assert "This entry was corrected already." in answer.content.decode()
    assert "Too late" in answer.content.decode()


def test_an_entry_of_the_product_cannot_be_corrected(page: Client, story: Case) -> None:
    entry = story.entries.filter(author__isnull=True).latest("pk")
    answer = page.post(
        f"/cases/{story.ref}/entries/{entry.public_id}/correct/", {"kind": "note", "text": "x", "day": "2022-06-08"}
    )
    assert "The product wrote this entry" in answer.content.decode()


@pytest.fixture
def bare(alice: Person) -> Case:
    """A case with nothing in it."""
    vendor = create_party(name="Fortinet", kind="vendor")
    return open_case(department=alice.department, author=alice.user, title="Lost", kind="defect", parties=[vendor])


def sent(page: Client, address: str) -> dict[str, Any]:
    """Return what a browser would send of a form that nobody touched."""
    form = page.get(address).context["form"]
    shown = {name: form[name].value() for name in form.fields}
    return {
        name: form.fields[name].widget.format_value(value) if name in ("day", "at", "due_on") else value
        for name, value in shown.items()
        if value not in (None, False)
    }


def said(case: Case, alice: Person, kind: str, **more: Any) -> tuple[TimelineEntry, str]:
    """Record what the vendor said to us; return it with the address at which it is corrected."""
    fortinet, us = Party.objects.get(slug="fortinet"), Party.objects.get(slug="us")
    sides = {"from_party": us, "to_party": fortinet} if kind == "ask" else {"from_party": fortinet, "to_party": us}
    entry = add_entry(case=case, author=alice.user, kind=kind, **{"text": "a\nb", **sides, **more})
    return entry, f"/cases/{case.ref}/entries/{entry.public_id}/correct/"


def test_mending_a_word_moves_neither_times_nor_turns(page: Client, bare: Case, alice: Person) -> None:
    said(bare, alice, "ask", happened_at=AT + timedelta(seconds=10))
    answer, address = said(bare, alice, "answer", happened_at=AT + timedelta(seconds=40))
    assert case_turns(bare).holders == ["us"]
    assert page.post(address, sent(page, address) | {"text": "c"}).status_code == 302
    mended = newest(bare)
    assert (mended.replaces, mended.text, mended.happened_at) == (answer, "c", answer.happened_at)
    assert (mended.from_party, mended.to_party) == (answer.from_party, answer.to_party)
    assert case_turns(bare).holders == ["us"]


def test_mending_a_word_leaves_a_promise_due_when_it_was(page: Client, bare: Case, alice: Person) -> None:
    due = AT + timedelta(days=1)
    _, address = said(bare, alice, "promise", happened_at=AT, due_at=due)
    said(bare, alice, "answer", happened_at=due + timedelta(hours=2))
    assert [one.state for one in case_turns(bare).promises] == ["late"]
    alice.user.time_zone = "America/New_York"
    alice.user.save()
    page.post(address, sent(page, address) | {"text": "By Friday."})
    assert newest(bare).due_at == due
    assert [one.state for one in case_turns(bare).promises] == ["late"]


def test_what_is_touched_is_corrected_and_no_more(page: Client, bare: Case, alice: Person) -> None:
    entry, address = said(bare, alice, "promise", happened_at=AT + timedelta(seconds=7), due_at=AT + timedelta(days=1))
    page.post(address, sent(page, address) | {"day": "2022-06-01"})
    moved = newest(bare)
    assert (moved.happened_at.second, moved.due_at, moved.text) == (21, entry.due_at, "a\nb")
    assert (moved.happened_at.date(), moved.precision) == (date(2022, 6, 1), "minute")
    address = f"/cases/{bare.ref}/entries/{moved.public_id}/correct/"
    page.post(address, sent(page, address) | {"due_on": "2022-07-01"})
    due = newest(bare)
    assert (due.happened_at, str(due.due_at)) == (moved.happened_at, "2022-07-01 14:59:00+00:00")


def test_where_nothing_is_touched_nothing_is_written(page: Client, bare: Case, alice: Person) -> None:
    entry, address = said(bare, alice, "promise", happened_at=AT + timedelta(seconds=7), due_at=AT + timedelta(days=1))
    assert page.post(address, sent(page, address) | {"text": "a\r\nb"}).status_code == 302
    assert newest(bare) == entry


def test_a_state_is_corrected_without_becoming_another_kind(page: Client, bare: Case, alice: Person) -> None:
    entry = add_entry(case=bare, author=alice.user, kind="state", happened_at=AT, text="Doen.", state="closed")
    address = f"/cases/{bare.ref}/entries/{entry.public_id}/correct/"
    assert page.post(address, sent(page, address) | {"text": "Done."}).status_code == 302
    assert (newest(bare).text, newest(bare).state) == ("Done.", "closed")
