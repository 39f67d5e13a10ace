"""Parties, products, devices and firmware on their pages."""

import pytest
from django.test import Client

from kb.models import Device, Party, Product
from kb.services.parties import create_party
from tests.conftest import Person
from tickets.models import Case


def test_a_party_is_recorded_and_shown(page: Client) -> None:
    answer = page.post("/parties/new/", {"name": "販売店 S", "kind": "reseller", "note": ""}, follow=True)
    assert answer.status_code == 200
    assert "販売店 S" in answer.content.decode()


def test_a_name_that_is_taken_is_refused_at_its_field(page: Client, story: Case) -> None:
    answer = page.post("/parties/new/", {"name": "Fortinet", "kind": "vendor"})
    assert answer.status_code == 422
    assert "There is one of this name already." in answer.content.decode()


def test_parties_are_filtered_and_sorted(page: Client, story: Case) -> None:
    names = [party.name for party in page.get("/parties/?kind=vendor").context["page"].rows]
    assert names == ["Fortinet"]
    names = [party.name for party in page.get("/parties/?order=-name&search=e").context["page"].rows]
    assert names == ["We", "Reseller S", "Network Services", "Fortinet"]
    assert "No party of this kind or name" in page.get("/parties/?search=nobody").content.decode()


def test_the_page_of_a_party_lists_its_products(page: Client, story: Case) -> None:
    text = page.get("/parties/fortinet/").content.decode()
    assert "FortiMail" in text
    assert "/cases/?state=all&amp;party=fortinet" in text
    assert page.get("/parties/no-such/").status_code == 404


def test_the_page_of_a_bare_party_says_what_is_missing_and_how_to_add_it(
    page: Client, story: Case, bob: Person
) -> None:
    bare = "Of this party only its name and kind are recorded here."
    create_party(name="Acme", kind="reseller")
    text = page.get("/parties/acme/").content.decode()
    assert bare in text
    for address, field in (("/contacts/new/", "party"), ("/contracts/new/", "party"), ("/cases/new/", "parties")):
        way = f"{address}?{field}=acme"
        assert f'href="{way}"' in text
        assert page.get(way).context["form"][field].value() in ("acme", ["acme"])
    assert "/contacts/new/" not in bob.client.get("/parties/acme/").content.decode()
    assert bare not in page.get("/parties/fortinet/").content.decode()


def test_a_product_is_recorded_with_its_vendor(page: Client, story: Case) -> None:
    page.post("/products/new/", {"name": "FortiGate", "vendor": "fortinet"})
    assert str(Product.objects.get(slug="fortigate").vendor) == "Fortinet"
    answer = page.post("/products/new/", {"name": "FortiGate", "vendor": "fortinet"})
    assert "There is one of this name already." in answer.content.decode()


def test_a_device_is_recorded_and_its_gaps_are_loud(page: Client, story: Case) -> None:
    form = {"name": "mx2", "product": "fortimail", "department": "mail-operations", "serial": "", "zone": ""}
    text = page.post("/devices/new/", form, follow=True).content.decode()
    assert "Version unknown: no firmware is recorded." in text
    assert "zone unknown" in text
    assert "version unknown" in page.get("/devices/?search=mx2").content.decode()


def test_a_device_named_twice_is_refused(page: Client, story: Case) -> None:
    form = {"name": "mx1", "product": "fortimail", "department": "mail-operations"}
    answer = page.post("/devices/new/", form)
    assert answer.status_code == 422
    assert "There is one of this name already." in answer.content.decode()


def test_firmware_is_recorded_and_the_newest_is_what_runs(page: Client, story: Case) -> None:
    device = Device.objects.get(name="mx1")
    form = {"version": "7.0.3", "day": "2023-01-01", "at": "22:00", "note": "window"}
    page.post(f"/devices/{device.public_id}/firmware/", form)
    text = page.get(f"/devices/{device.public_id}/").content.decode()
    assert "Runs 7.0.3." in text
    assert "1 Jan 2023, 22:00" in text
    assert "8 Jun 2022, 00:00" not in text  # midnight is no hour that anybody told


def test_firmware_without_a_version_is_refused(page: Client, story: Case) -> None:
    device = Device.objects.get(name="mx1")
    answer = page.post(f"/devices/{device.public_id}/firmware/", {"version": "", "day": "2023-01-01"})
    assert answer.status_code == 422
    assert "Write the version as the device prints it." in answer.content.decode()


@pytest.mark.parametrize("order", ["name", "-name", "product", "firmware", "-since", "department", "nonsense"])
def test_devices_sort_by_each_column(page: Client, story: Case, order: str) -> None:
    assert page.get(f"/devices/?order={order}").status_code == 200


def test_a_reader_records_nothing(story: Case, bob: Person) -> None:
    for path in ("/parties/new/", "/products/new/", "/devices/new/"):
        assert bob.client.get(path).status_code == 403
    device = Device.objects.get(name="mx1")
    assert bob.client.post(f"/devices/{device.public_id}/firmware/", {"version": "1"}).status_code == 403


def test_our_own_side_has_a_page_of_its_own(page: Client, db: None) -> None:
    assert Party.objects.filter(slug="us").exists()
    assert "In a timeline it is “We”." in page.get("/parties/us/").content.decode()
