"""Reading devices and their firmware."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from accounts.principal import Principal
from common.errors import Invalid
from kb.models import Device, FirmwareInstallation


def visible_devices(principal: Principal) -> QuerySet[Device]:
    """Return the devices of the reader's departments."""
    return Device.objects.filter(department__in=principal.department_ids)


def with_current_firmware(devices: QuerySet[Device]) -> QuerySet[Device]:
    """Annotate each device with `current_firmware` and `current_since`; None where nothing is recorded."""
    newest = FirmwareInstallation.objects.filter(device=OuterRef("pk"), installed_at__lte=timezone.now()).order_by(
        "-installed_at", "-pk"
    )
    return devices.annotate(
        current_firmware=Subquery(newest.values("version")[:1]),
        current_since=Subquery(newest.values("installed_at")[:1]),
    )


def firmware_at(device: Device, moment: datetime) -> str | None:
    """Return the version that a device ran at a moment; None where that is not recorded."""
    return (
        FirmwareInstallation.objects.filter(device=device, installed_at__lte=moment)
        .order_by("-installed_at", "-pk")
        .values_list("version", flat=True)
        .first()
    )


def devices_by_name(principal: Principal, names: Sequence[str], *, department_id: int, field: str) -> list[Device]:
    """Return devices of a department by their names, in the order named."""
    devices = visible_devices(principal).filter(department_id=department_id)
    found = {device.name: device for device in devices.filter(name__in=names)}
    missing = [name for name in dict.fromkeys(names) if name not in found]
    if missing:
        raise Invalid.field(field, f"No device {', '.join(map(repr, missing))} in this department.", code="unknown")
    return [found[name] for name in dict.fromkeys(names)]
