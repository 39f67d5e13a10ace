"""Addresses of the pages."""

from django.urls import path

from ingest.views.again import evidence_again
from ingest.views.comparisons import comparison, comparisons
from ingest.views.context import evidence_lines
from ingest.views.days import case_days
from ingest.views.detectors import detector, new_detector
from ingest.views.transaction_lines import transaction_lines

urlpatterns = [
    path("issues/<str:name>/detectors/new/", new_detector, name="new-detector"),
    path("detectors/<uuid:public_id>/", detector, name="detector"),
    path("cases/<str:ref>/comparisons/", comparisons, name="case-comparisons"),
    path("cases/<str:ref>/comparisons/<uuid:public_id>/", comparison, name="case-comparison"),
    path("cases/<str:ref>/days/", case_days, name="case-days"),
    path("cases/<str:ref>/evidence/<uuid:public_id>/again/", evidence_again, name="evidence-again"),
    path("cases/<str:ref>/evidence/<uuid:public_id>/lines/", evidence_lines, name="evidence-lines"),
    path("cases/<str:ref>/findings/<uuid:public_id>/lines/", transaction_lines, name="finding-lines"),
]
