"""`vers:` strings."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from univers.version_constraint import VersionConstraint
from univers.version_range import RANGE_CLASS_BY_SCHEMES, VersionRange

from kb.versions.ranges import EVERYTHING, multirange
from kb.versions.registry import GENERAL, SCHEMES, scheme_for
from kb.versions.vers import Constraint, VersError, make_vers, range_class_of, read_vers
from tests.versions.orders import ORDERS
from tests.versions.sets import contains

MAIL = GENERAL if (found := scheme_for("fortimail")) is None else found


def members(text: str, *versions: str) -> list[str]:
    """The versions that are in a range of FortiMail's."""
    spans = read_vers(text).spans
    return [version for version in versions if contains(spans, MAIL.parse(version).key)]


def test_bounds_come_in_pairs_and_names_stand_for_themselves() -> None:
    text = "vers:fortimail/<6.0.1|6.2.5|>=6.4.3|<7.0.5|>7.2.0|<=7.2.2|>=7.6.0"
    versions = (
        "5.0.0",
        "6.0.1",
        "6.2.5",
        "6.2.6",
        "6.4.3",
        "7.0.4",
        "7.0.5",
        "7.2.0",
        "7.2.1",
        "7.2.2",
        "7.2.3",
        "7.6.0",
    )
    assert members(text, *versions) == ["5.0.0", "6.2.5", "6.4.3", "7.0.4", "7.2.1", "7.2.2", "7.6.0"]
    assert str(read_vers(text)) == text


def test_a_star_is_everything() -> None:
    assert read_vers("vers:fortimail/*").spans == EVERYTHING
    assert str(read_vers(" VERS:FortiMail/* ")) == "vers:fortimail/*"


def test_exclusions_are_taken_out() -> None:
    assert members("vers:fortimail/!=7.0.1", "7.0.0", "7.0.1", "7.0.2") == ["7.0.0", "7.0.2"]
    text = "vers:fortimail/>=7.0.0|!=7.0.1|<7.0.3"
    assert members(text, "6.4.9", "7.0.0", "7.0.1", "7.0.2", "7.0.3") == ["7.0.0", "7.0.2"]
    assert str(read_vers(text)) == text


def test_bounds_reach_over_builds() -> None:
    builds = ("7.0.1 build 9", "7.0.2", "7.0.2 build 1", "7.0.2 build 163", "7.0.3 build 1")
    assert members("vers:fortimail/<=7.0.2", *builds) == [*builds[:4]]
    assert members("vers:fortimail/<7.0.2", *builds) == [builds[0]]
    assert members("vers:fortimail/>7.0.2", *builds) == [builds[4]]
    assert members("vers:fortimail/7.0.2", *builds) == [*builds[1:4]]
    assert members("vers:fortimail/<=7.0.2%20build%201", *builds) == [*builds[:3]]


def test_special_signs_are_percent_coded() -> None:
    text = "vers:ios/>=15.2%284%29E|<15.2%284%29E10"
    assert str(read_vers(text)) == str(read_vers("vers:ios/<15.2(4)E10|>=15.2(4)E")) == text
    assert str(read_vers("vers:big-ip/15.1.5.1%20Build%200.0.14")) == "vers:big-ip/15.1.5.1%20Build%200.0.14"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "does not begin with vers:"),
        ("fortimail/7.0.2", "does not begin with vers:"),
        ("vers:nobody/1.0", "no version scheme is called 'nobody'"),
        ("vers:fortimail/", "the constraint '' cannot be read"),
        ("vers:fortimail/7.0.1||7.0.2", "the constraint '' cannot be read"),
        ("vers:fortimail/>=6.4.3,<7", "the constraint '>=6.4.3,<7' cannot be read"),
        ("vers:fortimail/>=7.0.1|*", r"the constraint '\*' cannot be read"),
        ("vers:fortimail/>= 7.0.1", "the constraint '>= 7.0.1' cannot be read"),
        ("vers:fortimail/7.0.1%2", "the constraint '7.0.1%2' cannot be read"),
        ("vers:fortimail/7.0.1%ff", "its percent codes are not UTF-8"),
        ("vers:fortimail/>=7.0.1|<7.2", "the constraint '<7.2': it is a train"),
        ("vers:fortimail/<latest", "the constraint '<latest': no number in it"),
        ("vers:fortimail/>=7.0.1|>=7.0.2", ">=7.0.1 cannot be followed by >=7.0.2"),
        ("vers:fortimail/<7.0.1|<=7.0.2", "<7.0.1 cannot be followed by <=7.0.2"),
        ("vers:fortimail/7.0.1|<=7.0.2", "7.0.1 cannot be followed by <=7.0.2"),
        ("vers:fortimail/>=7.0.1|v7.0.1", ">=7.0.1 and v7.0.1 name the same version"),
    ],
)
def test_an_error_names_the_constraint(text: str, message: str) -> None:
    with pytest.raises(VersError, match=message):
        read_vers(text)


