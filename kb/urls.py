"""Addresses of the pages."""

from django.urls import path

from kb.views import devices, issues, parties, products

urlpatterns = [
    path("parties/", parties.parties, name="parties"),
    path("parties/new/", parties.new_party, name="new-party"),
    path("parties/<str:slug>/", parties.party, name="party"),
    path("products/", products.products, name="products"),
    path("products/new/", products.new_product, name="new-product"),
    path("products/<str:slug>/", products.product, name="product"),
    path("products/<str:slug>/releases/", products.new_release, name="new-release"),
    path("products/<str:slug>/sources/", products.new_source, name="new-source"),
    path("issues/", issues.issues, name="issues"),
    path("issues.csv", issues.issues_csv, name="issues-csv"),
    path("issues/new/", issues.new_issue, name="new-issue"),
    path("issues/<str:name>/change/", issues.change, name="change-issue"),
    path("devices/", devices.devices, name="devices"),
    path("devices/new/", devices.new_device, name="new-device"),
    path("devices/<uuid:public_id>/", devices.device, name="device"),
    path("devices/<uuid:public_id>/firmware/", devices.new_firmware, name="new-firmware"),
]
