"""Every address of the program: pages, the API, the administration of people."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("api/v1/", include("config.api")),
    path("admin/", admin.site.urls),
    path("account/", include("accounts.urls")),
    path("", include("kb.urls")),
    path("", include("ingest.urls")),
    path("", include("tickets.urls")),
]

handler400 = "common.views.bad_request"
handler404 = "common.views.not_found"
handler500 = "common.views.server_error"
