"""Devices: the list, one of them with its firmware history, a new one."""

import uuid
from typing import Any

from django.contrib import messages
from django.db.models import F, Q, QuerySet
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Department
from accounts.views.door import PageRequest, for_people
from common.errors import DomainError, Forbidden, NotVisible
from common.pages import order_of, page_of
from common.ways import way_back, with_words
from kb.forms import DeviceForm, FirmwareForm
from kb.models import Device, Product
from kb.queries.devices import visible_devices, with_current_firmware
from kb.queries.products import product_by_slug
from kb.services.devices import create_device, record_firmware

HISTORY_SHOWN = 200
COLUMNS: dict[str, Any] = {
    "name": F("name"),
    "product": F("product__name"),
    "firmware": F("current_firmware"),
    "since": F("current_since"),
    "department": F("department__name"),
}


def _device(request: PageRequest, public_id: uuid.UUID) -> Device:
    """Return a device that the reader may see, or raise NotVisible."""
    devices = with_current_firmware(visible_devices(request.principal)).select_related("product", "department")
    found = devices.filter(public_id=public_id).first()
    if found is None:
        raise NotVisible
    return found


def _filtered(devices: QuerySet[Device], values: Any) -> QuerySet[Device]:
    """Keep the devices that the address asks for."""
    product, search = values.get("product", "")[:140], values.get("search", "").replace("\x00", "").strip()[:120]
    if product:
        devices = devices.filter(product__slug=product)
    return devices.filter(Q(name__icontains=search) | Q(serial__icontains=search)) if search else devices


@require_safe
@for_people
def devices(request: PageRequest) -> HttpResponseBase:
    """Show the devices of the reader's departments."""
    order = order_of(request.GET.get("order"), COLUMNS, default="name")
    wanted = _filtered(with_current_firmware(visible_devices(request.principal)), request.GET)
    rows = wanted.select_related("product", "department").order_by(*order.expressions)
    context = {
        "page": page_of(rows, request.GET.get("page")),
        "order": order,
        "products": Product.objects.order_by("name"),
        "narrow": bool(request.GET.get("product") or request.GET.get("search")),
        "may_write": request.principal.may_write_anywhere,
    }
    return render(request, "kb/devices.html", context)


def _device_page(request: PageRequest, found: Device, form: FirmwareForm) -> HttpResponse:
    """Show a device with the form for what it runs now."""
    context = {
        "device": found,
        "history": found.firmware.select_related("recorded_by")[:HISTORY_SHOWN],
        "form": form,
        "may_write": request.principal.may_write(found.department_id),
    }
    return render(request, "kb/device.html", context, status=422 if form.is_bound else 200)


@require_safe
@for_people
def device(request: PageRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """Show a device."""
    form = FirmwareForm(initial={"day": timezone.localdate()})
    return _device_page(request, _device(request, public_id), form)


@require_http_methods(["POST"])
@for_people
def new_firmware(request: PageRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """Record what a device runs from a moment on."""
    found = _device(request, public_id)
    if not request.principal.may_write(found.department_id):
        raise Forbidden("Only operators of the department that runs the device may record its firmware.")
    form = FirmwareForm(request.POST)
    if form.is_valid():
        values = {"version": form.cleaned_data["version"], "note": form.cleaned_data["note"]}
        try:
            record_firmware(device=found, author=request.user, installed_at=form.installed_at(), **values)
        except DomainError as error:
            form.refuse(error)
        else:
            return redirect("device", found.public_id)
    return _device_page(request, found, form)


@require_http_methods(["GET", "HEAD", "POST"])
@for_people
def new_device(request: PageRequest) -> HttpResponseBase:
    """Record a device."""
    principal = request.principal
    principal.require_write_anywhere()
    back = way_back(request)
    writable = [pk for pk in principal.department_ids if principal.may_write(pk)]
    form = DeviceForm(
        request.POST or None,
        products=Product.objects.order_by("name"),
        departments=Department.objects.filter(pk__in=writable),
    )
    if form.is_valid():
        values = dict(form.cleaned_data)
        try:
            department = principal.department_to_write(values.pop("department"))
            product = product_by_slug(values.pop("product"))
            assert product is not None  # noqa: S101  (the field is required)
            made = create_device(department=department, product=product, **values)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.info(request, gettext("%(name)s is recorded.") % {"name": made.name})
            return (
                redirect(with_words(back, devices=f"{made.public_id}")) if back else redirect("device", made.public_id)
            )
    return render(request, "kb/new_device.html", {"form": form, "back": back}, status=422 if form.is_bound else 200)
