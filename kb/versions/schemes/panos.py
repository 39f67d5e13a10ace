"""Palo Alto Networks PAN-OS: 10.2.7 · 10.2.7-h24 (hot-fix) · 11.1.0-b17 (beta) · 11.1.0-c4 (candidate)."""

from kb.versions.scheme import Scheme, at_most_two
from kb.versions.words import TIGHT

PANOS = Scheme(
    slug="panos",
    title="PAN-OS",
    products=("pan-os", "panos", "palo-alto-pan-os", "palo-alto-networks-pan-os", "panorama"),
    tight={**TIGHT, "c": "1g"},
    bare=at_most_two,
)
