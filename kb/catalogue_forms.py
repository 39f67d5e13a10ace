"""The forms with which the catalogue of a product grows: a release, a source."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.forms import PageForm
from kb.words import SOURCE_KINDS


def day_field(label: Any, *, help_text: Any = "") -> forms.DateField:
    """Return a field for a day that may be unknown."""
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget, help_text=help_text)


def named_in(text: str) -> list[str]:
    """Return the words of a list that is typed with commas or spaces."""
    return [one for one in re.split(r"[,\s、]+", text) if one]


class ReleaseForm(PageForm):
    """A release. Days that are not known stay empty."""

    version = forms.CharField(
        label=_("Version"), max_length=120, error_messages={"required": _("Write the version as the vendor does.")}
    )
    released = day_field(_("Released"))
    end_of_engineering_support = day_field(_("End of engineering support"))
    end_of_support = day_field(_("End of support"))


class SourceForm(PageForm):
    """A document that statements rest on."""

    title = forms.CharField(label=_("Title"), max_length=300, error_messages={"required": _("Name the document.")})
    kind = forms.ChoiceField(label=pgettext_lazy("whose document", "Whose"), choices=list(SOURCE_KINDS.items()))
    url = forms.URLField(label=_("Address"), max_length=1000, required=False, assume_scheme="https")
    published = day_field(_("Published"))
    retrieved = day_field(_("Read on"))
    covers = forms.CharField(
        label=_("Covers"),
        required=False,
        max_length=5000,
        help_text=_("Versions and trains whose issues it lists, with commas: 7.0, 7.2.1"),
    )

    @property
    def values(self) -> dict[str, Any]:
        """What the service takes."""
        return self.cleaned_data | {"covers": named_in(self.cleaned_data["covers"])}
