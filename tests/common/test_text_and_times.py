"""Text that PostgreSQL can hold, and times that the product keeps."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from common.errors import Invalid
from common.moments import EARLIEST, LATEST, check_moment, parse_moment
from common.text import storable
from common.zones import known_zones

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=40)


@given(ANY_TEXT)
def test_any_text_becomes_storable(text: str) -> None:
    kept = storable(text)
    assert "\x00" not in kept
    kept.encode("utf-8")


@given(st.text(st.characters(exclude_characters="\x00"), max_size=40))
def test_text_that_is_storable_stays(text: str) -> None:
    assert storable(text) == text


@pytest.mark.django_db
def test_the_database_takes_it() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::text", [storable("a\x00b\ud800c\udfff\U0001f600")])
        assert cursor.fetchone() == ("a�b�c�\U0001f600",)


@pytest.mark.parametrize("moment", [EARLIEST, datetime(2022, 6, 8, tzinfo=UTC), LATEST.replace(year=2199), None])
def test_a_time_of_this_world_is_kept(moment: datetime | None) -> None:
    check_moment(moment, field="happened_at")


@pytest.mark.parametrize("moment", [datetime.max.replace(tzinfo=UTC), LATEST, datetime.min.replace(tzinfo=UTC)])
def test_a_time_of_no_appliance_is_refused(moment: datetime) -> None:
    with pytest.raises(Invalid) as error:
        check_moment(moment, field="happened_at")
    assert "happened_at" in error.value.fields


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(Invalid):
        check_moment(datetime(2022, 6, 8), field="happened_at")


@pytest.mark.parametrize("text", ["2022-06-08T09:00:00+09:00", "2022-06-08T00:00:00Z", "2022-06-08 00:00:00+00:00"])
def test_a_text_with_a_zone_is_a_time(text: str) -> None:
    assert parse_moment(text) == datetime(2022, 6, 8, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2022-06-08T09:00:00", "2022-06-08", "9999-12-31T23:59:59-14:00", "x", "", None, 7])
def test_anything_else_is_none(text: object) -> None:
    assert parse_moment(text) is None


def test_zones_are_the_worlds() -> None:
    assert {"Asia/Tokyo", "UTC", "Europe/Vienna"} <= known_zones()
    assert not {"localtime", "Factory"} & known_zones()
