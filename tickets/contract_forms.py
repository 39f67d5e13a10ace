"""The forms of contacts, contracts and their import."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.forms import zone_choices
from accounts.models import Department
from common.forms import PageForm, RevisedForm
from common.revisions import revision_of
from kb.forms import as_choices
from kb.models import Party, PartyKind, Product
from tickets import words
from tickets.forms import day_input
from tickets.models import Contact, ContactLanguage, Contract
from tickets.queries.contracts import contact_row, contract_row
from tickets.services.party_import import SEVERITIES

FILE_ALLOWED = 1_000_000


def _others(parties: Iterable[Party]) -> list[Party]:
    """Return the parties that are not we ourselves."""
    return [one for one in parties if one.kind != PartyKind.US]


class ContactForm(PageForm):
    """Somebody at a party."""

    party = forms.ChoiceField(label=_("Party"), error_messages={"required": _("Which party?")})
    name = forms.CharField(label=_("Name"), max_length=120, error_messages={"required": _("Name the contact.")})
    email = forms.EmailField(label=_("E-mail"), required=False)
    phone = forms.CharField(label=_("Telephone"), max_length=40, required=False)
    language = forms.ChoiceField(
        label=_("Language"), choices=ContactLanguage.choices, help_text=_("In which reminders are drafted.")
    )
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 2}), max_length=5000)

    def __init__(self, *args: Any, parties: Iterable[Party], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "party" in self.fields:
            self.fields["party"].choices = as_choices(_others(parties), value="slug", empty=_("choose one"))  # type: ignore[attr-defined]


class ChangeContactForm(RevisedForm, ContactForm):
    """The fields of a contact."""

    party = None  # type: ignore[assignment]

    def __init__(self, *args: Any, contact: Contact, **kwargs: Any) -> None:
        initial = contact_row(contact) | {"revision": revision_of(contact)}
        super().__init__(*args, parties=[], initial=initial, **kwargs)
        self.remember()


class ContractForm(PageForm):
    """A contract of a department with a party."""

    party = forms.ChoiceField(label=_("Party"), error_messages={"required": _("Which party?")})
    number = forms.CharField(
        label=_("Number of the contract"), max_length=80,
        error_messages={"required": _("Write the number of the contract, or what you call it.")},
    )  # fmt: skip
    department = forms.ChoiceField(label=pgettext_lazy("that has a contract", "Department"))
    product = forms.ChoiceField(label=_("Product"), required=False)
    support_level = forms.CharField(label=_("Support level"), max_length=80, required=False)
    portal = forms.CharField(
        label=_("Portal"), max_length=300, required=False, help_text=_("Its address, with https://.")
    )
    starts_on = forms.DateField(label=_("From day"), required=False, widget=day_input())
    ends_on = forms.DateField(label=_("To day"), required=False, widget=day_input())
    clock = forms.ChoiceField(
        label=_("Hours count"),
        choices=[("business", _("office hours only")), ("calendar", _("around the clock"))],
    )
    zone = forms.ChoiceField(label=_("Time zone of the office"), required=False)
    hours = forms.CharField(label=_("Office hours"), max_length=11, required=False, help_text=_("Like 09:00-18:00."))
    holidays = forms.CharField(
        label=_("Holidays of"),
        max_length=12,
        required=False,
        help_text=_("A country like JP, or a part of one like DE-BY."),
    )
    shared = forms.BooleanField(label=_("other departments live by it too"), required=False)

    def __init__(
        self,
        *args: Any,
        parties: Iterable[Party],
        products: Iterable[Product],
        departments: Iterable[Department],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        if "party" in fields:
            fields["party"].choices = as_choices(_others(parties), value="slug", empty=_("choose one"))
            fields["department"].choices = as_choices(departments, value="slug")
        fields["product"].choices = as_choices(products, value="slug", empty=_("all products"))
        fields["zone"].choices = zone_choices(_("as set for all"))
        for severity in SEVERITIES:
            label = words.SEVERITIES[severity].text if severity != "any" else _("Any severity")
            fields[f"response_{severity}"] = forms.FloatField(
                label=label, required=False, min_value=0.01, max_value=8784
            )

    @property
    def targets(self) -> list[Any]:
        """The fields of the response targets."""
        return [self[f"response_{severity}"] for severity in SEVERITIES]

    def values(self) -> dict[str, Any]:
        """Return what the service takes, but for what is still a slug."""
        chosen = self.cleaned_data
        values = {name: chosen[name] for name in chosen if not name.startswith("response_")}
        hours = {severity: chosen[f"response_{severity}"] for severity in SEVERITIES}
        return values | {
            "response_hours": {severity: given for severity, given in hours.items() if given is not None},
            "holidays": chosen["holidays"] or None,
        }


class ChangeContractForm(RevisedForm, ContractForm):
    """The fields of a contract. Empty holidays: none are kept."""

    party = None  # type: ignore[assignment]
    department = None  # type: ignore[assignment]

    def __init__(self, *args: Any, contract: Contract, **kwargs: Any) -> None:
        told = contract_row(contract)
        hours = {f"response_{severity}": given for severity, given in told["response_hours"].items()}
        initial = told | hours | {"product": told["product"] or "", "revision": revision_of(contract)}
        super().__init__(*args, parties=[], departments=[], initial=initial, **kwargs)
        self.remember()

    def values(self) -> dict[str, Any]:
        """Return what the service takes, but for the product, which is still a slug."""
        values = super().values() | {"holidays": self.cleaned_data["holidays"]}
        return {name: value for name, value in values.items() if name != "revision"}


class ImportForm(PageForm):
    """A CSV file of parties: chosen, or pasted."""

    file = forms.FileField(
        label=_("CSV file"), required=False, widget=forms.FileInput(attrs={"accept": ".csv,text/csv"})
    )
    text = forms.CharField(
        label=_("or its lines"), required=False, max_length=FILE_ALLOWED, strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
    )  # fmt: skip
    department = forms.ChoiceField(label=pgettext_lazy("that has a contract", "Department"))

    def __init__(self, *args: Any, departments: Iterable[Department], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].choices = as_choices(departments, value="slug")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Put the file's text into `text`; it is UTF-8, or what a Japanese spreadsheet saves."""
        values: dict[str, Any] = super().clean() or {}
        file = values.get("file")
        if file is not None:
            if file.size > FILE_ALLOWED:
                raise forms.ValidationError(_("At most 1 MB."))
            values["text"] = _decoded(file.read())
        if not values.get("text", "").strip():
            raise forms.ValidationError(_("Choose a file, or paste its lines."))
        return values


def _decoded(raw: bytes) -> str:
    """Return the text of a file."""
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise forms.ValidationError(_("The file is neither UTF-8 nor Shift_JIS."))
