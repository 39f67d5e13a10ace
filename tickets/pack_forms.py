"""The forms of evidence packs."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import PageForm
from kb.forms import as_choices
from kb.models import Party, PartyKind
from tickets.models import ContactLanguage
from tickets.queries.packs import REPLY_ALLOWED
from tickets.services.packs import QUESTIONS_ALLOWED


class PackForm(PageForm):
    """What a pack is to hold."""

    findings = forms.MultipleChoiceField(
        label=_("What it shall prove"), widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one finding.")},
    )  # fmt: skip
    recipient = forms.ChoiceField(
        label=_("For"), error_messages={"required": _("Who gets it?"), "invalid_choice": _("Who gets it?")}
    )
    questions = forms.CharField(
        label=_("Questions"), required=False, max_length=QUESTIONS_ALLOWED, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One a line. Names that the lines hold are replaced here too."),
    )  # fmt: skip
    language = forms.ChoiceField(
        label=_("Language"), required=False, choices=[("", _("of the contact")), *ContactLanguage.choices]
    )
    background = forms.BooleanField(
        label=_("all cited lines, also those that tell why (else the fewest that prove it)"), required=False
    )

    def __init__(
        self, *args: Any, findings: Iterable[tuple[str, str]], parties: Iterable[Party], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        others = [one for one in parties if one.kind != PartyKind.US]
        self.fields["findings"].choices = list(findings)  # type: ignore[attr-defined]
        self.fields["recipient"].choices = as_choices(others, value="slug", empty=_("choose one"))  # type: ignore[attr-defined]


class ReplyForm(PageForm):
    """An answer with pseudonyms in it."""

    text = forms.CharField(
        label=_("Their answer"), max_length=REPLY_ALLOWED, strip=False, widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={"required": _("Paste what they wrote.")},
    )  # fmt: skip
