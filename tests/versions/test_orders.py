"""The order of what makers print: every pair of every list."""

from itertools import combinations

import pytest

from kb.versions.registry import BY_PRODUCT, GENERAL, SCHEMES, scheme_for
from kb.versions.scheme import Scheme
from kb.versions.version import VersionError
from tests.versions.orders import EQUAL, ORDERS, REFUSED, TRAINS


def scheme_of(product: str) -> Scheme:
    """The scheme of a product; "unseen" and "another" have none."""
    return scheme_for(product) or GENERAL


@pytest.mark.parametrize("product", ORDERS)
def test_every_pair_of_a_list_is_in_order(product: str) -> None:
    scheme = scheme_of(product)
    keys = [(text, scheme.parse(text).key) for text in ORDERS[product]]
    assert [(a, b) for (a, one), (b, other) in combinations(keys, 2) if not one < other] == []


@pytest.mark.parametrize("product", EQUAL)
def test_spellings_of_one_version_have_one_key(product: str) -> None:
    scheme = scheme_of(product)
    for spellings in EQUAL[product]:
        assert {text: scheme.parse(text).key for text in spellings} == dict.fromkeys(
            spellings, scheme.parse(spellings[0]).key
        )


@pytest.mark.parametrize("product", TRAINS)
def test_a_train_is_no_version(product: str) -> None:
    scheme = scheme_of(product)
    for text in TRAINS[product]:
        assert scheme.is_train(text), text
        with pytest.raises(VersionError, match="it is a train: name a version of it"):
            scheme.parse(text)


@pytest.mark.parametrize("product", ORDERS)
def test_a_version_is_no_train(product: str) -> None:
    scheme = scheme_of(product)
    assert [text for text in ORDERS[product] if scheme.is_train(text)] == []


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.slug)
def test_what_names_no_single_version_is_refused(scheme: Scheme) -> None:
    for text in REFUSED:
        with pytest.raises(VersionError) as caught:
            scheme.parse(text)
        assert caught.value.reason
        assert len(caught.value.text) <= 81


def test_every_scheme_has_an_ordered_list() -> None:
    assert {scheme_of(product).slug for product in ORDERS} == {scheme.slug for scheme in SCHEMES}


def test_every_product_of_the_lists_is_known() -> None:
    assert [product for product in ORDERS if product not in BY_PRODUCT] == ["unseen", "another"]


@pytest.mark.parametrize(
    ("product", "text", "reason"),
    [
        ("fortimail", "", "empty"),
        ("ios", "12.2SE", "its versions do not stand in one row: name it with its number, like 15.2(4)E"),
        ("junos-os", "15.1X-D90", "no release of Junos is written like this: name it like 21.4R3"),
        ("junos-os", "21.4.3", "no release of Junos is written like this: name it like 21.4R3"),
        (
            "exchange-server",
            "Exchange Server 2019",
            "too short: name the cumulative update, or RTM, or give the number",
        ),
        ("esxi", "ESXi670-202210001", "no number in it"),
        ("fortimail", "latest", "no number in it"),
        ("fortimail", "7", "too short: name the whole version"),
        ("fortimail", "7.2.*", "it is a series: name a version of it"),
        ("fortimail", "7.0.2 and earlier", "it is a range: name one version"),
        ("fortimail", "7.0.2, 7.0.3", "more than one number in it: name one version"),
        ("fortimail", "7" * 301, "too long"),
        (
            "exchange-server",
            "Exchange Server 2019 CU99",
            "no number is known for this name: give the number, like 15.2.1118.7",
        ),
        (
            "exchange-server",
            "Exchange Server 2019 CU12 Mar29SU",
            "no number is known for this update: give the number, like 15.2.1118.20",
        ),
        (
            "exchange-server",
            "Exchange Server 2019 CU12 SU9",
            "a part of this name is not known: give the number, like 15.2.1118.7",
        ),
    ],
)
def test_a_refusal_says_why(product: str, text: str, reason: str) -> None:
    with pytest.raises(VersionError) as caught:
        scheme_of(product).parse(text)
    assert caught.value.reason == reason


@pytest.mark.parametrize(
    ("product", "text", ("parts")),
    [
        ("fortimail", "v7.0.2,build0163,220101 (GA)", ("163", None, "7.0", False)),
        ("pan-os", "10.2.7-h24", (None, "h24", "10.2", False)),
        ("pan-os", "11.1.0-b17", (None, None, "11.1", True)),
        ("junos-os", "21.4R3-S5.4", ("4", "s5", "21.4", False)),
        ("junos-os", "15.1X49-D170", (None, None, "15.1X49", False)),
        ("ios", "15.2(4)E10", (None, None, "15.2(4)E", False)),
        ("ios", "12.4(25d)", (None, None, "12.4(25)", False)),
        ("ios-xe", "03.16.10.S", (None, None, "3.16S", False)),
        ("nx-os", "7.0(3)I7(10)", (None, None, "7.0(3)I7", False)),
        ("netscaler", "13.1-37.159-FIPS", (None, None, "13.1-FIPS", False)),
        ("check-point", "R81.20 JHF T41", (None, "take41", "R81.20", False)),
        ("sonicos", "7.0.1-5161-R2164", ("5161R2164", None, "7.0", False)),
        ("exchange-server", "Exchange Server 2019 CU12", (None, None, "15.2.1118", False)),
        ("routeros", "7.11beta7", (None, None, "7.11", True)),
        ("unseen", "1 SP2 HF3 build 9", ("9", "sp2 hf3", "1.0", False)),
    ],
)
def test_the_parts_of_a_version(product: str, text: str, parts: tuple[str | None, str | None, str, bool]) -> None:
    version = scheme_of(product).parse(f"  {text}\n")
    assert version.text == text
    assert (version.build, version.hotfix, version.train, version.pre) == parts
