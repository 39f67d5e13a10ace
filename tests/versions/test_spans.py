"""What belongs to a version, a release, a train, a series."""

from itertools import product as pairs

import pytest

from kb.versions.registry import GENERAL, scheme_for
from kb.versions.scheme import Scheme
from kb.versions.version import Span, VersionError
from tests.versions.orders import ORDERS, TRAINS


def inside(span: Span, key: str) -> bool:
    """Tell whether a key is in a span."""
    return span.lo <= key < span.hi


def members(scheme: Scheme, span: Span, texts: str) -> list[str]:
    """The versions of a list, separated by |, that are in a span."""
    return [text for text in texts.split("|") if inside(span, scheme.parse(text).key)]


def known(slug: str) -> Scheme:
    """The scheme of a product that has one."""
    scheme = scheme_for(slug)
    assert scheme is not None
    return scheme


MAIL, PAN = known("fortimail"), known("pan-os")


def test_a_version_without_a_build_stands_for_all_its_builds() -> None:
    texts = "7.0.1|7.0.1 build 9999|7.0.2|7.0.2 build 1|7.0.2 build 163|7.0.2 build 99999|7.0.2 beta 1|7.0.3|7.0.20"
    span = MAIL.span(MAIL.parse("7.0.2"))
    assert members(MAIL, span, texts) == ["7.0.2", "7.0.2 build 1", "7.0.2 build 163", "7.0.2 build 99999"]
    assert span.lo == MAIL.parse("7.0.2").key


def test_a_version_with_a_build_stands_for_that_build() -> None:
    texts = "7.0.2|7.0.2 build 162|7.0.2 build 163|7.0.2 build 163.1|7.0.2 build 164|7.0.2 build 1630|7.0.3"
    assert members(MAIL, MAIL.span(MAIL.parse("v7.0.2,build0163")), texts) == ["7.0.2 build 163"]


def test_a_hot_fix_is_not_its_release_but_belongs_to_it() -> None:
    texts = "10.2.6-h9|10.2.7-b1|10.2.7|10.2.7-h1|10.2.7-h24|10.2.7-h24 build 3|10.2.8|10.2.70"
    version = PAN.parse("10.2.7-h24")
    assert version.release == PAN.parse("10.2.7").key
    assert members(PAN, PAN.span(PAN.parse("10.2.7")), texts) == ["10.2.7"]
    assert members(PAN, PAN.span(version), texts) == ["10.2.7-h24", "10.2.7-h24 build 3"]
    assert members(PAN, PAN.release_span(version), texts) == ["10.2.7", "10.2.7-h1", "10.2.7-h24", "10.2.7-h24 build 3"]


def test_a_series_holds_its_versions_and_their_pre_releases() -> None:
    texts = "6.3.9|6.4beta1|6.4|6.4.0|6.4.0 beta 2|6.4.1|6.4.10|6.4.1 build 7|6.4-h3|6.40.1|6.5beta1|6.5.0|7.0"
    found = members(GENERAL, GENERAL.series("6.4.*"), texts)
    assert found == ["6.4beta1", "6.4", "6.4.0", "6.4.0 beta 2", "6.4.1", "6.4.10", "6.4.1 build 7", "6.4-h3"]
    assert members(GENERAL, GENERAL.series("v6.X"), texts) == texts.split("|")[:-1]
    assert GENERAL.series("6.4系") == GENERAL.series("6.4 series") == GENERAL.series("6.4.*")


def test_zeros_belong_to_a_series_and_a_train() -> None:
    texts = "6.9|7-rc1|7|7.0|7.0.0|7.0.0-h1|7.0.0.5|7.0.5|7.1"
    assert members(GENERAL, GENERAL.series("7.0.*"), texts) == texts.split("|")[1:-1]
    assert members(GENERAL, GENERAL.train("7.0"), texts) == texts.split("|")[1:-1]
    assert members(GENERAL, GENERAL.series("7.0.0.*"), texts) == texts.split("|")[1:-2]


@pytest.mark.parametrize("text", ["7.2", "7.2.1", "*", "7.2*", "7.2-h1.*", "", "x.*", "7.2.*.1", "7.2 build 1.*"])
def test_what_is_no_series_is_refused(text: str) -> None:
    with pytest.raises(VersionError):
        MAIL.series(text)


@pytest.mark.parametrize(
    "text", ["7", "7.2.1", "7.2.*", "", "latest", "7.2 build 3", "7.2 beta", "7.0 - 7.2", "7.0.2-h1"]
)
def test_what_is_no_train_is_refused(text: str) -> None:
    assert not MAIL.is_train(text)
    with pytest.raises(VersionError):
        MAIL.train(text)


def test_x_trains_are_no_later_versions_of_the_train_before_them() -> None:
    junos = known("junos-os")
    texts = "15.1R1|15.1R7-S13|15.1X49-D170|15.1X49-D200.1|15.1X53-D12|15.2R1"
    assert members(junos, junos.train("15.1"), texts) == ["15.1R1", "15.1R7-S13"]
    assert members(junos, junos.train("15.1X49"), texts) == ["15.1X49-D170", "15.1X49-D200.1"]


def test_a_train_of_ios_is_one_release_with_its_rebuilds() -> None:
    ios = known("ios")
    texts = "15.2(4)E|15.2(4)E10|15.2(4)EA1|15.2(4)M11|15.2(7)E3|15.2(4)"
    assert members(ios, ios.train("15.2(4)E"), texts) == ["15.2(4)E", "15.2(4)E10"]
    assert members(ios, ios.series("15.2.*"), texts) == texts.split("|")


def test_the_letters_of_old_ios_xe_are_trains() -> None:
    xe = known("ios-xe")
    texts = "3.6.5E|3.6.10E|3.6.5S|3.7.1E"
    assert members(xe, xe.train("3.6E"), texts) == ["3.6.5E", "3.6.10E"]


def test_fips_is_a_train_of_its_own() -> None:
    netscaler = known("netscaler")
    texts = "13.1-37.159|13.1-51.15|13.1-37.159-FIPS|13.1-37.1-NDcPP|14.1-4.42"
    assert members(netscaler, netscaler.train("13.1"), texts) == ["13.1-37.159", "13.1-51.15"]
    assert members(netscaler, netscaler.train("13.1-FIPS"), texts) == ["13.1-37.159-FIPS"]


@pytest.mark.parametrize("product", ORDERS)
def test_a_train_holds_the_versions_that_name_it_and_no_others(product: str) -> None:
    scheme = scheme_for(product) or GENERAL
    versions = [scheme.parse(text) for text in ORDERS[product]]
    wrong = [
        (one.text, other.text)
        for one, other in pairs(versions, versions)
        if (one.train == other.train) != inside(scheme.train(one.train), other.key)
    ]
    assert wrong == []


@pytest.mark.parametrize("product", ORDERS)
def test_spans_lie_in_each_other_and_in_the_train(product: str) -> None:
    scheme = scheme_for(product) or GENERAL
    for text in ORDERS[product]:
        version = scheme.parse(text)
        span, release, train = scheme.span(version), scheme.release_span(version), scheme.train(version.train)
        assert train.lo <= release.lo <= span.lo == version.key < span.hi <= release.hi <= train.hi
        assert version.release <= version.base <= version.key


@pytest.mark.parametrize("product", TRAINS)
def test_every_train_can_be_asked_for(product: str) -> None:
    scheme = known(product)
    for text in TRAINS[product]:
        if product == "exchange-server" and text == "15.2":
            continue  # a train of Exchange is a cumulative update
        span = scheme.train(text)
        assert span.lo < span.hi
