"""The tests behind the rules, held against values that are printed in tables and given by other programs."""

import math

import pytest

from ingest.engine.findings.statistics import (
    chi_square_tail,
    distance,
    f_tail,
    fisher,
    g_statistic,
    holm,
    p_words,
    total,
    two_by_two,
)


@pytest.mark.parametrize(
    ("value", "freedom", "chance"),
    [(3.841459, 1, 0.05), (6.634897, 1, 0.01), (18.307038, 10, 0.05), (124.342113, 100, 0.05), (0.710723, 4, 0.95)],
)
def test_chi_square_is_that_of_the_tables(value: float, freedom: int, chance: float) -> None:
    assert chi_square_tail(value, freedom) == pytest.approx(chance, rel=1e-5)


@pytest.mark.parametrize(
    ("value", "between", "within", "chance"),
    [(4.964603, 1, 10, 0.05), (19.0, 2, 2, 0.05), (2.710890, 5, 20, 0.05), (4.102821, 5, 20, 0.01), (1.0, 7, 7, 0.5)],
)
def test_f_is_that_of_the_tables(value: float, between: int, within: int, chance: float) -> None:
    assert f_tail(value, between, within) == pytest.approx(chance, rel=1e-3)


def test_f_with_two_degrees_between_has_a_closed_form() -> None:
    for value in (0.1, 1.0, 30.0, 5000.0):
        assert f_tail(value, 2, 12) == pytest.approx((1 + 2 * value / 12) ** -6, rel=1e-9)


@pytest.mark.parametrize(
    ("table", "chance"),
    [((3, 1, 1, 3), 34 / 70), ((8, 2, 1, 5), 0.03496503), ((10, 0, 0, 10), 2 / 184756), ((0, 5, 0, 7), 1.0)],
)
def test_fishers_test_adds_up_the_tables_that_are_as_unlikely(table: tuple[int, int, int, int], chance: float) -> None:
    assert fisher(*table) == pytest.approx(chance, rel=1e-6)


def test_small_tables_are_tested_exactly_and_large_ones_by_g() -> None:
    assert two_by_two(3, 1, 1, 3) == fisher(3, 1, 1, 3)
    g, freedom = g_statistic([{0: 60, 1: 40}, {0: 40, 1: 60}])
    assert (freedom, two_by_two(60, 40, 40, 60)) == (1, chi_square_tail(g, 1))
    assert two_by_two(60, 40, 40, 60) == pytest.approx(fisher(60, 40, 40, 60), rel=0.5)


@pytest.mark.parametrize("table", [(0, 0, 0, 0), (5, 0, 7, 0), (0, 0, 3, 4)])
def test_a_table_without_a_contrast_says_nothing(table: tuple[int, int, int, int]) -> None:
    assert two_by_two(*table) == 1.0


def test_g_of_equal_mixes_is_nothing_and_empty_rows_have_no_freedom() -> None:
    assert g_statistic([{"a": 10, "b": 20}, {"a": 20, "b": 40}])[0] == pytest.approx(0, abs=1e-9)
    assert g_statistic([{"a": 10}, {}]) == (0.0, 0)
    assert chi_square_tail(5, 0) == f_tail(5, 0, 3) == 1.0


def test_nothing_that_counts_can_give_makes_a_number_that_is_none() -> None:
    for n in (1, 10, 10**4, 10**7):
        chance = two_by_two(n, 0, 0, n)
        assert 0 <= chance <= 1
        assert math.isfinite(chance)
        assert 0 <= f_tail(n, 40, 4) <= 1
        assert 0 <= chi_square_tail(n, 500) <= 1


def test_the_distance_of_mixes_goes_from_none_to_all() -> None:
    assert distance({"a": 1, "b": 1}, {"a": 5, "b": 5}) == 0
    assert distance({"a": 3}, {"b": 4}) == 1
    assert distance({"a": 3, "b": 1}, {"a": 1, "b": 3}) == 0.5
    assert distance({}, {"a": 1}) == 0


def test_holm_keeps_the_order_and_never_lets_a_worse_one_pass() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.5, 0.9]) == [1.0, 1.0]
    assert holm([]) == []


def test_a_probability_is_written_so_that_none_reads_as_certain() -> None:
    assert p_words(0.0) == "p < 0.000001"
    assert p_words(0.01234) == "p = 0.012"
    assert total([{"a": 1}, {"a": 2, "b": 1}]) == {"a": 3, "b": 1}
