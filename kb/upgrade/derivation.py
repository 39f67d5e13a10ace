"""From statements to what is known: at which versions an issue is there, and at which it is not.

The rules are the table of `docs/upgrade-check.md`, one function a row. What no statement covers is unknown. Where
statements disagree, "affected" wins, and the disagreement is kept.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from kb.upgrade.statement import Place, Says, Statement
from kb.versions.ranges import Multirange, difference, intersection, touches, union
from kb.versions.version import Span

LOWEST: Final = ""
FIXES: Final = frozenset({Says.FIXED, Says.BEFORE})
BEGINNINGS: Final = frozenset({Says.INTRODUCED, Says.SEEN})


@dataclass(frozen=True, slots=True)
class Piece:
    """Multirange that one statement gives, as affected or as unaffected."""

    statement: int
    spans: Multirange


@dataclass(frozen=True, slots=True)
class Conflict:
    """Versions that one statement calls affected and another unaffected."""

    spans: Multirange
    affected: int
    unaffected: int


@dataclass(frozen=True, slots=True)
class Derivation:
    """What is known of an issue. ``affected`` and ``unaffected`` never overlap; the rest is unknown.

    ``affected_by`` and ``unaffected_by`` name the statement behind each span (``unaffected_by`` before "affected" won);
    ``refuted`` are statements whose "unaffected" was struck by a sighting, a listed range or a confirmation.
    """

    affected: Multirange
    unaffected: Multirange
    affected_by: tuple[Piece, ...]
    unaffected_by: tuple[Piece, ...]
    conflicts: tuple[Conflict, ...]
    refuted: tuple[int, ...]


def derive(statements: Sequence[Statement]) -> Derivation:
    """What the statements of one issue say together. Their order does not matter."""
    ground = _Ground(tuple(statements))
    affected_by = _pieces(statements, ground.affected)
    claimed = _pieces(statements, ground.unaffected)
    struck = {piece.statement for piece in claimed if _meet(piece.spans, ground.strikes(piece.statement))}
    unaffected_by = tuple(piece for piece in claimed if piece.statement not in struck)
    affected = union(*(piece.spans for piece in affected_by))
    unaffected = difference(union(*(piece.spans for piece in unaffected_by)), affected)
    return Derivation(
        affected, unaffected, affected_by, unaffected_by, tuple(_conflicts(affected_by, claimed)), tuple(sorted(struck))
    )


def _meet(spans: Multirange, others: Multirange) -> bool:
    """Whether two sets of spans share a key."""
    return any(touches(spans, other) for other in others)


def _pieces(statements: Iterable[Statement], rule: Callable[[Statement], Multirange]) -> tuple[Piece, ...]:
    pieces = (Piece(statement.id, rule(statement)) for statement in statements)
    return tuple(piece for piece in pieces if piece.spans)


def _conflicts(affected: tuple[Piece, ...], unaffected: tuple[Piece, ...]) -> Iterable[Conflict]:
    for yes in affected:
        for no in unaffected:
            if shared := intersection(yes.spans, no.spans):
                yield Conflict(shared, yes.statement, no.statement)


@dataclass(frozen=True, slots=True)
class _Ground:
    """All statements of an issue, asked by the rules about each other."""

    statements: tuple[Statement, ...]

    # ---- the column "affected" -------------------------------------------------------------------------------------

    def affected(self, said: Statement) -> Multirange:
        """What a statement calls affected."""
        place = said.place
        if said.says is Says.RANGES:
            return union(tuple(one.span for one in said.ranges))
        if place is None or said.says not in _AFFECTED:
            return ()
        return union(tuple(span for span in _AFFECTED[said.says](self, place) if span.lo < span.hi))

    def from_beginning(self, place: Place) -> Iterable[Span]:
        """Introduced or seen: up to the first fix above on its train, else to a stated last affected, else the end.

        A hot-fix above it ends it too: what comes behind the hot-fix's base release is not known by this.
        """
        fixes = [fix.span.lo for fix in self.on_train(place, *FIXES) if fix.span.lo > place.span.lo]
        if fixes:
            end = min(fixes)
        else:
            lasts = [last.span.hi for last in self.on_train(place, Says.LAST_AFFECTED) if last.span.hi >= place.span.hi]
            end = max(lasts, default=place.train.hi)
        yield Span(place.span.lo, self.ended(place.train, place.span.lo, end))

    def to_last(self, place: Place) -> Iterable[Span]:
        """Last affected: from the introduction on its train (the latest before it), else the train's start."""
        known = [one.span.lo for one in self.on_train(place, Says.INTRODUCED) if one.span.lo <= place.span.lo]
        yield Span(max(known, default=place.train.lo), place.span.hi)

    def before(self, place: Place) -> Iterable[Span]:
        """Everything older; on each older train only up to a fix that is stated for it."""
        yield Span(place.train.lo, self.ended(place.train, place.train.lo, place.span.lo))
        lo = LOWEST
        for train in sorted(self.trains()):
            if train.lo >= place.train.lo:
                break
            yield Span(lo, train.lo)
            fixes = [fix.span.lo for fix in self.on(train, *FIXES)]
            yield Span(train.lo, self.ended(train, train.lo, min(fixes, default=train.hi)))
            lo = train.hi
        yield Span(lo, place.train.lo)

    def itself(self, place: Place) -> Iterable[Span]:
        """That version."""
        yield place.span

    def ended(self, train: Span, lo: str, end: str) -> str:
        """Where an inferred span ends: a hot-fix inside it comes before its end."""
        return min((fix.span.lo for fix in self.on(train, Says.HOTFIX) if lo < fix.span.lo < end), default=end)

    # ---- the column "unaffected" -----------------------------------------------------------------------------------

    def unaffected(self, said: Statement) -> Multirange:
        """What a statement calls unaffected, before anything strikes it."""
        if said.says is Says.RANGES:
            return difference(union(said.rest), self.affected(said))
        if said.place is None or said.says not in _UNAFFECTED:
            return ()
        return union(tuple(span for span in _UNAFFECTED[said.says](self, said.place) if span.lo < span.hi))

    def older(self, place: Place) -> Iterable[Span]:
        """Introduced: older on its train; older trains too, unless something says that an older train had it."""
        yield Span(place.train.lo, place.span.lo)
        if not any(self.reaches_below(said, place.train.lo) for said in self.statements):
            yield Span(LOWEST, place.train.lo)

    def reaches_below(self, said: Statement, key: str) -> bool:
        """Whether a statement says or implies that a version below a train's start had the issue."""
        if said.says is Says.RANGES:
            return any(one.span.lo < key for one in said.ranges)
        if said.says is Says.BEFORE:
            return True  # "everything older" has no lower end
        return said.says is not Says.LAST_SEEN_GOOD and said.place is not None and said.place.span.lo < key

    def fixed(self, place: Place) -> Iterable[Span]:
        """Fixed: to the next introduction, sighting or range stated above it on its train, else as far as it can."""
        starts = [one.span.lo for one in self.on_train(place, *BEGINNINGS)]
        starts += [one.span.lo for said in self.statements for one in said.ranges]
        above = [start for start in starts if place.span.lo < start < place.reach]
        yield Span(place.span.lo, min(above, default=place.reach))

    def above_last(self, place: Place) -> Iterable[Span]:
        """Last affected: above it on its train; what lies before a later stated fix is unknown."""
        fixes = [fix.span.lo for fix in self.on_train(place, *FIXES) if fix.span.lo >= place.span.hi]
        yield Span(min(fixes, default=place.span.hi), place.reach)

    def from_fix(self, place: Place) -> Iterable[Span]:
        """Before: from the fix as far as it reaches."""
        yield Span(place.span.lo, place.reach)

    def until_next_base(self, place: Place) -> Iterable[Span]:
        """Hot-fix: it, and what is built on it, up to the next base release."""
        yield Span(place.span.lo, place.next_base)

    # ---- what strikes, and what is near ----------------------------------------------------------------------------

    def strikes(self, but: int) -> Multirange:
        """Versions where the issue was met: a sighting, a listed range or a confirmation, of another statement."""
        met: list[Span] = []
        for said in self.statements:
            if said.id == but:
                continue
            if said.says is Says.RANGES:
                met += [one.span for one in said.ranges]
            elif said.says in {Says.SEEN, Says.CONFIRMED} and said.place:
                met.append(said.place.span)
        return tuple(met)

    def on_train(self, place: Place, *says: Says) -> list[Place]:
        """The versions of such statements on a version's train."""
        return self.on(place.train, *says)

    def on(self, train: Span, *says: Says) -> list[Place]:
        """The versions of such statements on a train."""
        return [one.place for one in self.statements if one.place and one.says in says and one.place.train == train]

    def trains(self) -> set[Span]:
        """The trains that statements name."""
        return {one.place.train for one in self.statements if one.place}


_Rule = Callable[[_Ground, Place], Iterable[Span]]
_AFFECTED: Final[dict[Says, _Rule]] = {
    Says.INTRODUCED: _Ground.from_beginning,
    Says.SEEN: _Ground.from_beginning,
    Says.LAST_AFFECTED: _Ground.to_last,
    Says.BEFORE: _Ground.before,
    Says.CONFIRMED: _Ground.itself,
}
_UNAFFECTED: Final[dict[Says, _Rule]] = {
    Says.INTRODUCED: _Ground.older,
    Says.LAST_SEEN_GOOD: _Ground.itself,
    Says.FIXED: _Ground.fixed,
    Says.LAST_AFFECTED: _Ground.above_last,
    Says.BEFORE: _Ground.from_fix,
    Says.HOTFIX: _Ground.until_next_base,
}
