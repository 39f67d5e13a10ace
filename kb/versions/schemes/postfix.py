"""Postfix: 3.9-20240101 (a snapshot) < 3.9-RC1 < 3.9.0; 2.11 Patchlevel 1 is 2.11.1."""

from kb.versions.scheme import Scheme, rewriting

POSTFIX = Scheme(
    slug="postfix",
    title="Postfix",
    products=("postfix",),
    rewrite=rewriting(
        (r"-([0-9]{8})(?:-nonprod)?\b", r" dev \1"),
        (r"[ ,-]+(?:patchlevel|pl|patch)[ -]?([0-9]+)", r".\1"),
    ),
)
