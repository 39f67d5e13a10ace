"""Recording devices and the firmware they run."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.models import Department, User
from common.errors import Conflict, Invalid
from common.moments import check_moment
from kb.models import Device, FirmwareInstallation, Product
from kb.models.device import validate_zone


def check_zone(zone: str, *, field: str = "zone") -> str:
    """Return the zone's name; Invalid for what is no IANA zone. Empty is unknown."""
    if zone:
        try:
            validate_zone(zone)
        except ValidationError as error:
            raise Invalid.field(field, error.messages[0]) from None
    return zone


def create_device(*, department: Department, product: Product, name: str, serial: str = "", zone: str = "") -> Device:
    """Record a device of a department."""
    if not name.strip():
        raise Invalid.field("name", "Name the device as you call it.", code="required")
    check_zone(zone)
    try:
        with transaction.atomic():
            return Device.objects.create(
                department=department, product=product, name=name.strip(), serial=serial.strip(), zone=zone
            )
    except IntegrityError:
        raise Conflict.taken(f"This department has a device {name.strip()!r} already.") from None


def record_firmware(
    *, device: Device, author: User, version: str, installed_at: datetime, note: str = ""
) -> FirmwareInstallation:
    """Record that a device runs a version from a moment on, an upgrade or a downgrade alike."""
    if not version.strip():
        raise Invalid.field("version", "Write the version as the device prints it.", code="required")
    check_moment(installed_at, field="installed_at")
    return FirmwareInstallation.objects.create(
        device=device, version=version.strip(), installed_at=installed_at, note=note, recorded_by=author
    )
