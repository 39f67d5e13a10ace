"""Times and zones as logs print them."""

import datetime as dt

import pytest

from ingest.engine.times import clock_ms, day_number, day_text, read_zone, rfc3339


@pytest.mark.parametrize(
    ("clock", "ms"),
    [
        ("00:00:00", 0),
        ("09:09:14.041", 32_954_041),
        ("09:09:14.5", 32_954_500),
        ("09:09:14,5", 32_954_500),
        ("09:09:14.123456", 32_954_123),
        ("23:59:60", 86_400_000),
        ("24:00:00", None),
        ("9:09:14", None),
        ("09:09", None),
        ("09:09:14.", None),
        ("09:09:14x5", None),
        ("09:09:14.１", 32_954_100),
        ("", None),
    ],
)
def test_a_time_of_day(clock: str, ms: int | None) -> None:
    assert clock_ms(clock) == ms


@pytest.mark.parametrize("date", ["2022-13-01", "2022-02-30", "20220608", "", "2022-6-8", "yyyy-mm-dd"])
def test_what_is_no_date_is_none(date: str) -> None:
    assert day_number(date) is None


def test_a_day_and_its_number() -> None:
    number = day_number("2022-06-08")

    assert number is not None
    assert day_text(number * 86_400_000) == "2022-06-08"


def test_times_are_rfc_3339_with_a_zone_only_where_it_is_known() -> None:
    assert rfc3339(None, None) is None
    assert rfc3339(1_654_679_354_000, None) == "2022-06-08T09:09:14"
    assert rfc3339(1_654_679_354_041, read_zone("+09:00")) == "2022-06-08T09:09:14.041+09:00"


def test_zones_are_iana_names_or_offsets() -> None:
    assert read_zone(None) is None
    assert read_zone("-0330") == dt.timezone(-dt.timedelta(hours=3, minutes=30))
    assert str(read_zone("Asia/Tokyo")) == "Asia/Tokyo"
    for wrong in ("+99:00", "Mars", "../../etc/passwd", "/etc/passwd", "a\0b"):
        with pytest.raises(ValueError, match="no time zone"):
            read_zone(wrong)
