"""A detector, as it was read: rules that lines match, and at most one correlation of what they match."""

from dataclasses import dataclass
from typing import Any, Final, Literal

from ingest.engine.findings.hit import Severity

Kind = Literal["event_count", "value_count", "temporal", "temporal_ordered"]
Operator = Literal["gte", "gt", "lte", "lt", "eq", "neq"]
LEVELS: Final[dict[str, Severity]] = {
    "informational": "info",
    "low": "low",
    "medium": "medium",
    "high": "high",
    "critical": "critical",
}


@dataclass(frozen=True, slots=True)
class LogSource:
    """Which lines a rule is about: of these formats and, where it is named, of this type."""

    formats: tuple[str, ...]
    type: str | None
    words: str


@dataclass(frozen=True, slots=True)
class LineRule:
    """A Sigma rule. ``conditions`` are pySigma's trees, of which one must hold; ``fields`` are those it needs."""

    where: str
    name: str
    logsource: LogSource
    conditions: tuple[Any, ...]
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Correlation:
    """How matches of rules belong together.

    ``rules`` are numbers of the detector's line rules, in the order of the file; ``absent`` are those of which there
    must be no match. ``groups`` has a field for each line rule, by the name that the file gives it. ``operator`` and
    ``count`` are about lines (event_count), values of ``values`` (value_count) or matched rules (temporal).
    """

    kind: Kind
    rules: tuple[int, ...]
    absent: tuple[int, ...]
    groups: tuple[tuple[str, tuple[str, ...]], ...]
    seconds: int
    operator: Operator
    count: int
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Samples:
    """Logs, of one line or more each, in which a detector must find something, and in which it must not."""

    matches: tuple[str, ...]
    misses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Detector:
    """One detector. ``name`` is the rule that its findings name, ``id`` what never changes."""

    file: str
    id: str
    name: str
    title: str
    description: str
    severity: Severity
    issue: str | None
    date: str
    rules: tuple[LineRule, ...]
    correlation: Correlation | None
    samples: Samples
