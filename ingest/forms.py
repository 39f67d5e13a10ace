"""The form that asks for a comparison."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import PageForm
from common.moments import EARLIEST, LATEST
from ingest.engine.comparison.compare import Days

SIDES = ("before", "after")


class KeptDay(forms.DateField):
    """A day within the centuries that the product keeps."""

    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")

    def validate(self, value: Any) -> None:
        """Refuse a day that no log can have."""
        super().validate(value)
        if value is not None and not EARLIEST.date() <= value < LATEST.date():
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")


class ComparisonForm(PageForm):
    """Pieces of evidence for two sides, and days of each."""

    before = forms.MultipleChoiceField(label=_("Before the change"), required=False)
    after = forms.MultipleChoiceField(label=_("After the change"), required=False)
    before_first = KeptDay(label=_("Before: from day"), required=False)
    before_last = KeptDay(label=_("Before: to day"), required=False)
    after_first = KeptDay(label=_("After: from day"), required=False)
    after_last = KeptDay(label=_("After: to day"), required=False)

    def __init__(self, *args: Any, pieces: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for side in SIDES:
            choice: Any = self.fields[side]
            choice.choices = pieces

    def clean(self) -> dict[str, Any]:
        """Refuse days that end before they begin."""
        cleaned: dict[str, Any] = super().clean() or {}
        for side in SIDES:
            first, last = cleaned.get(f"{side}_first"), cleaned.get(f"{side}_last")
            if first and last and last < first:
                self.add_error(f"{side}_last", _("The days end before they begin."))
        return cleaned

    def days(self, side: str) -> Days | None:
        """Return the days of a side; None where none were chosen. For a valid form."""
        first, last = (self.cleaned_data.get(f"{side}_{end}") for end in ("first", "last"))
        return Days(first and first.isoformat(), last and last.isoformat()) if first or last else None

    def chosen(self, side: str) -> list[str]:
        """Return the ids that are chosen for a side, also of a form that was not sent."""
        raw: Any = self[side].value()
        return [str(one) for one in raw or []]
