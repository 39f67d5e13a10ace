"""OPNsense 23.7.1_3 (a hot-fix), 24.1.r1 and 24.1.b1 (before 24.1); pfSense 2.7.2-RELEASE, 2.4.4-RELEASE-p3."""

from kb.versions.scheme import Scheme, rewriting

AMD64 = (r"[ -]\(?amd64\)?", "")
HOTFIX = (r"(?<=[0-9])_([0-9]+)", r" hotfix \1")

OPNSENSE = Scheme(
    slug="opnsense",
    title="OPNsense",
    products=("opnsense",),
    rewrite=rewriting(
        (r"[ -]\(?amd64\)?", ""),
        (r"(?<=[0-9])\.r_?(?=[0-9])", "rc"),
        (r"(?<=[0-9])\.a_?(?=[0-9])", "alpha"),
        (r"(?<=[0-9])_([0-9]+)", r" hotfix \1"),
    ),
)
PFSENSE = Scheme(
    slug="pfsense",
    title="pfSense",
    products=("pfsense", "pfsense-plus", "pfsense-ce"),
    rewrite=rewriting(AMD64, HOTFIX),
)
