"""The question of an upgrade check as people type it."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import QueryDict
from django.urls import reverse_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.errors import Invalid
from common.forms import PageForm
from kb.conditions.facts import Facts
from kb.forms import as_choices
from kb.models import Product
from tickets.queries.upgrade_check import facts_of

FACT = "fact:"
MOST_TEXT = 20_000
VERSION = {"maxlength": 120, "autocomplete": "off", "list": "versions", "spellcheck": "false"}
ERRORS = {"from": "from", "to": "to", "hops": "hop", "facts": "facts", "product": "product"}


class CheckForm(PageForm):
    """Product, from, to, hops, and facts as lines `path = value`."""

    def __init__(self, *args: Any, products: Iterable[Product], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["product"] = forms.ChoiceField(
            label=_("Product"), choices=as_choices(products, value="slug"), widget=forms.Select(attrs=LOADS_VERSIONS)
        )
        for name, label, missing in (
            ("from", _("From"), _("Which version runs now?")),
            ("to", _("To"), _("Which version is it to be?")),
        ):
            self.fields[name] = forms.CharField(
                label=label,
                max_length=120,
                widget=forms.TextInput(attrs=VERSION),
                error_messages={"required": missing},
            )
        self.fields["hop"] = forms.CharField(
            label=_("Over"),
            required=False,
            max_length=2500,
            widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "6.4.5, 7.0.0"}),
        )
        self.fields["facts"] = forms.CharField(
            label=_("Facts about the device"),
            required=False,
            max_length=MOST_TEXT,
            widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
            help_text=_(
                "One a line, path = value. They decide conditions, travel with this form alone, and are not kept."
            ),
        )

    @property
    def question(self) -> list[Any]:
        """The fields of the move, without the facts."""
        return [self[name] for name in ("product", "from", "to", "hop")]

    @property
    def hops(self) -> list[str]:
        """The hops of a valid form."""
        return hops_in(self.cleaned_data["hop"])

    def clean_facts(self) -> str:
        """Refuse lines that are no facts."""
        try:
            facts_in(self.cleaned_data["facts"])
        except Invalid as error:
            raise forms.ValidationError(error.detail) from None
        return str(self.cleaned_data["facts"])

    @property
    def facts(self) -> Facts:
        """The facts of a valid form."""
        return facts_in(self.cleaned_data["facts"])

    def refuse_move(self, error: Any) -> None:
        """Show what is wrong with the move at its fields; what may have been meant is offered as links beside it."""
        error.fields = {
            ERRORS.get(name, name): message.partition(" Perhaps: ")[0] for name, message in error.fields.items()
        }
        self.refuse(error)


LOADS_VERSIONS = {"hx-get": reverse_lazy("check-versions"), "hx-target": "#versions", "hx-trigger": "change"}


def hops_in(text: str) -> list[str]:
    """Return the hops that a text names, in order."""
    return [hop for part in text.replace("→", ",").split(",") if (hop := part.strip())]


def facts_in(text: str) -> Facts:
    """Return the facts of lines `path = value`; Invalid names the line at fault. An empty value is not known."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        if not line.strip():
            continue
        path, sign, value = line.partition("=")
        if not sign or not path.strip():
            raise Invalid.field("facts", gettext("Not a line of the form path = value: %(line)s") % {"line": line[:80]})
        if value := value.strip(" \t\"'“”"):
            found[path.strip()] = value
    return facts_of(found)


def typed(values: QueryDict) -> dict[str, str]:
    """Return what was typed, from an address or a form: facts from their own fields are lines like the others."""
    lines = [line.rstrip() for line in values.get("facts", "").splitlines() if line.strip()]
    for name in values:
        if name.startswith(FACT) and (value := " ".join(str(values[name]).split())):
            path = name.removeprefix(FACT)
            lines = [line for line in lines if line.partition("=")[0].strip() != path]
            lines.append(f"{path} = {value}")
    return {
        **{
            name: (values.get(f"chosen-{name}") or values.get(name, "")).replace("\x00", "").strip()
            for name in ("product", "from", "to")
        },
        "hop": ", ".join(one for one in values.getlist("hop") if one.strip()),
        "facts": "\n".join(lines),
    }


def address_of(words: Mapping[str, str]) -> str:
    """Return the part behind the question mark that asks a move, without facts."""
    pairs = [(name, words[name]) for name in ("product", "from", "to")]
    return urlencode([*pairs, *(("hop", hop) for hop in hops_in(words["hop"]))])
