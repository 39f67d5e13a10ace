"""The forms of known issues: a new one, and what is said about one."""

import json
import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Department
from common.forms import PageForm, RevisedForm
from common.revisions import revision_of
from common.words import options
from kb.catalogue_forms import day_field, named_in
from kb.forms import as_choices
from kb.models import (
    BehaviourAttribute,
    IssueAudience,
    IssueKind,
    IssueSeverity,
    KnownIssue,
    Party,
    Product,
    Source,
    StatementSays,
)
from kb.services.issues import BY_STATEMENTS
from kb.words import AUDIENCES, KINDS, PROPOSITIONS, REMEDIATIONS, SAYS, SEVERITIES, STANCES

BY_VERSION = tuple(says for says in SAYS if says != StatementSays.RANGES)
MOST_TEXT = 20_000
OF_ISSUE = ("title", "kind", "severity", "severity_rule", "summary", "symptoms", "cause", "audience", "review_on")
WIDE = {"rows": 3}
CHOOSE = _("choose one")


def text_field(
    label: Any, *, rows: int = 3, required: bool = False, help_text: Any = "", missing: Any = ""
) -> forms.CharField:
    """Return a field for a text of several lines."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=MOST_TEXT,
        widget=forms.Textarea(attrs={"rows": rows}),
        help_text=help_text,
        error_messages={"required": missing} if missing else None,
    )


def source_field() -> forms.ChoiceField:
    """Return a field for a document; its choices are set by the form."""
    return forms.ChoiceField(label=_("Source"), required=False)


def source_choices(sources: Iterable[Source]) -> list[tuple[str, Any]]:
    """Return documents as the options of a select."""
    return as_choices(sources, value="public_id", empty=_("none named"))


def ranges_in(text: str) -> list[dict[str, str]]:
    """Return ranges that are typed one a line: `7.0.0 to 7.0.8`, or a single version."""
    found = []
    for line in text.splitlines():
        if line.strip():
            first, *rest = re.split(r"\s+(?:to|-|–|〜|から)\s+|\s*[〜～]\s*", line.strip(), maxsplit=1)
            found.append({"from": first, "to": rest[0] if rest else first})
    return found


class StatementForm(PageForm):
    """A statement about versions."""

    says = forms.ChoiceField(label=_("It is"), choices=options(SAYS))
    version = forms.CharField(label=_("Version"), max_length=120, required=False)
    ranges = text_field(
        _("Ranges"), rows=2, help_text=_("For a list alone, one a line, both ends included: 7.0.0 to 7.0.8")
    )
    lists_all = forms.BooleanField(label=_("The list leaves no affected version out"), required=False)
    source = source_field()
    note = text_field(_("Note"), rows=2)

    def __init__(self, *args: Any, sources: Iterable[Source], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["source"].choices = source_choices(sources)  # type: ignore[attr-defined]

    @property
    def values(self) -> dict[str, Any]:
        """What a statement takes, but for its source."""
        chosen = {name: self.cleaned_data[name] for name in ("says", "version", "lists_all", "note")}
        return chosen | {"ranges": ranges_in(self.cleaned_data["ranges"])}


class ClaimForm(PageForm):
    """What a party said."""

    party = forms.ChoiceField(label=_("Party"), error_messages={"required": _("Who said it?")})
    proposition = forms.ChoiceField(label=_("Says"), choices=list(PROPOSITIONS.items()))
    stance = forms.ChoiceField(label=_("Stance"), choices=list(STANCES.items()))
    said_at = day_field(_("Said on"))
    said_about = forms.CharField(
        label=_("Said about when"), max_length=200, required=False, help_text=_("In words, where the day is not known.")
    )
    versions = forms.CharField(label=_("About versions"), max_length=2000, required=False, help_text=_("With commas."))
    text = text_field(_("In its words"))
    source = source_field()

    def __init__(self, *args: Any, parties: Iterable[Party], sources: Iterable[Source], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["party"].choices = as_choices(parties, value="slug", empty=CHOOSE)  # type: ignore[attr-defined]
        self.fields["source"].choices = source_choices(sources)  # type: ignore[attr-defined]

    @property
    def values(self) -> dict[str, Any]:
        """What the service takes, but for party and source."""
        names = ("proposition", "stance", "said_at", "said_about", "text")
        return {name: self.cleaned_data[name] for name in names} | {"versions": named_in(self.cleaned_data["versions"])}


class ConfirmationForm(PageForm):
    """A department sees an issue on a version, or does not."""

    department = forms.ChoiceField(label=pgettext_lazy("that runs a device", "Department"))
    version = forms.CharField(
        label=_("On version"), max_length=120, error_messages={"required": _("On which version?")}
    )
    text = text_field(_("What you saw"), rows=2)

    def __init__(self, *args: Any, departments: Iterable[Department], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].choices = as_choices(departments, value="slug")  # type: ignore[attr-defined]


class ValidationForm(PageForm):
    """Validation of an issue, or of its condition, by somebody other than its author."""

    what = forms.ChoiceField(
        label=pgettext_lazy("to be validated", "What"),
        choices=[("issue", _("the issue")), ("condition", _("its condition"))],
    )
    version = forms.CharField(label=_("Seen on version"), max_length=120, required=False)
    basis = text_field(
        _("On what"), rows=2, required=True, missing=_("Name the evidence, or how it was reproduced."),
        help_text=_("The evidence, or how it was reproduced."),
    )  # fmt: skip


class WayOutForm(PageForm):
    """What helps."""

    category = forms.ChoiceField(label=_("Kind"), choices=list(REMEDIATIONS.items()))
    details = text_field(_("What to do"), rows=2, required=True, missing=_("Say what to do."))
    version = forms.CharField(
        label=_("Version"), max_length=120, required=False, help_text=_("The release that has it, of a fix alone.")
    )


class ArchiveForm(PageForm):
    """Why an issue is archived."""

    reason = text_field(
        pgettext_lazy("for archiving", "Reason"), rows=2, required=True,
        missing=_("Say why: withdrawn as wrong, or what replaces it."),
    )  # fmt: skip
    replaced_by = forms.CharField(
        label=_("Replaced by"),
        max_length=140,
        required=False,
        help_text=_("Number of the issue that counts from now on."),
    )


class _IssueFields(PageForm):
    """What an issue is called and how it is described."""

    title = forms.CharField(
        label=_("What happens, in one line"),
        max_length=300,
        error_messages={"required": _("Say in one line what happens.")},
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=options(KINDS))
    severity = forms.ChoiceField(label=_("Severity"), choices=options(SEVERITIES), initial=IssueSeverity.UNKNOWN)
    summary = text_field(_("What it means"))
    symptoms = text_field(_("How it shows"), rows=2)
    cause = text_field(_("Cause"), rows=2)
    aliases = forms.CharField(
        label=_("Other names"),
        max_length=10_000,
        required=False,
        help_text=_("CVE or bug numbers of the vendor, with commas."),
    )
    move = text_field(
        _("Moves that the notice is for"),
        rows=2,
        help_text=_('For an upgrade notice alone: {"direction": "downgrade"}'),
    )
    audience = forms.ChoiceField(label=_("Who may see it"), choices=options(AUDIENCES), initial=IssueAudience.EVERYONE)

    def clean_move(self) -> Any:
        """Return the move as data."""
        raw = self.cleaned_data["move"].strip()
        if not raw:
            return None
        try:
            return json.loads(raw)
        except (ValueError, RecursionError):
            raise forms.ValidationError(gettext("This is no JSON.")) from None


class IssueForm(_IssueFields):
    """A new issue."""

    field_order = (
        *("product", "title", "kind", "severity", "summary", "symptoms", "cause", "aliases", "says", "version"),
        *("behaviour", "move", "audience", "department"),
    )
    product = forms.ChoiceField(label=_("Product"), error_messages={"required": _("Which product is it?")})
    says = forms.ChoiceField(
        label=_("What is said of versions"),
        choices=[("", _("nothing yet")), *options(SAYS, only=BY_VERSION)],
        required=False,
    )
    version = forms.CharField(label=_("Version"), max_length=120, required=False)
    behaviour = forms.ChoiceField(
        label=_("Behaviour whose value changes"), required=False, help_text=_("For a change of behaviour alone.")
    )
    department = forms.ChoiceField(label=pgettext_lazy("that owns an issue", "Department"))

    def __init__(
        self,
        *args: Any,
        products: Iterable[Product],
        behaviours: Iterable[BehaviourAttribute],
        departments: Iterable[Department],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["product"].choices = as_choices(products, value="slug", empty=CHOOSE)  # type: ignore[attr-defined]
        self.fields["behaviour"].choices = as_choices(behaviours, value="pk", empty=_("none"))  # type: ignore[attr-defined]
        self.fields["department"].choices = as_choices(departments, value="slug")  # type: ignore[attr-defined]

    @property
    def values(self) -> dict[str, Any]:
        """What the service takes as it was typed."""
        names = ("title", "kind", "severity", "summary", "symptoms", "cause", "move", "audience")
        chosen = {name: self.cleaned_data[name] for name in names}
        return chosen | {"aliases": names_in(self.cleaned_data["aliases"])}


def names_in(text: str) -> list[str]:
    """Return other names that are typed with commas."""
    return [one.strip() for one in text.split(",")]


class ChangeIssueForm(RevisedForm, _IssueFields):
    """The fields of an issue."""

    field_order = (
        *("revision", "title", "kind", "severity", "severity_rule", "summary", "symptoms", "cause", "aliases", "move"),
        *("audience", "review_on"),
    )
    severity_rule = text_field(_("Why this severity"), rows=2)
    review_on = day_field(_("To be reviewed on"))

    def __init__(self, *args: Any, issue: KnownIssue, **kwargs: Any) -> None:
        was = {name: getattr(issue, name) for name in OF_ISSUE}
        names = ", ".join(alias.name for alias in issue.aliases.all())
        move = json.dumps(issue.move, ensure_ascii=False) if issue.move else ""
        initial = was | {"aliases": names, "move": move, "revision": revision_of(issue)}
        super().__init__(*args, initial=initial, **kwargs)
        if issue.kind not in BY_STATEMENTS:
            del self.fields["kind"]
        else:
            kinds = tuple(kind for kind in KINDS if kind in BY_STATEMENTS)
            self.fields["kind"].choices = options(KINDS, only=kinds)  # type: ignore[attr-defined]
        if issue.kind != IssueKind.NOTICE:
            del self.fields["move"]
        self.remember()

    @property
    def values(self) -> dict[str, Any]:
        """The fields as they were typed."""
        return {name: self.cleaned_data[name] for name in (*OF_ISSUE, "move") if name in self.cleaned_data}
