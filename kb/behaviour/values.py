"""The values of one behaviour attribute, and which of them stand at a version."""

from dataclasses import dataclass

from kb.versions.ranges import Multirange, covers, touches, union
from kb.versions.version import Span


@dataclass(frozen=True, slots=True)
class ValueSpan:
    """One stated value and the versions it is stated for. ``id`` is the caller's name of the statement."""

    id: int
    value: str
    spans: Multirange


@dataclass(frozen=True, slots=True)
class Standing:
    """All values of an attribute that stand."""

    values: tuple[ValueSpan, ...] = ()

    def at(self, span: Span) -> frozenset[str] | None:
        """The values at a version with all its builds; None where some build has none. Two values are a dispute."""
        here = [value for value in self.values if touches(value.spans, span)]
        if not here or not covers(union(*(value.spans for value in here)), span):
            return None
        return frozenset(value.value for value in here)
