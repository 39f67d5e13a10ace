"""Arista EOS: 4.28.3M < 4.28.3.1M; the last letter says only how far the train is."""

from kb.versions.scheme import Scheme, at_most_two, rewriting

EOS = Scheme(
    slug="arista-eos",
    title="Arista EOS",
    products=("eos", "arista-eos"),
    rewrite=rewriting(
        (r"\.swix?$", ""),
        (r"[fm]-([0-9]{6,})\.[0-9a-z]+", r" build \1"),  # an engineering build
        (r"(?<=[0-9])[fm](?![a-z0-9])", ""),
    ),
    bare=at_most_two,
)
