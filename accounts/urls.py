"""Addresses of ones own account."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from accounts.views import account, appearance
from accounts.views.log_in import LogIn

app_name = "accounts"
urlpatterns = [
    path("", account.account, name="account"),
    path("log-in/", LogIn.as_view(), name="log-in"),
    path("log-out/", LogoutView.as_view(), name="log-out"),
    path("password/", account.password, name="password"),
    path("tokens/", account.new_token, name="new-token"),
    path("tokens/<uuid:public_id>/revoke/", account.end_token, name="end-token"),
    path("language/", appearance.language, name="language"),
    path("theme/", appearance.theme, name="theme"),
]
