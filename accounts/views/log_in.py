"""Logging in. Logging out is Django's own view, by POST."""

from django.contrib.auth.views import LoginView

from accounts.forms import LogInForm


class LogIn(LoginView):
    """Two fields; who is logged in already goes on."""

    template_name = "accounts/log_in.html"
    authentication_form = LogInForm
    redirect_authenticated_user = True
