"""SonicWall SonicOS: 7.0.1 · 7.0.1-5161 · 7.0.1-5161-R2164 · 6.5.4.15-117n: what follows the dash is a build."""

from kb.versions.scheme import Scheme, at_most_two, rewriting

SONICOS = Scheme(
    slug="sonicos",
    title="SonicOS",
    products=("sonicos", "sonicwall-sonicos", "sonicwall", "sonicwall-firewall"),
    rewrite=rewriting((r"([0-9]+\.[0-9]+\.[0-9]+(?:\.[0-9]+)?)-(?=r?[0-9])", r"\1 build ")),
    bare=at_most_two,
)
