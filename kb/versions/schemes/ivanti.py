"""Ivanti (Pulse) Connect Secure: 22.7R2.4 · 9.1R18.9 · 9.1R14.4HF3."""

from kb.versions import keys
from kb.versions.scheme import Scheme

IVANTI = Scheme(
    slug="ivanti",
    title="Ivanti Connect Secure",
    products=(
        *("connect-secure", "ivanti-connect-secure", "policy-secure", "ivanti-policy-secure"),
        *("pulse-connect-secure", "pulse-policy-secure", "neurons-for-zta"),
    ),
    bare=lambda main: all(map(keys.is_number, main)) and len(main) <= 2,
)
