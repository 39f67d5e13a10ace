"""MikroTik RouterOS: 7.11beta7 < 7.11rc1 < 7.11 < 7.11.1; 7.11 (stable) is 7.11."""

from kb.versions.scheme import Scheme

ROUTEROS = Scheme(slug="routeros", title="RouterOS", products=("routeros", "mikrotik-routeros", "mikrotik"))
