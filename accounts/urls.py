"""Addresses of ones own account."""

app_name = "accounts"
urlpatterns: list[object] = []
