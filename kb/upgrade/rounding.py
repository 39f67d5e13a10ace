"""A derivation as far as the catalogue can ask for it: what is unaffected, in runs of versions that stand in it.

At a version outside the catalogue nothing is known to be absent, so nothing between two of its versions matters. A
list that names every other release would else be hundreds of spans; rounded it is a few, and can be asked by index.
"""

from collections.abc import Sequence
from dataclasses import replace

from kb.upgrade.derivation import Conflict, Derivation, Piece
from kb.versions.ranges import Multirange, covers, touches
from kb.versions.version import Span


def round_to(known: Derivation, numbers: Sequence[Span]) -> Derivation:
    """The derivation for a catalogue whose numbers, each with all its builds, are these, in order.

    ``affected`` stays as it is: it counts outside the catalogue too.
    """
    return replace(
        known,
        unaffected=free_runs(known.unaffected, numbers),
        unaffected_by=tuple(
            Piece(piece.statement, runs) for piece in known.unaffected_by if (runs := free_runs(piece.spans, numbers))
        ),
        conflicts=tuple(
            Conflict(runs, one.affected, one.unaffected)
            for one in known.conflicts
            if (runs := _runs([touches(one.spans, number) for number in numbers], numbers))
        ),
    )


def free_runs(unaffected: Multirange, numbers: Sequence[Span]) -> Multirange:
    """Runs of numbers that lie in the spans with all their builds. Builds that do so alone keep their own spans."""
    whole = [covers(unaffected, number) for number in numbers]
    runs = _runs(whole, numbers)
    parts = tuple(
        Span(max(span.lo, number.lo), min(span.hi, number.hi))
        for number, free in zip(numbers, whole, strict=True)
        if not free and touches(unaffected, number)
        for span in unaffected
        if touches((span,), number)
    )
    return tuple(sorted(runs + parts))


def _runs(chosen: Sequence[bool], numbers: Sequence[Span]) -> Multirange:
    runs: list[Span] = []
    open_ = False
    for number, inside in zip(numbers, chosen, strict=True):
        if inside and open_:
            runs[-1] = Span(runs[-1].lo, number.hi)
        elif inside:
            runs.append(number)
        open_ = inside
    return tuple(runs)
