"""The upgrade check: every issue of a product through its table, conditions, and the sentence on top."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from kb.behaviour.values import Standing
from kb.conditions.facts import Facts
from kb.conditions.predicate import Answer, Compare, judge
from kb.upgrade.derivation import Conflict, Derivation
from kb.upgrade.moves import Move
from kb.upgrade.question import Question
from kb.upgrade.statement import Statement
from kb.upgrade.verdict import Judged, Verdict, judge_behaviour, judge_issue, judge_notice
from kb.versions.ranges import touches


class Kind(StrEnum):
    """What a known issue is."""

    DEFECT = "defect"
    LIMITATION = "limitation"
    VULNERABILITY = "vulnerability"
    BEHAVIOUR_CHANGE = "behaviour_change"
    NOTICE = "notice"


class Severity(StrEnum):
    """How bad; `UNKNOWN` counts as above every threshold."""

    UNKNOWN = "unknown"
    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"


WORST_FIRST: Final = tuple(Severity)
HITS: Final = frozenset({Verdict.ENTERS, Verdict.REINTRODUCED, Verdict.CROSSED, Verdict.CHANGES})


@dataclass(frozen=True, slots=True)
class Condition:
    """Where an issue applies; ``validated`` is whether somebody but its author has checked that."""

    predicate: Any
    validated: bool


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue as the check sees it. Which of ``standing`` and ``move`` counts depends on the kind."""

    id: int
    kind: Kind
    severity: Severity
    known: Derivation
    statements: tuple[Statement, ...] = ()
    standing: Standing | None = None
    move: Move | None = None
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A listed issue: its verdict, and the answer of its condition where it has one."""

    issue: Issue
    judged: Judged
    verdict: Verdict
    condition: Answer | None
    conflicts: tuple[Conflict, ...]

    @property
    def is_hit(self) -> bool:
        """Whether the move brings it."""
        notice = self.verdict is Verdict.APPLIES and at_least(self.issue.severity, Severity.MEDIUM)
        return self.verdict in HITS or notice

    @property
    def is_undecided(self) -> bool:
        """Whether facts are missing that would decide."""
        return self.condition is not None and self.condition.result is None

    @property
    def is_unvalidated_removal(self) -> bool:
        """Whether a condition that nobody validated took it away."""
        condition = self.issue.condition
        return self.verdict is Verdict.NOT_APPLICABLE and not (condition and condition.validated)

    @property
    def forbids_clear(self) -> bool:
        """Whether a check with this item is not clear."""
        if self.verdict is Verdict.APPLIES:
            return self.issue.severity is not Severity.INFO or self.is_undecided
        if self.verdict is Verdict.NOT_APPLICABLE:
            return self.is_unvalidated_removal
        return self.verdict is not Verdict.LEAVES


def at_least(severity: Severity, least: Severity) -> bool:
    """Whether a severity is at or above another; unknown is above all."""
    return WORST_FIRST.index(severity) <= WORST_FIRST.index(least)


def judge_all(issues: Iterable[Issue], question: Question, facts: Facts, compare: Compare) -> list[Item]:
    """The items of a check, in the order of the issues."""
    items = (judge_one(issue, question, facts, compare) for issue in issues)
    return [item for item in items if item is not None]


def judge_one(issue: Issue, question: Question, facts: Facts, compare: Compare) -> Item | None:
    """An issue's item, or None where it is not listed."""
    judged = _TABLES.get(issue.kind, _by_state)(issue, question)
    if judged is None:
        return None
    answer = judge(issue.condition.predicate, facts, compare) if issue.condition else None
    verdict = Verdict.NOT_APPLICABLE if answer and answer.result is False else judged.verdict
    spans = [point.span for point in question.points]
    conflicts = tuple(one for one in issue.known.conflicts if any(touches(one.spans, span) for span in spans))
    return Item(issue, judged, verdict, answer, conflicts)


def _by_state(issue: Issue, question: Question) -> Judged | None:
    return judge_issue(issue.known, issue.statements, question)


_TABLES: Final[dict[Kind, Callable[[Issue, Question], Judged | None]]] = {
    Kind.BEHAVIOUR_CHANGE: lambda issue, question: judge_behaviour(issue.standing or Standing(), question),
    Kind.NOTICE: lambda issue, question: judge_notice(issue.move or Move(), question),
}


@dataclass(frozen=True, slots=True)
class Ground:
    """What an answer rests on beside the items."""

    catalogued: bool  # both versions stand in the catalogue
    supported: bool  # the target is not past its end of support
    path: bool | None
    coverage: bool
    hidden: bool


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts by verdict, and the sentence on top. ``worse`` None is "not known"."""

    counts: dict[Verdict, int]
    undecided: int
    worst: Severity | None
    worse: bool | None
    clear: bool


def summarise(items: Sequence[Item], ground: Ground) -> Summary:
    """Count items and answer: is it worse, is it clear."""
    hits = [item for item in items if item.is_hit]
    open_ = any(item.verdict is Verdict.UNKNOWN or _is_open(item) for item in items)
    rests = ground.catalogued and ground.supported and ground.path is True and ground.coverage and not ground.hidden
    return Summary(
        counts={verdict: sum(item.verdict is verdict for item in items) for verdict in Verdict},
        undecided=sum(_is_open(item) for item in items),
        worst=min((item.issue.severity for item in hits), key=WORST_FIRST.index, default=None),
        worse=True if hits else None if open_ else False,
        clear=rests and not any(item.forbids_clear for item in items),
    )


def _is_open(item: Item) -> bool:
    """Undecided ones, other than those that leave."""
    return item.is_undecided and item.verdict is not Verdict.LEAVES
