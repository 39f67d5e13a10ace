"""The forms of cases and their timeline."""

from collections.abc import Iterable
from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Department, User
from common.forms import PageForm, RevisedForm
from kb.forms import as_choices
from kb.models import Device, Party, PartyKind, Product
from tickets import words
from tickets.models import Case, Precision, TimelineEntry
from tickets.services.cases import revision_of

END_OF_DAY = time(23, 59)  # what is due on a day may come until it is over
NOON = time(12)  # a day that is known without its hour: no zone makes another day of its noon
FIRST_TEXT = 20_000  # characters of what a case begins with; more is evidence
OF_CASE = ("title", "state", "severity", "kind", "release")
TITLE_MISSING = {"required": _("Name the case by what is wrong.")}


def day_input(**attrs: str) -> forms.DateInput:
    """Return the input of a day."""
    return forms.DateInput(attrs={"type": "date", **attrs}, format="%Y-%m-%d")


def _clock() -> forms.TimeInput:
    """Return the input of a time."""
    return forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class CaseForm(PageForm):
    """A new case."""

    title = forms.CharField(
        label=pgettext_lazy("of a case", "Title"), max_length=300, error_messages=TITLE_MISSING,
        help_text=_("What is wrong, as you would say it to a colleague."),
    )  # fmt: skip
    kind = forms.ChoiceField(label=_("Kind"), choices=lambda: words.choices(words.CASE_KINDS))
    severity = forms.ChoiceField(
        label=_("Severity"), choices=lambda: words.choices(words.SEVERITIES), initial="unknown"
    )
    department = forms.ChoiceField(label=pgettext_lazy("that owns a case", "Department"))
    product = forms.ChoiceField(label=_("Product"), required=False)
    release = forms.CharField(
        label=_("Release"), max_length=80, required=False, help_text=_("As the device prints it: 7.0.2,build163.")
    )
    opened_on = forms.DateField(label=_("Since"), required=False, widget=day_input())
    parties = forms.MultipleChoiceField(
        label=_("Parties"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("From whom do you want something?"),
    )  # fmt: skip
    devices = forms.MultipleChoiceField(label=_("Devices"), required=False, widget=forms.CheckboxSelectMultiple)
    text = forms.CharField(
        label=_("What happened"), required=False, max_length=FIRST_TEXT, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Paste error texts and log lines as they stand. It becomes the first note of the timeline."),
    )  # fmt: skip
    rule = forms.ChoiceField(
        label=_("Finding"), required=False, choices=lambda: [("", _("any")), *words.RULES.items()],
        help_text=_("Only to look for what was asked already."),
    )  # fmt: skip

    def __init__(
        self,
        *args: Any,
        departments: Iterable[Department],
        products: Iterable[Product],
        parties: Iterable[Party],
        devices: Iterable[Device],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["department"].choices = as_choices(departments, value="slug")
        fields["product"].choices = as_choices(products, value="slug", empty=_("none"))
        fields["parties"].choices = as_choices([one for one in parties if one.kind != PartyKind.US], value="slug")
        fields["devices"].choices = as_choices(devices, value="public_id")

    def clean_text(self) -> str:
        """Return the text with the ends of lines that texts have here."""
        return _one_newline(self.cleaned_data["text"])

    def opened_at(self) -> datetime | None:
        """Return the day on which it began; None is now."""
        chosen = self.cleaned_data["opened_on"]
        if chosen is None or chosen == timezone.localdate():
            return None
        return timezone.make_aware(datetime.combine(chosen, NOON))


class ChangeForm(RevisedForm):
    """What of a case changes."""

    title = forms.CharField(label=pgettext_lazy("of a case", "Title"), max_length=300, error_messages=TITLE_MISSING)
    state = forms.ChoiceField(label=_("State"), choices=lambda: words.choices(words.CASE_STATES))
    severity = forms.ChoiceField(label=_("Severity"), choices=lambda: words.choices(words.SEVERITIES))
    kind = forms.ChoiceField(label=_("Kind"), choices=lambda: words.choices(words.CASE_KINDS))
    assignee = forms.ChoiceField(label=_("Assigned to"), required=False)
    product = forms.ChoiceField(label=_("Product"), required=False)
    release = forms.CharField(label=_("Release"), max_length=80, required=False)

    def __init__(
        self, *args: Any, case: Case, people: Iterable[User], products: Iterable[Product], **kwargs: Any
    ) -> None:
        initial: dict[str, Any] = {name: getattr(case, name) for name in OF_CASE} | {
            "assignee": str(case.assignee_id or ""),
            "product": case.product.slug if case.product else "",
            "revision": revision_of(case),
        }
        super().__init__(*args, initial=initial, **kwargs)
        fields: dict[str, Any] = self.fields
        gone = [case.assignee] if case.assignee and case.assignee not in people else []  # else nobody would be chosen
        fields["assignee"].choices = as_choices([*people, *gone], value="pk", empty=_("nobody"))
        fields["product"].choices = as_choices(products, value="slug", empty=_("none"))
        self.remember()

    @property
    def touched(self) -> dict[str, Any]:
        """What was changed in the form, and no more."""
        return {name: self.cleaned_data[name] for name in self.changed_data if name != "revision"}


class EntryForm(PageForm):
    """An entry of the timeline, new or corrected. How exactly the time is known follows from what is filled in."""

    kind = forms.ChoiceField(
        label=pgettext_lazy("of an entry", "Kind"),
        choices=lambda: words.choices(words.ENTRY_KINDS, only=words.WRITTEN_BY_PEOPLE),
    )
    text = forms.CharField(
        label=_("What happened"), widget=forms.Textarea(attrs={"rows": 4}), max_length=100_000,
        error_messages={"required": _("Say what happened.")},
    )  # fmt: skip
    day = forms.DateField(label=_("Day"), widget=day_input(), error_messages={"required": _("On which day?")})
    at = forms.TimeField(label=_("Time"), required=False, widget=_clock(), help_text=_("Empty: only the day is known."))
    about = forms.BooleanField(label=_("about then: only the week is known"), required=False)
    from_party = forms.ChoiceField(label=pgettext_lazy("from a party", "From"), required=False)
    to_party = forms.ChoiceField(label=pgettext_lazy("to a party", "To"), required=False)
    due_on = forms.DateField(label=_("Due"), required=False, widget=day_input(), help_text=_("Of an ask or a promise."))

    def __init__(
        self,
        *args: Any,
        parties: Iterable[Party],
        known: Iterable[Party] = (),
        entry: TimelineEntry | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        for name in ("from_party", "to_party"):
            fields[name].choices = party_choices(parties, known)
        self._entry = entry
        if entry is not None and entry.kind not in words.WRITTEN_BY_PEOPLE:  # else it would become a note unasked
            fields["kind"].choices = words.choices(words.ENTRY_KINDS, only=(entry.kind, *words.WRITTEN_BY_PEOPLE))

    def values(self) -> dict[str, Any]:
        """Return what the service takes; parties are still slugs. Of a correction, what was touched and no more.

        The fields of a time show less than an entry can know: its seconds, the hour of what is due, another's zone.
        """
        chosen = self.cleaned_data
        touched = set(self.fields) if self._entry is None else set(self.changed_data)
        values: dict[str, Any] = {
            name: chosen[name] for name in ("kind", "text", "from_party", "to_party") if name in touched
        }
        if self._entry is not None and "text" in values and _one_newline(self._entry.text) == values["text"]:
            del values["text"]  # a browser sends other ends of lines
        if touched & {"day", "at", "about"}:
            values |= self._moment(kept=self._entry is not None and "at" not in touched)
        if "due_on" in touched:
            due = chosen["due_on"]
            values["due_at"] = timezone.make_aware(datetime.combine(due, END_OF_DAY)) if due else None
        return values

    def clean_text(self) -> str:
        """Return the text with the ends of lines that texts have here."""
        return _one_newline(self.cleaned_data["text"])

    def _moment(self, *, kept: bool) -> dict[str, Any]:
        """Return when it happened, and how exactly that is known; `kept`: the clock stands as it was recorded."""
        chosen = self.cleaned_data
        precision = Precision.WEEK if chosen["about"] else Precision.MINUTE if chosen["at"] else Precision.DAY
        clock = chosen["at"] if precision == Precision.MINUTE else NOON
        if kept and self._entry is not None and precision == Precision.MINUTE:
            clock = timezone.localtime(self._entry.happened_at).time()
        return {
            "precision": precision,
            "happened_at": timezone.make_aware(datetime.combine(chosen["day"], clock)),
        }

    @staticmethod
    def initial_of(entry: TimelineEntry) -> dict[str, Any]:
        """Return the fields of an entry that is to be corrected."""
        at = timezone.localtime(entry.happened_at)
        return {
            "kind": entry.kind,
            "text": entry.text,
            "day": at.date(),
            "at": at.time().replace(second=0, microsecond=0) if entry.precision == Precision.MINUTE else None,
            "about": entry.precision == Precision.WEEK,
            "from_party": entry.from_party.slug if entry.from_party else "",
            "to_party": entry.to_party.slug if entry.to_party else "",
            "due_on": timezone.localtime(entry.due_at).date() if entry.due_at else None,
        }


def _one_newline(text: str) -> str:
    """Return a text whose lines all end alike."""
    return text.replace("\r\n", "\n").strip()


def party_choices(parties: Iterable[Party], known: Iterable[Party]) -> list[tuple[str, Any]]:
    """Return parties as options: nobody, we, those of the case, the others."""
    ours = [("us", pgettext_lazy("our own side", "We"))]
    near = {party.slug for party in known}
    here = as_choices([one for one in parties if one.slug in near], value="slug")
    others = as_choices([one for one in parties if one.slug not in near and one.kind != PartyKind.US], value="slug")
    groups: list[tuple[str, Any]] = [("", _("nobody named")), *ours, *here]
    return [*groups, (str(_("other parties")), others)] if others else groups


class CasePartyForm(PageForm):
    """A party of a case, with the number that it gave the case, if it did."""

    party = forms.ChoiceField(label=_("Party"), error_messages={"required": _("Which party?")})
    number = forms.CharField(
        label=_("Its ticket number"), max_length=80, required=False, help_text=_("As the party writes it.")
    )

    def __init__(self, *args: Any, parties: Iterable[Party], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = [one for one in parties if one.kind != PartyKind.US]
        self.fields["party"].choices = as_choices(others, value="slug", empty=_("choose one"))  # type: ignore[attr-defined]


class ShareForm(PageForm):
    """A department that a case is shared with."""

    department = forms.ChoiceField(
        label=pgettext_lazy("that a case is shared with", "Department"),
        error_messages={"required": _("Which department?")},
    )

    def __init__(self, *args: Any, departments: Iterable[Department], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["department"].choices = as_choices(departments, value="slug", empty=_("choose one"))  # type: ignore[attr-defined]
