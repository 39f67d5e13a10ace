"""Parties, products and devices: what everybody knows, and what a department runs."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from accounts.services.departments import set_membership
from common.errors import Conflict, Invalid
from kb.models import US, Device, Party, PartyKind
from kb.queries.devices import firmware_at, with_current_firmware
from kb.services.devices import create_device, record_firmware
from kb.services.parties import create_party
from kb.services.products import create_product
from tests.conftest import Person


@pytest.fixture
def fortinet(db: None) -> Party:
    """A vendor."""
    return create_party(name="Fortinet", kind="vendor")


@pytest.fixture
def mx1(alice: Person, fortinet: Party) -> Device:
    """A mail gateway of Alice's department."""
    product = create_product(name="FortiMail", vendor=fortinet)
    return create_device(department=alice.department, product=product, name="mx1")


def day(month: int, number: int) -> datetime:
    """Return a day of 2022."""
    return datetime(2022, month, number, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "slug"), [("Reseller S", "reseller-s"), ("再販店 S", "再販店-s"), ("A" * 120, "a" * 120)]
)
def test_a_party_is_named_by_its_slug(alice: Person, name: str, slug: str) -> None:
    assert alice.api.post("parties/", {"name": name, "kind": "reseller"}).json()["slug"] == slug
    assert alice.api.get(f"parties/{slug}/").json()["name"] == name


@pytest.mark.parametrize(
    ("party", "status"),
    [
        ({"name": "Fortinet", "kind": "vendor"}, 409),
        ({"name": "fortinet!", "kind": "vendor"}, 409),
        ({"name": "us", "kind": "vendor"}, 409),
        ({"name": "Us", "kind": "us"}, 400),
        ({"name": "!!!", "kind": "vendor"}, 400),
        ({"name": "   ", "kind": "vendor"}, 400),
        ({"name": "x" * 121, "kind": "vendor"}, 400),
        ({"name": "x", "kind": "vendor", "note": "x" * 10_001}, 400),
    ],
    ids=str,
)
def test_a_party_that_cannot_be_told_apart_is_refused(
    alice: Person, fortinet: Party, party: dict[str, str], status: int
) -> None:
    assert alice.api.post("parties/", party).status_code == status


@pytest.mark.parametrize("wrong", [{"slug": "we", "kind": PartyKind.US}, {"slug": US, "kind": PartyKind.VENDOR}])
def test_our_own_side_is_one_and_the_database_knows(db: None, wrong: dict[str, str]) -> None:
    Party.objects.filter(slug=US).delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        Party.objects.create(name="We", **wrong)


def test_our_own_side_is_there_from_the_beginning(alice: Person) -> None:
    assert alice.api.get("parties/us/").json()["kind"] == "us"


@pytest.mark.parametrize(
    ("product", "status"),
    [
        ({"name": "FortiMail", "vendor": "fortinet"}, 201),
        ({"name": "PAN-OS", "vendor": "fortinet"}, 201),
        ({"name": "メール", "vendor": "fortinet"}, 400),
        ({"name": "FortiMail", "vendor": "us"}, 400),
        ({"name": "FortiMail", "vendor": "nobody"}, 400),
    ],
    ids=str,
)
def test_a_product_needs_a_vendor_and_a_slug(
    alice: Person, fortinet: Party, product: dict[str, str], status: int
) -> None:
    assert alice.api.post("products/", product).status_code == status


def test_a_device_is_named_once_in_its_department(alice: Person, charlie: Person, mx1: Device) -> None:
    with pytest.raises(Conflict):
        create_device(department=alice.department, product=mx1.product, name=" mx1 ")
    create_device(department=charlie.department, product=mx1.product, name="mx1")


@pytest.mark.parametrize("zone", ["Mars/Olympus", "localtime", "../etc/passwd", "Asia/Tokyo\x00", "JST-9"])
def test_a_zone_that_is_none_is_refused(alice: Person, mx1: Device, zone: str) -> None:
    with pytest.raises(Invalid):
        create_device(department=alice.department, product=mx1.product, name="mx2", zone=zone)


def test_an_unknown_zone_stays_unknown(mx1: Device) -> None:
    assert mx1.zone == ""


def test_the_firmware_of_a_moment_is_what_was_installed_last_before_it(alice: Person, mx1: Device) -> None:
    for version, installed_at in (("6.4.3", day(5, 19)), ("6.2.5", day(6, 17)), ("7.0.2", day(6, 20))):
        record_firmware(device=mx1, author=alice.user, version=version, installed_at=installed_at)
    asked = [day(5, 18), day(5, 19), day(6, 16), day(6, 17), day(6, 30)]
    assert [firmware_at(mx1, moment) for moment in asked] == [None, "6.4.3", "6.4.3", "6.2.5", "7.0.2"]


def test_two_records_of_one_moment_are_told_by_the_later_one(alice: Person, mx1: Device) -> None:
    for version in ("7.0.1", "7.0.2"):
        record_firmware(device=mx1, author=alice.user, version=version, installed_at=day(6, 1))
    assert firmware_at(mx1, day(6, 1)) == "7.0.2"


def test_a_planned_upgrade_is_not_yet_what_runs(alice: Person, mx1: Device) -> None:
    record_firmware(device=mx1, author=alice.user, version="7.0.2", installed_at=day(6, 1))
    record_firmware(device=mx1, author=alice.user, version="7.2.0", installed_at=datetime(2199, 1, 1, tzinfo=UTC))
    device: Any = with_current_firmware(Device.objects.all()).get()
    assert device.current_firmware == "7.0.2"


def test_the_history_is_told_newest_first(alice: Person, mx1: Device) -> None:
    path = f"devices/{mx1.public_id}/"
    for version, installed_at in (("6.4.3", "2022-05-19T00:00:00Z"), ("7.0.2", "2022-06-08T00:00:00+09:00")):
        body = {"version": version, "installed_at": installed_at, "note": "by night"}
        assert alice.api.post(f"{path}firmware/", body).status_code == 201
    told = alice.api.get(path).json()
    assert (told["firmware"], told["firmware_since"]) == ("7.0.2", "2022-06-07T15:00:00Z")
    assert [row["version"] for row in told["firmware_history"]] == ["7.0.2", "6.4.3"]


def test_a_reader_of_one_department_and_operator_of_another_records_only_there(
    alice: Person, charlie: Person, mx1: Device
) -> None:
    set_membership(user=charlie.user, department=alice.department, role="reader")
    path = f"devices/{mx1.public_id}/"
    assert charlie.api.get(path).status_code == 200
    assert charlie.api.post(f"{path}firmware/", {"version": "9"}).status_code == 403


def test_devices_of_another_department_cannot_be_put_into_a_case(alice: Person, charlie: Person, mx1: Device) -> None:
    from tickets.services.cases import open_case

    with pytest.raises(Invalid):
        open_case(department=charlie.department, author=charlie.user, title="x", kind="defect", devices=[mx1])
