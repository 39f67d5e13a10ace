"""Addresses of the pages."""

from django.urls import path

from kb.views import devices, parties, products

urlpatterns = [
    path("parties/", parties.parties, name="parties"),
    path("parties/new/", parties.new_party, name="new-party"),
    path("parties/<str:slug>/", parties.party, name="party"),
    path("products/new/", products.new_product, name="new-product"),
    path("devices/", devices.devices, name="devices"),
    path("devices/new/", devices.new_device, name="new-device"),
    path("devices/<uuid:public_id>/", devices.device, name="device"),
    path("devices/<uuid:public_id>/firmware/", devices.new_firmware, name="new-firmware"),
]
