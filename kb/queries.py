"""Reading parties, products and devices."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from accounts.principal import Principal
from common.errors import Invalid
from kb.models import US, Device, FirmwareInstallation, Party, Product


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


def us() -> Party:
    """Return our own side."""
    return Party.objects.get(slug=US)


def parties_by_slug(slugs: Sequence[str], *, field: str) -> list[Party]:
    """Return parties in the order named; Invalid names those that are not there."""
    found = {party.slug: party for party in Party.objects.filter(slug__in=slugs)}
    missing = [slug for slug in dict.fromkeys(slugs) if slug not in found]
    if missing:
        raise Invalid.field(field, f"No party {', '.join(map(repr, missing))}. Make it first.", code="unknown")
    return [found[slug] for slug in dict.fromkeys(slugs)]


def party_by_slug(slug: str | None, *, field: str) -> Party | None:
    """Return a party, None for None."""
    return parties_by_slug([slug], field=field)[0] if slug else None


def product_by_slug(slug: str | None, *, field: str = "product") -> Product | None:
    """Return a product, None for None; Invalid where there is none of this name."""
    if not slug:
        return None
    product = Product.objects.filter(slug=slug).first()
    if product is None:
        raise Invalid.field(field, f"No product {slug!r}.", code="unknown")
    return product


def devices_by_name(principal: Principal, names: Sequence[str], *, department_id: int, field: str) -> list[Device]:
    """Return devices of a department by their names, in the order named."""
    devices = visible_devices(principal).filter(department_id=department_id)
    found = {device.name: device for device in devices.filter(name__in=names)}
    missing = [name for name in dict.fromkeys(names) if name not in found]
    if missing:
        raise Invalid.field(field, f"No device {', '.join(map(repr, missing))} in this department.", code="unknown")
    return [found[name] for name in dict.fromkeys(names)]
