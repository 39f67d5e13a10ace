"""Which devices a case is about."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from common.errors import Invalid
from kb.models import Device
from tickets.models import Case, EntryKind, TimelineEntry


@transaction.atomic
def set_devices(*, case: Case, author: User, devices: Sequence[Device]) -> None:
    """Make these the devices of a case; what changed becomes one entry of the kind `state`."""
    if any(device.department_id != case.department_id for device in devices):
        raise Invalid.field("devices", "Devices of another department cannot be named.")
    stored = Case.objects.select_for_update().get(pk=case.pk)
    before = sorted(device.name for device in stored.devices.all())
    after = sorted(device.name for device in devices)
    if before == after:
        return
    stored.devices.set(devices)
    stored.save(update_fields=["updated_at"])
    text = f"devices: {', '.join(before) or '–'} → {', '.join(after) or '–'}"
    TimelineEntry.objects.create(
        case=stored, author=author, kind=EntryKind.STATE, happened_at=timezone.now(), text=text
    )
