"""Devices and which firmware they ran from when on."""

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models

from accounts.models import Department, User
from common.models import PublicId, Timestamped
from common.zones import known_zones
from kb.models.product import Product


def validate_zone(name: str) -> None:
    """Refuse what is no IANA time zone."""
    if name not in known_zones():
        raise ValidationError("%(name)s is no time zone: write one like Asia/Tokyo.", params={"name": name})


class Device(PublicId, Timestamped):
    """A unit of a product that a department runs. `zone` is the zone of its clock; empty is unknown."""

    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="devices")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="devices")
    name = models.CharField(max_length=80)
    serial = models.CharField(
        max_length=80, blank=True, default="", help_text="As the device writes itself into its logs, if it does."
    )
    zone = models.CharField(max_length=64, blank=True, default="", validators=[validate_zone])

    class Meta:
        ordering: ClassVar[list[str]] = ["name", "pk"]
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["department", "name"], name="device_name_once_a_department"),
        ]

    def __str__(self) -> str:
        return self.name


class FirmwareInstallation(PublicId):
    """From when on a device ran a version, as the device or its owner says. Rows are added, never changed."""

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="firmware")
    version = models.CharField(max_length=80)
    installed_at = models.DateTimeField()
    note = models.CharField(max_length=500, blank=True, default="")
    recorded_at = models.DateTimeField(auto_now_add=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering: ClassVar[list[str]] = ["-installed_at", "-pk"]
        indexes: ClassVar[list[Any]] = [models.Index(fields=["device", "-installed_at"], name="firmware_by_device")]

    def __str__(self) -> str:
        return f"{self.device} {self.version} from {self.installed_at:%Y-%m-%d}"
