"""WatchGuard Fireware: 12.10.3 · 12.10.3 U1 = 12.10.3 Update 1 · 12.5.12 B701324."""

from kb.versions.scheme import Scheme
from kb.versions.words import BUILD, TIGHT

WATCHGUARD = Scheme(
    slug="watchguard",
    title="WatchGuard Fireware",
    products=("fireware", "watchguard-fireware", "watchguard", "fireware-os"),
    tight={**TIGHT, "b": BUILD},
)
