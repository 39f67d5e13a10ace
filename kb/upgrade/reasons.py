"""Why an item has its verdict: sentences as templates with their words, so that doors can tell them in any language."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from kb.upgrade.derivation import Derivation, Piece
from kb.upgrade.question import Point, Question
from kb.upgrade.statement import Says, Statement
from kb.upgrade.verdict import Judged, State, Verdict
from kb.versions.ranges import touches

SAID: Final[dict[Says, str]] = {
    Says.INTRODUCED: "introduced in {version}",
    Says.SEEN: "seen on {version}",
    Says.LAST_SEEN_GOOD: "seen good on {version}",
    Says.FIXED: "fixed in {version}",
    Says.LAST_AFFECTED: "last affected version {version}",
    Says.BEFORE: "affected before {version}",
    Says.RANGES: "listed as affected: {version}",
    Says.HOTFIX: "hot-fix {version} does not have it",
    Says.CONFIRMED: "confirmed on {version}",
}
LISTED_WHOLE: Final = "{point} is not in the list of affected versions, which says that it is whole"
CURED_BEFORE: Final = "no longer there from {version} on"
COVERED: Final = "{point} counts as affected: {said}"
FREE: Final = "{point} counts as not affected: {said}"
NOTHING_SAID: Final = "nothing is said about {point}"
OUTSIDE: Final = "{point} is not in the catalogue"
REFUTED: Final = "what was said about {point} is refuted by a sighting, a range or a confirmation"
ON_A_HOP: Final = "affected on the way, on {point}"
CHANGES: Final = "{before} on {start}, {after} on {target}"
DISPUTED_VALUES: Final = "several values stand on one of the versions: {values}"
DIFFERS_ON: Final = "another value on the way, on {point}"
NO_VALUE: Final = "no value is stated for {point}"
NOTICE: Final = "the notice is about the step to {point}"
NOTICE_UNKNOWN: Final = "whether the notice is about the step to {point} depends on the build"
STILL_COUNTS: Final = "archived, but nothing stands in for all that is said of it"


class Reason(NamedTuple):
    """A template and its words; a word may be a reason itself. ``statement`` is the one it rests on, 0 is none."""

    template: str
    words: dict[str, "str | Reason"]
    statement: int = 0

    def __str__(self) -> str:
        return self.template.format(**{name: str(word) for name, word in self.words.items()})


def reasons(known: Derivation, said: Sequence[Statement], judged: Judged, question: Question) -> list[Reason]:
    """Why an issue that is judged by states is listed: "to" first, then the hop, then "from"."""
    by_id = {one.id: one for one in said}
    start, *hops, target = zip(question.points, judged.states, strict=True)
    points = [target]
    points += [(hop, here) for hop, here in hops if hop is judged.hop and hop.span != question.target.span]
    if judged.verdict is Verdict.UNKNOWN:
        points += [(hop, here) for hop, here in hops if here is State.UNKNOWN]
    points.append(start)
    found = [_about(known, by_id, point, here) for point, here in points]
    if judged.verdict in {Verdict.STAYS, Verdict.ENTERS, Verdict.REINTRODUCED, Verdict.LEAVES} and judged.hop:
        found.append(Reason(ON_A_HOP, {"point": judged.hop.text}))
    return _once(found)


def _once(found: Sequence[Reason]) -> list[Reason]:
    """Each sentence once, in their order; they are few."""
    told = [reason[:2] for reason in found]
    return [reason for place, reason in enumerate(found) if reason[:2] not in told[:place]]


def _about(known: Derivation, by_id: dict[int, Statement], point: Point, here: State) -> Reason:
    """What is known of one version, and by which statement."""
    if here is State.YES:
        said = _first(known.affected_by, by_id, point)
        return _told(said, point) if said and _names(said, point) else _with(COVERED, point, said)
    if here is State.NO:
        said = _first(known.unaffected_by, by_id, point)
        if said and said.says is Says.RANGES:
            return Reason(LISTED_WHOLE, {"point": point.text}, said.id)
        told = Reason(CURED_BEFORE, {"version": said.text}, said.id) if said and said.says is Says.BEFORE else None
        if said and _names(said, point):
            return told or _told(said, point)
        return _with(FREE, point, said, told)
    if not point.known:
        return Reason(OUTSIDE, {"point": point.text})
    refuted = any(one.id in known.refuted and one.place and one.place.train == point.train for one in by_id.values())
    return Reason(REFUTED if refuted else NOTHING_SAID, {"point": point.text})


def _first(pieces: Sequence[Piece], by_id: dict[int, Statement], point: Point) -> Statement | None:
    """The statement that speaks for a version: one that names it, else the first."""
    first = None
    for piece in pieces:
        if touches(piece.spans, point.span):
            said = by_id[piece.statement]
            if _names(said, point):
                return said
            first = first or said
    return first


def _names(said: Statement, point: Point) -> bool:
    return said.says is Says.RANGES or (said.place is not None and said.place.span == point.span)


def _told(said: Statement, point: Point) -> Reason:
    """What a statement says; of many ranges the one that holds the version."""
    ranges = [text for text, span in said.listed if touches((span,), point.span)]
    return Reason(SAID[said.says], {"version": ", ".join(ranges) or said.text}, said.id)


def _with(template: str, point: Point, said: Statement | None, told: Reason | None = None) -> Reason:
    words = {"point": point.text, "said": told or (_told(said, point) if said else "")}
    return Reason(template, words, said.id if said else 0)


def behaviour_reasons(judged: Judged, question: Question) -> list[Reason]:
    """Why a behaviour change is listed."""
    words = {"start": question.start.text, "target": question.target.text}
    if judged.verdict is Verdict.CHANGES:
        before, after = " / ".join(judged.before), " / ".join(judged.after)
        return [Reason(CHANGES, {"before": before, "after": after, **words})]
    if judged.verdict is Verdict.CROSSED:
        return [Reason(DIFFERS_ON, {"point": judged.at.text})]
    ends = ((judged.before, question.start), (judged.after, question.target))
    if all(values for values, _ in ends) and (len(judged.before) > 1 or len(judged.after) > 1):
        return [Reason(DISPUTED_VALUES, {"values": " / ".join(sorted({*judged.before, *judged.after}))})]
    silent = [point for values, point in ends if not values]
    outside = [point for point in question.points if not point.known]
    told = [Reason(NO_VALUE, {"point": point.text}) for point in silent or question.hops]
    return _once(told + [Reason(OUTSIDE, {"point": one.text}) for one in outside])


def notice_reasons(judged: Judged) -> list[Reason]:
    """Why a notice is listed."""
    template = NOTICE if judged.verdict is Verdict.APPLIES else NOTICE_UNKNOWN
    return [Reason(template, {"point": judged.at.text})]
