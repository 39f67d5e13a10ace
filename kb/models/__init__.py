"""Parties, products and devices; one noun a file."""

from kb.models.device import Device, FirmwareInstallation
from kb.models.party import US, Party, PartyKind
from kb.models.product import Product

__all__ = ["US", "Device", "FirmwareInstallation", "Party", "PartyKind", "Product"]
