"""Multiranges against sets."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from kb.versions import ranges
from kb.versions.ranges import EVERYTHING, Multirange, multirange
from kb.versions.registry import GENERAL
from kb.versions.version import Span
from tests.versions.sets import contains

POINTS = "abcdefghij"
points = st.sampled_from(POINTS)
spans = st.lists(st.builds(Span, points, points), max_size=6)


def naive(given_: list[Span] | Multirange) -> set[str]:
    """The letters in the spans."""
    return {letter for letter in POINTS for lo, hi in given_ if lo <= letter < hi}


@given(spans)
def test_the_normal_form_holds_the_same_and_has_no_touching_spans(given_: list[Span]) -> None:
    normal = multirange(given_)
    assert naive(normal) == naive(given_)
    assert all(lo < hi for lo, hi in normal)
    assert all(one.hi < other.lo for one, other in pairwise(normal))
    assert multirange(normal) == normal == multirange(reversed(given_))


@given(spans, spans)
def test_the_algebra_is_that_of_sets(left: list[Span], right: list[Span]) -> None:
    a, b = naive(left), naive(right)
    for found, wanted in (
        (ranges.union(left, right), a | b),
        (ranges.intersection(left, right), a & b),
        (ranges.difference(left, right), a - b),
    ):
        assert naive(found) == wanted
        assert found == multirange(found)


@given(spans, points, points)
def test_membership_is_that_of_sets(given_: list[Span], lo: str, hi: str) -> None:
    normal, asked = multirange(given_), naive([Span(lo, hi)])
    assert ranges.covers(normal, Span(lo, hi)) == (asked <= naive(given_))
    assert ranges.touches(normal, Span(lo, hi)) == bool(asked & naive(given_))


@given(spans)
def test_what_is_taken_away_and_put_back_is_everything(given_: list[Span]) -> None:
    rest = ranges.difference(EVERYTHING, given_)
    inside = ranges.intersection(EVERYTHING, given_)
    assert ranges.union(rest, inside) == EVERYTHING
    assert ranges.intersection(rest, inside) == ()


def test_everything_holds_every_key() -> None:
    for text in ("0", "0.0.1-dev", "9" * 300, "1" * 250 + ".9z", "9.9.9 build " + "9" * 200):
        assert contains(EVERYTHING, GENERAL.parse(text).key)


def test_the_text_for_postgresql_is_quoted() -> None:
    assert ranges.to_sql(()) == "{}"
    assert ranges.to_sql((Span("7A16r!3", "7A2"), Span("8", "9"))) == '{["7A16r!3","7A2"),["8","9")}'
    assert ranges.to_sql((Span('a"b', "c\\d"),), "17:") == '{["17:a\\"b","17:c\\\\d")}'
