"""Check Point Gaia: R81.20 · R81.20 Take 41 = R81.20 JHF T41: a jumbo hot-fix."""

from kb.versions import keys
from kb.versions.scheme import Scheme, rewriting
from kb.versions.words import DROP, WORDS

TAKE = r"[ (_-]+(?:\b(?:jumbo|hotfix|accumulator|jhfa?|hfa?|take|t)[ #:(_-]*)+([0-9]+)\)?"

CHECK_POINT = Scheme(
    slug="check-point",
    title="Check Point Gaia",
    products=(
        *("check-point", "checkpoint", "gaia", "check-point-gaia", "checkpoint-gaia"),
        *("quantum-security-gateway", "security-gateway", "check-point-quantum"),
    ),
    rewrite=rewriting((r"\bkernel [0-9].*$", ""), (TAKE, r" take \1")),
    words={**WORDS, "take": "5a", "gaia": DROP},
    show=lambda main: f"R{keys.show(main)}",
)
