"""What the forms of all pages have in common: a service's refusal lands at its field, with what was typed kept."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from common.errors import DomainError
from common.refusals import in_words

TAKEN = gettext_lazy("There is one of this name already.")


def spoken(error: DomainError, message: str) -> str:
    """Return a refusal in the reader's language, where its words are known (common/refusals.py)."""
    if error.code == "taken":
        return str(TAKEN)
    return in_words(message)


class PageForm(forms.Form):
    """A form of a page."""

    required_css_class = "required"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False  # the server's words are better, and the same without a browser

    def refuse(self, error: DomainError) -> None:
        """Show a service's refusal at the fields that it names, or above the form."""
        for name, message in error.fields.items():
            self.add_error(name if name in self.fields else None, spoken(error, message))
        if not error.fields:
            self.add_error(None, spoken(error, error.detail))
