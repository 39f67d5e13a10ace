"""Addresses of the pages."""

from django.urls import path

from ingest.views.again import evidence_again
from ingest.views.comparisons import comparison, comparisons
from ingest.views.context import evidence_lines
from ingest.views.days import case_days

urlpatterns = [
    path("cases/<str:ref>/comparisons/", comparisons, name="case-comparisons"),
    path("cases/<str:ref>/comparisons/<uuid:public_id>/", comparison, name="case-comparison"),
    path("cases/<str:ref>/days/", case_days, name="case-days"),
    path("cases/<str:ref>/evidence/<uuid:public_id>/again/", evidence_again, name="evidence-again"),
    path("cases/<str:ref>/evidence/<uuid:public_id>/lines/", evidence_lines, name="evidence-lines"),
]
