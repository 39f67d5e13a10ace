"""The addresses of a site with django-helpdesk and nothing else."""

from django.urls import include, path

urlpatterns = [path("", include("helpdesk.urls", namespace="helpdesk"))]
