"""The version of a finding comes from the device's history where the upload did not say it."""

from datetime import UTC, datetime

from ingest.services.firmware import with_firmware
from kb.models import Device
from kb.services.devices import create_device, record_firmware
from kb.services.parties import create_party
from kb.services.products import create_product
from tests.conftest import Person
from tickets.models import Evidence
from tickets.services.findings import FoundFinding

BEFORE, UPGRADE, AFTER = (datetime(2022, 6, day, tzinfo=UTC) for day in (1, 8, 9))


def mx1(alice: Person, serial: str = "") -> Device:
    """Make a gateway that was upgraded to 7.0.2."""
    product = create_product(name="FortiMail", vendor=create_party(name="Fortinet", kind="vendor"))
    device = create_device(department=alice.department, product=product, name="mx1", serial=serial)
    record_firmware(device=device, author=alice.user, version="7.0.2", installed_at=UPGRADE)
    return device


def version(device: Device, *, of: str, at: datetime | None, given: str = "") -> str:
    """Return the version that a finding of the device `of` gets."""
    finding = FoundFinding("r", "high", "t", "", of, given, "s", "2026-11-24", at, [])
    (told,) = with_firmware([finding], [Evidence(device=device)])
    return told.firmware


def test_it_is_what_the_device_ran_at_the_time(alice: Person) -> None:
    device = mx1(alice)
    assert version(device, of="mx1", at=AFTER) == "7.0.2"
    assert version(device, of="mx1", at=BEFORE) == ""


def test_what_the_upload_said_stands(alice: Person) -> None:
    assert version(mx1(alice), of="mx1", at=AFTER, given="6.2.5") == "6.2.5"


def test_the_log_of_another_device_stays_unknown(alice: Person) -> None:
    device = mx1(alice, serial="FE-1")
    assert version(device, of="FE-1", at=AFTER) == "7.0.2"
    assert version(device, of="FE-2", at=AFTER) == ""


def test_a_time_without_a_zone_stays_unknown(alice: Person) -> None:
    assert version(mx1(alice), of="mx1", at=None) == ""
