"""The forms of a party's accountability: the period, and what the party says itself."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Department
from common.forms import PageForm
from common.moments import parse_day
from kb.forms import as_choices
from tickets.forms import day_input
from tickets.services.own_views import NAME_ALLOWED, TEXT_ALLOWED


class _Day(forms.DateField):
    """A day as a browser sends it, of those that are kept."""

    def to_python(self, value: Any) -> Any:
        """Return the day; None for none."""
        if value in self.empty_values:
            return None
        day = parse_day(value)
        if day is None:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return day


class PeriodForm(PageForm):
    """The days that are looked at, as `from` and `to`; the first of them is a word of Python."""

    to = _Day(label=pgettext_lazy("of a period", "To"), required=False, widget=day_input())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first = _Day(label=pgettext_lazy("of a period", "From"), required=False, widget=day_input())
        self.fields = {"from": first, **self.fields}


class OwnViewForm(PageForm):
    """What the party says itself."""

    text = forms.CharField(
        label=_("What the party says"), max_length=TEXT_ALLOWED, widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Write what the party says.")},
    )  # fmt: skip
    said_by = forms.CharField(
        label=_("Who of the party says it"), max_length=NAME_ALLOWED,
        error_messages={"required": _("Name who of the party said it.")},
    )  # fmt: skip
    said_on = _Day(label=_("On which day"), required=False, widget=day_input(), help_text=_("Empty: today."))
    department = forms.ChoiceField(label=pgettext_lazy("that wrote something down", "Department"))
    shared = forms.BooleanField(label=_("Other departments may read it"), required=False)

    def __init__(self, *args: Any, departments: Iterable[Department], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].choices = as_choices(departments, value="slug")  # type: ignore[attr-defined]
