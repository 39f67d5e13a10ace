"""Palo Alto Networks PAN-OS: 10.2.7 · 10.2.7-h24 (hot-fix) · 11.1.0-b17 (beta)."""

from kb.versions.scheme import Scheme, at_most_two

PANOS = Scheme(slug="panos", title="PAN-OS", products=("pan-os", "panos", "panorama"), bare=at_most_two)
