"""The forms of parties, products, devices and their firmware."""

from collections.abc import Iterable
from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.forms import zone_choices
from accounts.models import Department
from common.forms import PageForm
from kb.models import Party, PartyKind, Product

KIND_WORDS = {
    PartyKind.VENDOR.value: _("vendor"),
    PartyKind.RESELLER.value: _("reseller"),
    PartyKind.DEPARTMENT.value: _("department"),
    PartyKind.US.value: _("our own side"),
}
MADE_BY_PEOPLE = [(kind, KIND_WORDS[kind]) for kind in ("vendor", "reseller", "department")]


def as_choices(rows: Iterable[Any], *, value: str, empty: Any = None) -> list[tuple[str, Any]]:
    """Return rows as the options of a select, after the word for none."""
    options = [(str(getattr(row, value)), str(row)) for row in rows]
    return options if empty is None else [("", empty), *options]


class PartyForm(PageForm):
    """A new party."""

    name = forms.CharField(label=_("Name"), max_length=120, error_messages={"required": _("Name the party.")})
    kind = forms.ChoiceField(label=_("Kind"), choices=MADE_BY_PEOPLE)
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3}), max_length=5000)


class ProductForm(PageForm):
    """A new product of a vendor."""

    name = forms.CharField(label=_("Name"), max_length=120, error_messages={"required": _("Name the product.")})
    vendor = forms.ChoiceField(
        label=_("Vendor"), help_text=_("The vendor is missing here? Record it first, among the parties.")
    )

    def __init__(self, *args: Any, vendors: Iterable[Party], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["vendor"].choices = as_choices(vendors, value="slug", empty=_("choose one"))  # type: ignore[attr-defined]


class DeviceForm(PageForm):
    """A new device of a department."""

    name = forms.CharField(
        label=_("Name"), max_length=80, error_messages={"required": _("Name the device as you call it.")}
    )
    product = forms.ChoiceField(label=_("Product"), error_messages={"required": _("Which product is it?")})
    department = forms.ChoiceField(label=pgettext_lazy("that runs a device", "Department"))
    serial = forms.CharField(
        label=_("Serial number"),
        max_length=80,
        required=False,
        help_text=_("As the device writes itself into its logs, if it does."),
    )
    zone = forms.ChoiceField(
        label=_("Zone of its clock"),
        required=False,
        help_text=_("Logs often have no zone. What you do not know stays unknown."),
    )

    def __init__(
        self, *args: Any, products: Iterable[Product], departments: Iterable[Department], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["product"].choices = as_choices(products, value="slug", empty=_("choose one"))  # type: ignore[attr-defined]
        self.fields["department"].choices = as_choices(departments, value="slug")  # type: ignore[attr-defined]
        self.fields["zone"].choices = zone_choices(_("unknown"))  # type: ignore[attr-defined]


class FirmwareForm(PageForm):
    """A version that a device runs from a moment on."""

    version = forms.CharField(
        label=_("Version"),
        max_length=80,
        help_text=_("As the device prints it, with its build."),
        error_messages={"required": _("Write the version as the device prints it.")},
    )
    day = forms.DateField(label=_("Since"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    at = forms.TimeField(
        label=_("Time"), required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    )
    note = forms.CharField(label=_("Note"), max_length=500, required=False)

    def installed_at(self) -> datetime:
        """Return the moment, on the reader's clock; midnight where only the day is known."""
        chosen = self.cleaned_data
        return timezone.make_aware(datetime.combine(chosen["day"], chosen["at"] or time()))
