"""Windows against a search that looks at everything: a hit is found just where there is one."""

import itertools
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from ingest.engine.detectors.model import Correlation
from ingest.engine.detectors.windows import Match, find_windows

SPAN = 5


def asked(kind: str, **more: object) -> Correlation:
    words = {
        "rules": (0, 1, 2),
        "absent": (),
        "groups": (),
        "seconds": SPAN,
        "operator": "gte",
        "count": 3,
        "values": (),
    }
    return Correlation(kind=kind, **(words | more))  # type: ignore[arg-type]


@st.composite
def matches_of(draw: st.DrawFn, places: int = 1, rules: int = 3) -> list[Match]:
    """Matches of rules, in the order of time."""
    rows = draw(
        st.lists(st.tuples(st.integers(0, 12), st.integers(0, places - 1), st.integers(0, rules - 1)), max_size=9)
    )
    lines = [Match(at * 1000, place, n, rule, (str(n % 3),), n) for n, (at, place, rule) in enumerate(rows)]
    return sorted(lines)


def is_over(_begin: int, end: int) -> bool:
    return end <= 10_000


def naive(matches: Sequence[Match], *, ordered: bool) -> bool:
    """Whether any three matches are what is asked for."""
    for three in itertools.permutations(matches, 3):
        if [match.rule for match in three] != [0, 1, 2]:
            continue
        times = [match.at for match in three]
        if max(times) - min(times) > SPAN * 1000:
            continue
        if not ordered or all(
            one.at < two.at or (one.at == two.at and (one.place != two.place or one.line < two.line))
            for one, two in itertools.combinations(three, 2)
        ):
            return True
    return False


@given(matches_of())
def test_all_rules_are_together_just_where_three_matches_are(matches: list[Match]) -> None:
    assert bool(find_windows(matches, [], asked("temporal"), is_over).windows) is naive(matches, ordered=False)


@given(matches_of(places=1))
def test_they_are_in_order_just_where_three_matches_are(matches: list[Match]) -> None:
    assert bool(find_windows(matches, [], asked("temporal_ordered"), is_over).windows) is naive(matches, ordered=True)


@given(matches_of(places=2))
def test_nothing_out_of_order_is_found_in_several_files(matches: list[Match]) -> None:
    found = find_windows(matches, [], asked("temporal_ordered"), is_over).windows

    assert all(naive(window, ordered=True) for window in found)
    assert bool(found) or not naive([match for match in matches if match.place == 0], ordered=True)


@given(matches_of(rules=1), st.integers(1, 5))
def test_so_many_lines_or_values_are_found_just_where_some_window_has_them(matches: list[Match], count: int) -> None:
    windows = [[other for other in matches if match.at <= other.at <= match.at + SPAN * 1000] for match in matches]

    lines = find_windows(matches, [], asked("event_count", rules=(0,), count=count), is_over).windows
    values = find_windows(matches, [], asked("value_count", rules=(0,), count=count), is_over).windows

    assert bool(lines) is any(len(window) >= count for window in windows)
    assert bool(values) is any(len({match.value for match in window}) >= count for window in windows)


@given(matches_of(rules=1), matches_of(rules=1))
def test_absence_is_judged_for_each_match_whose_span_is_covered(present: list[Match], absent: list[Match]) -> None:
    absent = [match._replace(place=1, rule=1) for match in absent]

    found = find_windows(present, absent, asked("temporal_ordered", rules=(0,), absent=(1,), count=1), is_over)

    free = [match for match in present if not any(match.at <= other.at <= match.at + SPAN * 1000 for other in absent)]
    assert {window[0] for window in found.windows} == {match for match in free if is_over(0, match.at + SPAN * 1000)}
    assert found.open == sum(not is_over(0, match.at + SPAN * 1000) for match in free)


def free(chosen: Sequence[Match], absent: Sequence[Match], *, ordered: bool) -> bool:
    """Whether nothing stands in the time that a choice of matches leaves no room in; it is all covered."""
    times = [match.at for match in chosen]
    begin, end = (times[0], times[0] + SPAN * 1000) if ordered else (max(times) - SPAN * 1000, min(times) + SPAN * 1000)
    return is_over(begin, end) and not any(begin <= other.at <= end for other in absent)


@given(matches_of(rules=2), matches_of(rules=1), st.booleans())
def test_absence_beside_several_is_found_just_where_some_choice_of_matches_is_free_of_it(
    present: list[Match], absent: list[Match], ordered: bool
) -> None:
    absent = [match._replace(place=1, rule=2) for match in absent]
    kind = "temporal_ordered" if ordered else "temporal"

    found = find_windows(present, absent, asked(kind, rules=(0, 1), absent=(2,), count=2), is_over)

    pairs = [
        (one, two)
        for one, two in itertools.permutations(present, 2)
        if (one.rule, two.rule) == (0, 1) and abs(one.at - two.at) <= SPAN * 1000 and (not ordered or one < two)
    ]
    assert bool(found.windows) is any(free(pair, absent, ordered=ordered) for pair in pairs)
    assert all(free(window, absent, ordered=ordered) for window in found.windows)
    if not absent and not found.windows:
        assert bool(found.open) is bool(pairs)
