"""Positions, disputes and flips, computed from claims."""

import datetime as dt

import pytest

from kb.claims.ledger import Said, disputed, flips, in_order, position, standing


def said(order: int, party: str, proposition: str, stance: str, day: str = "") -> Said:
    """A claim."""
    return Said(order, party, proposition, stance, dt.date.fromisoformat(day) if day else None)  # type: ignore[arg-type]


STORY = [
    said(1, "reseller", "exists", "no"),
    said(2, "vendor", "exists", "yes"),
    said(3, "vendor", "is_defect", "no"),
    said(4, "reseller", "exists", "yes"),
    said(5, "us", "is_defect", "yes"),
]


def test_the_latest_claim_stands_and_one_taken_back_does_not() -> None:
    claims = [*STORY, said(6, "us", "is_defect", "retracted")]

    assert {key: claim.order for key, claim in standing(claims).items()} == {
        ("reseller", "exists"): 4,
        ("vendor", "exists"): 2,
        ("vendor", "is_defect"): 3,
    }


def test_two_opposite_claims_that_stand_are_a_dispute() -> None:
    assert disputed(standing(STORY[:3])) == ("exists",)
    assert disputed(standing(STORY)) == ("is_defect",)
    assert disputed(standing([*STORY, said(6, "us", "is_defect", "retracted")])) == ()


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ([], "unknown"),
        ([("exists", "yes")], "unknown"),
        ([("exists", "no")], "denies"),
        ([("exists", "no"), ("exists", "yes"), ("is_defect", "no")], "by_design"),
        ([("is_defect", "no"), ("is_defect", "yes")], "confirms_defect"),
        ([("is_defect", "yes"), ("is_fixed", "yes")], "fixed"),
        ([("is_defect", "yes"), ("is_fixed", "yes"), ("is_fixed", "no")], "confirms_defect"),
        ([("is_defect", "yes"), ("is_defect", "retracted")], "unknown"),
    ],
)
def test_a_position_is_computed(claims: list[tuple[str, str]], expected: str) -> None:
    rows = [said(number, "vendor", *claim) for number, claim in enumerate(claims)]

    assert position(standing(rows), "vendor") == expected
    assert position(standing(rows), "reseller") == "unknown"


def test_a_flip_stays_visible_whatever_comes_later() -> None:
    claims = [*STORY, said(6, "reseller", "exists", "no"), said(7, "reseller", "exists", "retracted")]

    assert [(flip.after.party, flip.before.stance, flip.after.stance) for flip in flips(claims)] == [
        ("reseller", "no", "yes"),
        ("reseller", "yes", "no"),
        ("reseller", "no", "retracted"),
    ]


def test_a_claim_without_a_day_follows_the_one_recorded_before_it() -> None:
    claims = [
        said(1, "us", "exists", "yes", "2022-06-08"),
        said(2, "vendor", "exists", "no"),
        said(3, "vendor", "exists", "yes", "2022-05-01"),
    ]

    assert [claim.order for claim in in_order(claims)] == [3, 1, 2]
    assert standing(claims)["vendor", "exists"].stance == "no"
