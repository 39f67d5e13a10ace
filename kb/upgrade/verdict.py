"""The verdict of one issue over a move: the tables of `docs/upgrade-check.md`, nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from kb.behaviour.values import Standing
from kb.upgrade.derivation import Derivation
from kb.upgrade.moves import Move, applies
from kb.upgrade.question import Point, Question
from kb.upgrade.statement import Place, Says, Statement
from kb.versions.ranges import covers, touches
from kb.versions.version import Span


class State(StrEnum):
    """Whether an issue is there at a version."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class Verdict(StrEnum):
    """What a move does to an issue."""

    ENTERS = "enters"
    REINTRODUCED = "reintroduced"
    STAYS = "stays"
    LEAVES = "leaves"
    CROSSED = "crossed"
    CHANGES = "changes"
    APPLIES = "applies"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not_applicable"


CURES: Final = frozenset({Says.FIXED, Says.BEFORE, Says.LAST_AFFECTED, Says.HOTFIX})


@dataclass(frozen=True, slots=True)
class Judged:
    """A verdict, decided ``at`` "to" or at the hop that is affected; ``hop`` is the first affected one.

    ``states`` are those at the points of the question, in their order, of what is judged by them.
    """

    verdict: Verdict
    at: Point
    hop: Point | None = None
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    states: tuple[State, ...] = ()


def state(known: Derivation, point: Point) -> State:
    """The state at a version. A version without a build stands for all its builds: any yes, else any unknown."""
    if touches(known.affected, point.span):
        return State.YES
    return State.NO if point.known and covers(known.unaffected, point.span) else State.UNKNOWN


def judge_issue(known: Derivation, statements: Sequence[Statement], question: Question) -> Judged | None:
    """Defect, limitation, vulnerability: by the states at from, hops and to. None is "not listed"."""
    states = tuple(state(known, point) for point in question.points)
    start, on_the_way, target = states[0], states[1:-1], states[-1]
    hop = next((hop for hop, here in zip(question.hops, on_the_way, strict=True) if here is State.YES), None)
    if target is State.YES:
        return Judged(_arrival(start, known, statements, question.start), question.target, hop, states=states)
    if start is State.YES:
        verdict = Verdict.LEAVES if target is State.NO else Verdict.UNKNOWN
        return Judged(verdict, question.target, hop, states=states)
    if hop is not None:
        return Judged(Verdict.CROSSED, hop, hop, states=states)
    unknown = State.UNKNOWN in (target, *on_the_way)
    return Judged(Verdict.UNKNOWN, question.target, states=states) if unknown else None


def _arrival(start: State, known: Derivation, statements: Sequence[Statement], point: Point) -> Verdict:
    if start is State.YES:
        return Verdict.STAYS
    cured = start is State.NO and _was_cured(known, statements, point)
    return Verdict.REINTRODUCED if cured else Verdict.ENTERS


def _was_cured(known: Derivation, statements: Sequence[Statement], point: Point) -> bool:
    """Whether a cure stated on a version's own train covers it."""
    cures = {one.id for one in statements if one.says in CURES and _on_train(one.place, point.train)}
    return any(piece.statement in cures and covers(piece.spans, point.span) for piece in known.unaffected_by)


def _on_train(place: Place | None, train: Span) -> bool:
    return place is not None and place.train == train


def judge_behaviour(standing: Standing, question: Question) -> Judged | None:
    """Behaviour change: by values, not by events. None is "no change"."""
    values = [standing.at(point.span) for point in question.points]
    start, target = values[0], values[-1]
    at = question.target
    if start and target and start.isdisjoint(target):
        return Judged(Verdict.CHANGES, at, None, tuple(sorted(start)), tuple(sorted(target)))
    shown = tuple(sorted(start or ())), tuple(sorted(target or ()))
    if start and target and not _same(start, target):
        return Judged(Verdict.UNKNOWN, at, None, *shown)
    if differing := _first_difference(values, question.points):
        return Judged(Verdict.CROSSED, differing, differing, *shown)
    if all(value and _same(value, value) for value in values) and all(point.known for point in question.points):
        return None
    return Judged(Verdict.UNKNOWN, at, None, *shown)


def _same(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether two sets are one and the same single value; two standing values at a version are disputed."""
    return one == other and len(one) == 1


def _first_difference(values: Sequence[frozenset[str] | None], points: Sequence[Point]) -> Point | None:
    """The first point whose known values share nothing with known values before it."""
    seen: list[frozenset[str]] = []
    for value, point in zip(values, points, strict=True):
        if value and any(value.isdisjoint(earlier) for earlier in seen):
            return point
        if value:
            seen.append(value)
    return None


def judge_notice(move: Move, question: Question) -> Judged | None:
    """Upgrade notice: a predicate over every step of the move."""
    answers = [
        (applies(move, one, other), other) for one, other in zip(question.points, question.points[1:], strict=False)
    ]
    for wanted, verdict in ((True, Verdict.APPLIES), (None, Verdict.UNKNOWN)):
        for answer, point in answers:
            if answer is wanted:
                return Judged(verdict, point)
    return None
