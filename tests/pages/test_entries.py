"""Entries of the timeline: what is filled in says how exactly the time is known."""

import pytest
from django.test import Client

from tests.conftest import Person
from tests.pages.story import AT
from tickets.models import Case, TimelineEntry
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
