"""Zyxel: V5.37(ABPS.1)C0 = 5.37 Patch 1. The four letters name the hardware, the number behind them is the patch."""

from kb.versions.scheme import Scheme, rewriting

ZYXEL = Scheme(
    slug="zyxel",
    title="Zyxel",
    products=(
        "zyxel",
        "zld",
        "zyxel-zld",
        "zyxel-firewall",
        "usg-flex",
        "zyxel-usg-flex",
        "zywall",
        "nas326",
        "zyxel-nas",
    ),
    rewrite=rewriting(
        (r"\([a-z]{2,5}\.([0-9]+)\)", r".\1 "),
        (r"\.([0-9]+) c0\b", r".\1"),
        (r"\.([0-9]+) c([0-9]+)\b", r".\1.\2"),
        (r"(b[0-9]+)c[0-9]+\b", r"\1"),
        (r"[ ,]*\b(?:patch|p) ?([0-9]+)", r".\1"),
    ),
)
