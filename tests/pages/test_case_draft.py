"""A new case lacks a party: it is recorded on the way, and nothing that was typed is lost."""

from html import unescape
from typing import Any

import pytest
from django.test import Client

from kb.models import Device
from tickets.models import Case
from tickets.views.case_draft import MOST

TYPED: dict[str, Any] = {
    "title": "Mail is lost",
    "kind": "security",
    "severity": "high",
    "department": "mail-operations",
    "product": "fortimail",
    "release": "7.0.2,build163",
    "opened_on": "2022-06-08",
    "parties": ["fortinet"],
    "text": "554 rejected\n" * 300,
    "rule": "rejected-and-delivered",
}
RECORDED: dict[str, dict[str, str]] = {
    "party": {"name": "Dealer T", "kind": "reseller", "note": ""},
    "product": {"name": "FortiGate", "vendor": "fortinet"},
    "device": {"name": "mx2", "product": "fortimail", "department": "mail-operations", "serial": "", "zone": ""},
}


def leave(page: Client, what: str, **changes: Any) -> str:
    """Send the form of a new case to where something is recorded; return that address."""
    return page.post("/cases/new/", TYPED | changes | {"record": what})["Location"]


def shown(page: Client, address: str) -> dict[str, Any]:
    """Return what the fields of the form of a new case hold."""
    form = page.get(address).context["form"]
    return {name: form[name].value() for name in form.fields}


@pytest.mark.parametrize("what", RECORDED)
def test_what_is_recorded_on_the_way_is_chosen_and_the_rest_is_kept(page: Client, story: Case, what: str) -> None:
    answer = page.post(leave(page, what), RECORDED[what])
    device = Device.objects.filter(name="mx2").first()
    expected: dict[str, dict[str, Any]] = {
        "party": {"parties": ["fortinet", "dealer-t"]},
        "product": {"product": "fortigate"},
        "device": {"devices": [str(device.public_id)] if device else None},
    }
    assert shown(page, answer["Location"]) == TYPED | {"devices": []} | expected[what]


def test_nobody_who_goes_back_without_recording_loses_anything(page: Client, story: Case) -> None:
    text = page.get(leave(page, "party")).content.decode()
    back = unescape(text.partition('<a class="btn plain" href="')[2].partition('"')[0])
    assert back.startswith("/cases/new/?draft=")
    assert shown(page, back) == TYPED | {"devices": []}


def test_a_refusal_on_the_way_keeps_the_way_back(page: Client, story: Case) -> None:
    address = leave(page, "party")
    assert page.post(address, RECORDED["party"] | {"name": ""}).status_code == 422
    assert page.post(address, RECORDED["party"])["Location"].startswith("/cases/new/?draft=")


def test_the_case_is_opened_with_what_was_recorded(page: Client, story: Case) -> None:
    address = page.post(leave(page, "party"), RECORDED["party"])["Location"]
    page.post(address, {name: value for name, value in shown(page, address).items() if value})
    case = Case.objects.get(title="Mail is lost")
    assert sorted(party.slug for party in case.parties.all()) == ["dealer-t", "fortinet"]


def test_two_forms_at_once_keep_theirs_apart(page: Client, story: Case) -> None:
    answers = [page.post(leave(page, "party", title=title), RECORDED["party"] | {"name": title}) for title in "AB"]
    assert [shown(page, answer["Location"])["title"] for answer in answers] == ["A", "B"]


def test_only_the_newest_forms_are_kept(page: Client, story: Case) -> None:
    for number in range(MOST + 3):
        leave(page, "party", title=str(number))
    kept = page.session["new-case-drafts"].values()
    assert [draft["title"] for draft in kept] == [[str(number)] for number in range(3, MOST + 3)]


def test_a_draft_that_is_none_is_an_empty_form(page: Client, story: Case) -> None:
    assert shown(page, "/cases/new/?draft=nonsense")["title"] == ""


def test_a_key_of_enter_opens_the_case_and_records_nothing_else(page: Client, story: Case) -> None:
    text = page.get("/cases/new/").content.decode()
    form = text[text.index('<form class="form wide') :]
    assert form.index("Open the case") < form.index('name="record"')


@pytest.mark.parametrize("elsewhere", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)", ""])
def test_the_way_back_never_leaves_this_site(page: Client, elsewhere: str) -> None:
    address = f"/parties/new/?next={elsewhere}"
    assert "elsewhere.example" not in page.get(address).content.decode().replace(f'value="{address}"', "")
    assert page.post(address, RECORDED["party"])["Location"] == "/parties/dealer-t/"
