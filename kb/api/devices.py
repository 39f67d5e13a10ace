"""Devices and their firmware over the API."""

import uuid
from collections.abc import Sequence
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.permissions import asker
from accounts.principal import Principal
from common.api.fields import Moment, Text
from common.api.filters import Filters
from common.api.idempotency import idempotent
from common.api.views import RowsListView, validated
from common.errors import Forbidden, NotVisible
from kb.models import Device, FirmwareInstallation
from kb.queries.devices import visible_devices, with_current_firmware
from kb.queries.products import product_by_slug
from kb.services.devices import create_device, record_firmware


class FirmwareSerializer(serializers.ModelSerializer[FirmwareInstallation]):
    """From when on a device ran a version."""

    class Meta:
        model = FirmwareInstallation
        fields = ("version", "installed_at", "note", "recorded_at")


class DeviceSerializer(serializers.Serializer[Any]):
    """A device with the firmware it runs now; null where none is recorded."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    product = serializers.CharField(help_text="A product's slug.")
    department = serializers.CharField(help_text="A department's slug.")
    serial = serializers.CharField(allow_blank=True)
    zone = serializers.CharField(allow_blank=True, help_text="Zone of its clock; empty is unknown.")
    firmware = serializers.CharField(allow_null=True)
    firmware_since = serializers.DateTimeField(allow_null=True)


class DeviceWithHistorySerializer(DeviceSerializer):
    """A device with its whole firmware history, newest first."""

    firmware_history = FirmwareSerializer(many=True)


class NewDeviceSerializer(serializers.Serializer[Any]):
    """What a new device needs."""

    name = Text(max_length=80)
    product = Text(max_length=140, help_text="A product's slug.")
    department = Text(max_length=120, required=False, help_text="Your first one where not given.")
    serial = Text(max_length=80, required=False, allow_blank=True, default="")
    zone = Text(max_length=64, required=False, allow_blank=True, default="")


class NewFirmwareSerializer(serializers.Serializer[Any]):
    """What an upgrade or downgrade needs."""

    version = Text(max_length=80)
    installed_at = Moment(required=False)
    note = Text(max_length=500, required=False, allow_blank=True, default="")


class DeviceFilter(Filters):
    """Filters of the list."""

    product = filters.CharFilter(field_name="product__slug")
    department = filters.CharFilter(field_name="department__slug")


class DeviceList(RowsListView):
    """The devices of the reader's departments."""

    serializer_class = DeviceSerializer
    filterset_class = DeviceFilter
    queryset = Device.objects.none()
    orderings: ClassVar[tuple[str, ...]] = ("name", "created_at")
    search_fields = ("name", "serial")

    def get_queryset(self) -> QuerySet[Device]:
        """Return what the reader may see."""
        return with_current_firmware(visible_devices(asker(self.request))).select_related("product", "department")

    def rows(self, page: Sequence[Device]) -> list[dict[str, Any]]:
        """Return the devices of a page."""
        return [device_row(device) for device in page]

    def authorize(self, request: Request) -> None:
        """Refuse who may write in no department."""
        asker(request).require_write_anywhere()

    def recheck(self, request: Request, answer: dict[str, Any]) -> None:
        """Refuse to tell a device again that its recorder may no longer see."""
        _annotated(asker(request), uuid.UUID(answer["id"]))

    @extend_schema(request=NewDeviceSerializer, responses={201: DeviceSerializer})
    @idempotent
    def post(self, request: Request) -> Response:
        """Record a device."""
        values = validated(NewDeviceSerializer, request)
        department = asker(request).department_to_write(values.pop("department", None))
        product = product_by_slug(values.pop("product"))
        assert product is not None  # noqa: S101  (the field is required)
        device = create_device(department=department, product=product, **values)
        return Response(device_row(_annotated(asker(request), device.public_id)), status=201)


class DeviceView(APIView):
    """One device."""

    @extend_schema(responses=DeviceWithHistorySerializer)
    def get(self, request: Request, public_id: uuid.UUID) -> Response:
        """Tell a device with its firmware history."""
        device = _annotated(asker(request), public_id)
        history = FirmwareSerializer(device.firmware.all(), many=True).data
        return Response(device_row(device) | {"firmware_history": history})


class DeviceFirmware(APIView):
    """The firmware of one device."""

    def authorize(self, request: Request, public_id: uuid.UUID) -> None:
        """Refuse who may not change the device."""
        if not asker(request).may_write(_annotated(asker(request), public_id).department_id):
            raise Forbidden("Only operators of the department that runs the device may record its firmware.")

    @extend_schema(request=NewFirmwareSerializer, responses={201: FirmwareSerializer})
    @idempotent
    def post(self, request: Request, public_id: uuid.UUID) -> Response:
        """Record that the device runs a version from a moment on (now, where none is given)."""
        values = validated(NewFirmwareSerializer, request)
        values.setdefault("installed_at", timezone.now())
        device = _annotated(asker(request), public_id)
        firmware = record_firmware(device=device, author=asker(request).user, **values)
        return Response(FirmwareSerializer(firmware).data, status=201)


def _annotated(principal: Principal, public_id: uuid.UUID) -> Device:
    """Return a device with its current firmware, or raise NotVisible."""
    devices = with_current_firmware(visible_devices(principal)).select_related("product", "department")
    device = devices.filter(public_id=public_id).first()
    if device is None:
        raise NotVisible
    return device


def device_row(device: Device) -> dict[str, Any]:
    """Return an annotated device as the API tells it."""
    return {
        "id": device.public_id,
        "name": device.name,
        "product": device.product.slug,
        "department": device.department.slug,
        "serial": device.serial,
        "zone": device.zone,
        "firmware": device.current_firmware,  # type: ignore[attr-defined]
        "firmware_since": device.current_since,  # type: ignore[attr-defined]
    }
