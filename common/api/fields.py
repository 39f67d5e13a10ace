"""Fields of request bodies that DRF would read more widely than the schema says."""

from datetime import date, datetime
from typing import Any

from rest_framework import serializers

from common.moments import parse_day, parse_moment


class Text(serializers.CharField):
    """A text that was sent as one. DRF would take a number too, and write down what nobody sent: `1e400` as `inf`."""

    def to_internal_value(self, data: Any) -> str:
        """Return the text; a 400 for what is none."""
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class TextList(serializers.ListField):
    """A list of texts. DRF would take an object's keys, or a text's letters, for a list."""

    child = Text()

    def to_internal_value(self, data: Any) -> list[Any]:
        """Return the list; a 400 for what is none."""
        if not isinstance(data, list):
            self.fail("not_a_list", input_type=type(data).__name__)
        return list(super().to_internal_value(data))


class Moment(serializers.DateTimeField):
    """A time with its zone (RFC 3339). DRF would take one without as UTC: a zone is never guessed."""

    def to_internal_value(self, value: Any) -> datetime:
        """Return the time in UTC; a 400 for what is none, or has no zone."""
        moment = parse_moment(value)
        if moment is None:
            self.fail("invalid", format="2022-06-08T09:00:00+09:00")
        return moment


class Flag(serializers.BooleanField):
    """A true or a false. DRF would take 0, "no" and a lot more for one."""

    def to_internal_value(self, data: Any) -> bool:
        """Return it; a 400 for what is neither."""
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Number(serializers.FloatField):
    """A number that was sent as one. DRF would take `true` for 1, and a text for the number that it spells."""

    def to_internal_value(self, data: Any) -> float:
        """Return the number; a 400 for what is none."""
        if isinstance(data, bool) or not isinstance(data, int | float):
            self.fail("invalid")
        return float(super().to_internal_value(data))


class Day(serializers.DateField):
    """A day (`2026-02-01`); a time with its zone is taken for its own day there."""

    def to_internal_value(self, value: Any) -> date:
        """Return the day; a 400 for what is none."""
        day = parse_day(value)
        if day is None:
            self.fail("invalid", format="2026-02-01")
        return day
