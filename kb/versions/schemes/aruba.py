"""Aruba: AOS-CX FL.10.13.1000 (the letters name the hardware) and ArubaOS 8.10.0.6_86000 (a build)."""

from kb.versions.scheme import Scheme, at_most_two, rewriting

BUILD = (r"(?<=[0-9])_([0-9]+)", r" build \1")
LABELS = (r"[ _-](?:lsr|ssr|fips)\b", "")

AOS_CX = Scheme(
    slug="aruba-aos-cx",
    title="Aruba AOS-CX",
    products=("aos-cx", "arubaos-cx", "hpe-aruba-aos-cx", "aruba-aos-cx", "aruba-cx"),
    rewrite=rewriting(BUILD, LABELS),
    bare=at_most_two,
)
ARUBAOS = Scheme(
    slug="arubaos",
    title="ArubaOS",
    products=("arubaos", "aruba-os", "aruba-instant", "arubaos-switch"),
    rewrite=rewriting(BUILD, LABELS),
    bare=at_most_two,
)
