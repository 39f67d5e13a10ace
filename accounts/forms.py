"""The forms of ones own account."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import TokenScope
from accounts.throttle import begin_attempt, place_of
from common.forms import PageForm
from common.zones import known_zones

SCOPE_WORDS = {TokenScope.READ.value: _("read only"), TokenScope.WRITE.value: _("read and write")}


def zone_choices(empty: Any) -> list[tuple[str, Any]]:
    """Return the time zones that have a place's name as options, after the word for none."""
    names = sorted(name for name in known_zones() if "/" in name and not name.startswith("Etc/"))
    return [("", empty), ("UTC", "UTC"), *((name, name) for name in names)]


class LogInForm(AuthenticationForm):
    """E-mail and password. Whether an address exists is never told."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        self.label_suffix = ""
        self.fields["username"].label = _("E-mail")
        self.fields["username"].error_messages["required"] = str(_("Your e-mail address is missing."))
        self.fields["password"].label = _("Password")
        self.fields["password"].error_messages["required"] = str(_("Your password is missing."))
        self.fields["username"].widget.attrs["inputmode"] = "email"

    def clean(self) -> dict[str, Any]:
        """Check the password, unless there were too many failures."""
        email, password = self.cleaned_data.get("username"), self.cleaned_data.get("password")
        if not email or not password:
            return self.cleaned_data
        attempt = begin_attempt(email=email, place=place_of(self.request.META) if self.request else "")
        if not attempt.allowed:
            self.add_error("password", _("Too many failures. Wait 15 minutes, then try again."))
            return self.cleaned_data
        try:
            cleaned = super().clean()
        except forms.ValidationError:
            words = _("E-mail and password do not belong together.")
            left = ngettext("%(n)d try left.", "%(n)d tries left.", attempt.left) % {"n": attempt.left}
            self.add_error("password", f"{words} {left}")
            return self.cleaned_data
        attempt.forgive()
        return cleaned


class PreferencesForm(PageForm):
    """Name, language, time zone."""

    name = forms.CharField(label=_("Name"), max_length=120, required=False, help_text=_("As others see you in a case."))
    language = forms.ChoiceField(label=_("Language"), required=False)
    time_zone = forms.ChoiceField(label=_("Time zone"), help_text=_("All dates and times are shown in it."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].choices = [("", _("as the browser asks")), *settings.LANGUAGES]  # type: ignore[attr-defined]
        self.fields["time_zone"].choices = zone_choices(_("choose one"))  # type: ignore[attr-defined]


class TokenForm(PageForm):
    """A new API token."""

    name = forms.CharField(
        label=_("Used for"),
        max_length=80,
        error_messages={"required": _("Name the token after where it will be used.")},
    )
    scope = forms.ChoiceField(label=_("May"), choices=list(SCOPE_WORDS.items()))
    days = forms.IntegerField(label=_("Days"), initial=90, min_value=1, max_value=3650)


class PasswordForm(PasswordChangeForm):
    """A new password, with the old one as proof."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        self.label_suffix = ""
