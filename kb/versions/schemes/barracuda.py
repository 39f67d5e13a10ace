"""Barracuda: 9.2.0.006 = 9.2.0.6; 9.0.1-0123 (a build) · 8.3.1 Hotfix 1103."""

from kb.versions.scheme import Scheme, rewriting

BARRACUDA = Scheme(
    slug="barracuda",
    title="Barracuda",
    products=(
        *(
            "barracuda",
            "email-security-gateway",
            "barracuda-email-security-gateway",
            "cloudgen-firewall",
            "barracuda-esg",
        ),
        *("barracuda-cloudgen-firewall", "web-application-firewall", "barracuda-waf"),
    ),
    rewrite=rewriting((r"([0-9]+\.[0-9]+\.[0-9]+)-([0-9]+)", r"\1 build \2")),
)
