"""Session ids: family, child, and the clock inside."""

import datetime as dt

import pytest

from ingest.engine.fortimail.session import id_clock, split_session


@pytest.mark.parametrize(
    ("session", "key", "child"),
    [
        ("25809Eex009534-25809Ef0009534", "25809Eex009534-25809Ef0009534", None),
        ("25809Eex009534-25809Ef00095340000", "25809Eex009534-25809Ef0009534", "0000"),
        ("q79EiV8S007017-q79EiV8T0070170001474", "q79EiV8S007017-q79EiV8T007017", "0001474"),
        ("qABCDEFGH000001-ABCDEFGI000001", "ABCDEFGH000001-ABCDEFGI000001", None),
        ("168GjLEk027992-16027992", "168GjLEk027992-16027992", None),
        ("123456", "123456", None),
        ("", None, None),
        ("y" * 500, "y" * 500, None),
    ],
)
def test_an_id_gives_family_and_child(session: str, key: str | None, child: str | None) -> None:
    assert split_session(session) == (key, child)


def test_the_id_holds_the_time_in_utc() -> None:
    clock = id_clock("25809Eex009534-25809Ef00095340000", dt.date(2022, 6, 8))

    assert clock == dt.datetime(2022, 6, 8, 0, 9, 14, tzinfo=dt.UTC)


def test_an_id_with_an_impossible_clock_or_of_another_form_has_none() -> None:
    assert id_clock("ZZZZZZZZ000001-ZZZZZZZZ000001", dt.date(2022, 6, 8)) is None
    assert id_clock("12345", dt.date(2022, 6, 8)) is None
