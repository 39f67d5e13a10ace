"""What the forms of all pages have in common: a service's refusal lands at its field, with what was typed kept."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy, pgettext

from common.errors import DomainError, Outdated
from common.refusals import in_words

TAKEN = gettext_lazy("There is one of this name already.")
OUTDATED = gettext_lazy(
    "Somebody changed this since you looked at it, and nothing of yours is saved yet. Where you changed nothing, what"
    " they saved stands now. Save again to keep the form as it is."
)


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


class RevisedForm(PageForm):
    """A form of something that others may change meanwhile. `revision` is the state that was looked at.

    Each field sends along the value that was looked at. So where somebody else saved in between, the form comes back
    in the new revision: with their value where nobody touched a field, with both values where both did.
    """

    revision = forms.CharField(max_length=64, widget=forms.HiddenInput())

    def remember(self) -> None:
        """Let fields send along what was looked at; called once a form has all its fields and their initial values."""
        for name, field in self.fields.items():
            sent = not self.is_bound or self.add_initial_prefix(name) in self.data
            field.show_hidden_initial = sent and name != "revision"

    def refuse(self, error: DomainError) -> None:
        """Show a service's refusal; of a form that grew old, what others saved, ready to be saved again."""
        if isinstance(error, Outdated):
            self.add_error(None, OUTDATED)
            self._renew()
        else:
            super().refuse(error)

    def _renew(self) -> None:
        """Take the newest revision, and what others saved in fields that were not touched."""
        sent = QueryDict(mutable=True)
        sent.update(self.data if isinstance(self.data, MultiValueDict) else dict(self.data))
        for bound in self.visible_fields():
            field, name = bound.field, bound.name
            looked_at = self.data.get(bound.html_initial_name)
            mine, stored = bound.data, _as_sent(bound)
            if looked_at is None:
                theirs, touched = field.has_changed(bound.initial, mine), True
            else:
                theirs, touched = field.has_changed(bound.initial, looked_at), name in self.changed_data
                sent[bound.html_initial_name] = stored
            if theirs and touched and field.has_changed(bound.initial, mine):
                field.theirs = _shown(bound, stored)  # type: ignore[attr-defined]
            elif theirs and not touched:
                sent[bound.html_name] = stored
                field.taken_over = _shown(bound, str(looked_at))  # type: ignore[attr-defined]
        sent[self.add_prefix("revision")] = self.get_initial_for_field(self.fields["revision"], "revision")
        self.data = sent


def _as_sent(bound: forms.BoundField) -> str:
    """Return what is stored as a browser would send it."""
    value = bound.field.prepare_value(bound.initial)
    return "" if value is None else str(value)


def _shown(bound: forms.BoundField, sent: str) -> str:
    """Return a field's value as people read it."""
    if isinstance(bound.field, forms.BooleanField):
        return pgettext("a checkbox", "yes") if bound.field.to_python(sent) else pgettext("a checkbox", "no")
    chosen = {str(key): str(label) for key, label in getattr(bound.field, "choices", ()) if not isinstance(label, list)}
    return chosen.get(sent, sent) or "–"
