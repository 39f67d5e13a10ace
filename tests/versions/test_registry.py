"""The registry, and what a newcomer is told."""

from pathlib import Path

import pytest

from kb.versions import registry
from kb.versions.registry import BY_PRODUCT, GENERAL, SCHEMES, get_scheme, scheme_for
from kb.versions.scheme import Scheme, rewriting
from kb.versions.words import TIGHT

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "adding-a-version-scheme.md"


@pytest.mark.parametrize(
    "product",
    [
        *(
            "fortimail",
            "fortios",
            "fortiweb",
            "fortimanager",
            "fortianalyzer",
            "fortiproxy",
            "forticlient",
            "fortisandbox",
        ),
        *(
            "pan-os",
            "junos-os",
            "junos-os-evolved",
            "ios",
            "ios-xe",
            "ios-xr",
            "nx-os",
            "asa",
            "ftd",
            "esa",
            "eos",
            "big-ip",
        ),
        *(
            "netscaler",
            "check-point",
            "gaia",
            "sonicos",
            "sophos",
            "exchange-server",
            "esxi",
            "connect-secure",
            "fireware",
        ),
        *("aos-cx", "arubaos", "routeros", "zyxel", "opnsense", "pfsense", "barracuda", "postfix"),
    ],
)
def test_products_have_their_schemes(product: str) -> None:
    scheme = scheme_for(product)
    assert scheme is not None
    assert scheme is not GENERAL
    assert get_scheme(scheme.slug) is scheme


def test_an_unknown_product_has_none_and_an_unknown_scheme_is_an_error() -> None:
    assert scheme_for("some-product") is None
    assert get_scheme("general") is GENERAL
    with pytest.raises(KeyError, match="no version scheme 'some'; there are arista-eos"):
        get_scheme("some")


def test_slugs_are_slugs_and_serve_one_scheme_each() -> None:
    slugs = [*BY_PRODUCT, *(scheme.slug for scheme in SCHEMES)]
    assert [slug for slug in slugs if not slug.replace("-", "").isalnum() or slug != slug.lower()] == []
    assert all(scheme.key_version >= 1 and scheme.title for scheme in SCHEMES)


def test_two_schemes_for_one_product_stop_the_start() -> None:
    one, other = Scheme(slug="one", title="One", products=("x",)), Scheme(slug="two", title="Two", products=("x",))
    with pytest.raises(ValueError, match="'x' is served by 'one' and by 'two'"):
        registry._by_product((one, other))
    with pytest.raises(ValueError, match="two version schemes are called 'one'"):
        registry._by_slug((one, Scheme(slug="one", title="Again")))


def test_every_file_of_a_scheme_is_in_the_registry() -> None:
    told = (ROOT / "kb/versions/registry.py").read_text(encoding="utf-8")
    files = [path.stem for path in (ROOT / "kb/versions/schemes").glob("[a-z]*.py") if path.stem != "exchange_builds"]
    assert [name for name in files if f"kb.versions.schemes.{name} import" not in told] == []


def test_the_page_names_every_hook() -> None:
    page = PAGE.read_text(encoding="utf-8")
    names = [name for name in Scheme.__slots__ if name not in {"slug", "title"}]
    assert [name for name in names if name not in page] == []


def test_the_example_of_the_page_is_true() -> None:
    acme = Scheme(
        slug="acme",
        title="Acme Gate",
        products=("acme-gate",),
        rewrite=rewriting((r"([0-9])-([0-9]+)", r"\1 build \2")),
        tight={**TIGHT, "f": "5a"},
    )
    keys = [acme.parse(text).key for text in ("4.2", "4.2-17", "4.2 f3", "4.2f10", "4.3")]
    assert keys == sorted(set(keys))
    assert acme.parse("4.2-17").build == "17"
    assert acme.parse("4.2f3").hotfix == "f3"
    assert '"f": "5a"' in PAGE.read_text(encoding="utf-8")
