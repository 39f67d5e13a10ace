"""Ones own account: who one is, the tokens, the password."""

import uuid

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts.forms import PasswordForm, PreferencesForm, TokenForm
from accounts.models import ApiToken
from accounts.services.people import change_preferences
from accounts.services.tokens import create_token, revoke_token
from accounts.views.door import PageRequest, for_people
from common.errors import DomainError


def _page(request: PageRequest, *, status: int = 200, **forms: object) -> HttpResponse:
    """Show the page, with the forms that somebody is in the middle of."""
    user = request.user
    initial = {"name": user.name, "language": user.language, "time_zone": user.time_zone}
    context = {
        "preferences": PreferencesForm(initial=initial),
        "new_token": TokenForm(prefix="token"),
        "tokens": ApiToken.objects.filter(user=user).order_by("-created_at")[:50],
        "memberships": user.memberships.select_related("department").order_by("department__name"),
        "now": timezone.now(),
        **forms,
    }
    return render(request, "accounts/account.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@for_people
def account(request: PageRequest) -> HttpResponseBase:
    """Show the account, or change name, language and zone."""
    if request.method != "POST":
        return _page(request)
    form = PreferencesForm(request.POST)
    if form.is_valid():
        try:
            change_preferences(user=request.user, **form.cleaned_data)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.info(request, gettext("Saved."))
            return redirect("accounts:account")
    return _page(request, preferences=form, status=422)


@require_POST
@for_people
def new_token(request: PageRequest) -> HttpResponseBase:
    """Make a token; its secret stands on this one answer and nowhere else."""
    form = TokenForm(request.POST, prefix="token")
    if form.is_valid():
        try:
            token, secret = create_token(user=request.user, **form.cleaned_data)
        except DomainError as error:
            form.refuse(error)
        else:
            response = _page(request, secret=secret, secret_of=token)
            response.headers["Cache-Control"] = "private, no-store"
            return response
    return _page(request, new_token=form, status=422)


@require_POST
@for_people
def end_token(request: PageRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """Revoke a token."""
    revoke_token(user=request.user, public_id=str(public_id))
    messages.info(request, gettext("The token is revoked."))
    return redirect("accounts:account")


@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@for_people
def password(request: PageRequest) -> HttpResponseBase:
    """Change the password; other sessions of the person end."""
    form = PasswordForm(request.user, request.POST or None)
    if form.is_valid():
        form.save()
        update_session_auth_hash(request, request.user)
        messages.info(request, gettext("The password is changed."))
        return redirect("accounts:account")
    return render(request, "accounts/password.html", {"form": form}, status=422 if form.is_bound else 200)
