"""The form of a detector: its file's text, as docs/detectors.md describes it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.forms import RevisedForm
from ingest.services.detect_child import LONGEST
from kb.models import Detector

NEW = "0"  # the revision of a detector that is not there yet


class RuleText(forms.CharField):
    """A text as its file has it: browsers end lines in a way of their own."""

    def __init__(self, **options: Any) -> None:
        area = forms.Textarea(attrs={"rows": 24, "spellcheck": "false", "class": "code"})
        super().__init__(strip=False, max_length=LONGEST, widget=area, **options)

    def to_python(self, value: Any) -> str:
        """Return the text with the ends of lines that files have."""
        return str(super().to_python(value) or "").replace("\r\n", "\n")


class DetectorForm(RevisedForm):
    """A new detector, or the text and the switch of one that is there."""

    text = RuleText(
        label=_("Rule"),
        help_text=_(
            "A Sigma rule, or a correlation with the rules that it is about, and logs that it must and must not find."
            " They are run before anything is recorded."
        ),
        error_messages={"required": _("Paste the text of a rule.")},
    )
    enabled = forms.BooleanField(
        label=_("Switched on"),
        required=False,
        help_text=_("Switched off, it finds nothing, and what it found no longer holds."),
    )

    def __init__(self, data: Any = None, *, detector: Detector | None = None) -> None:
        initial = {"text": detector.text, "enabled": detector.enabled} if detector else {"enabled": True}
        super().__init__(data, initial=initial | {"revision": str(detector.revision) if detector else NEW})
        if detector is None:
            del self.fields["enabled"]
        self.remember()
