"""Fields of request bodies that DRF would read more widely than the schema says."""

from typing import Any

from rest_framework import serializers


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