def test_no_constraint_at_all_is_no_range() -> None:
    with pytest.raises(VersError, match="all versions are written"):
        make_vers("fortimail", [])


def test_our_schemes_are_known_to_univers_and_none_of_its_own_is_lost() -> None:
    assert RANGE_CLASS_BY_SCHEMES["fortimail"] is range_class_of(MAIL)
    assert RANGE_CLASS_BY_SCHEMES["npm"].__module__ == "univers.version_range"
    plain = VersionRange.from_string("vers:fortimail/>=7.0.1|<7.0.10", validate=True)  # type: ignore[no-untyped-call]
    assert str(plain) == "vers:fortinet/>=7.0.1|<7.0.10"
    versions = [plain.version_class(text) for text in ("7.0.10", "v7.0.9", "7.0.1", "7.0.0")]
    assert [str(version) for version in sorted(versions)] == ["7.0.0", "7.0.1", "v7.0.9", "7.0.10"]
    assert [version in plain for version in versions] == [False, True, True, False]


PLAIN = {
    product: [text for text in texts if (scheme_for(product) or GENERAL).parse(text).build is None]
    for product, texts in ORDERS.items()
    if scheme_for(product) is not None
}


@st.composite
def ranges(draw: st.DrawFn) -> tuple[str, list[Constraint]]:
    """A product and constraints that go together: bounds take turns, names and exclusions stand where they may."""
    product = draw(st.sampled_from(sorted(PLAIN)))
    scheme = scheme_for(product) or GENERAL
    texts = PLAIN[product]
    chosen = sorted(draw(st.sets(st.integers(0, len(texts) - 1), min_size=1, max_size=6)))
    constraints: list[Constraint] = []
    is_open: bool | None = None
    for place in chosen:
        allowed = ["!="]
        if is_open is not True:
            allowed += [">", ">=", "="]
        if is_open is not False and not (constraints and constraints[-1].comparator == "="):
            allowed += ["<", "<="] if is_open or all(c.comparator == "!=" for c in constraints) else []
        comparator = draw(st.sampled_from(allowed))
        if comparator in {">", ">="}:
            is_open = True
        elif comparator != "!=":
            is_open = False
        constraints.append(Constraint(comparator, scheme.parse(texts[place])))
    return product, constraints


@given(ranges())
def test_ranges_make_the_round_trip_and_agree_with_univers(given_: tuple[str, list[Constraint]]) -> None:
    product, constraints = given_
    made = make_vers(product, constraints)
    again = read_vers(str(made))
    assert (str(again), again.spans) == (str(made), made.spans)
    assert multirange(made.spans) == made.spans
    if len(constraints) > 1 and all(one.comparator == "!=" for one in constraints):
        return  # to univers two exclusions and nothing else hold nothing; to us, as one does, all the others
    own = range_class_of(scheme_for(product) or GENERAL)
    theirs = own([VersionConstraint(one.comparator, own.version_class(one.version)) for one in constraints])
    for text in PLAIN[product]:
        version = own.version_class(text)
        assert contains(made.spans, version.value) == (version in theirs), text


def test_every_scheme_has_a_class() -> None:
    assert {range_class_of(scheme).scheme for scheme in SCHEMES} == {scheme.slug for scheme in SCHEMES}
