"""The version line: trains as rows, releases as marks, a way over them, and hatched spans. Places only, no drawing.

Places across are per cent, places down are pixels, so that letters keep their size at any width (pages.md §2).
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby, pairwise
from typing import Any, Final, NamedTuple

LEFT: Final = 11.0
RIGHT: Final = 95.0
ROW: Final = 50
TOP: Final = 30
MOST_TRAINS: Final = 16
MOST_LABELS: Final = 12
NEAR: Final = 12.0  # per cent around a named release in which others stay without a label
LAYERS: Final = ("was", "span", "span change", "gap")


class Mark(NamedTuple):
    """A release on the line."""

    version: str
    train: str


def version_line(
    releases: Sequence[Mark], *, way: Sequence[str] = (), states: Mapping[str, str] | None = None
) -> dict[str, Any] | None:
    """Return the places of a line; None where there is nothing to draw.

    `releases` are in order; `way` are versions among them, from, hops, to: then only the trains between are drawn.
    `states` maps versions to layers: `span` (affected), `was` and `span change` (values), `gap` (not known).
    """
    trains = [(train, list(marks)) for train, marks in groupby(releases, key=lambda mark: mark.train)]
    trains = _between(trains, way)[-MOST_TRAINS:]
    if not trains:
        return None
    columns = max(len(marks) for _, marks in trains)
    step = (RIGHT - LEFT) / max(columns - 1, 1)
    places: dict[str, tuple[float, int]] = {}
    for row, (_, marks) in enumerate(trains):
        for column, mark in enumerate(marks):
            places[mark.version] = (LEFT + column * step, TOP + row * ROW)
    rows = [
        {
            "train": train,
            "y": TOP + row * ROW,
            "text_y": TOP + row * ROW + 4,
            "end": _share(places[marks[-1].version][0]),
            "marks": _marks(train, marks, places, way),
            "spans": list(_spans(marks, places, states or {}, step)),
        }
        for row, (train, marks) in enumerate(trains)
    ]
    on_way = [places[version] for version in way if version in places]
    path = [
        {"x1": _share(one[0]), "y1": one[1], "x2": _share(other[0]), "y2": other[1]}
        for one, other in pairwise(on_way)
        if one != other
    ]
    return {"start": _share(LEFT), "height": TOP + (len(trains) - 1) * ROW + 28, "rows": rows, "path": path}


def _between(trains: list[tuple[str, list[Mark]]], way: Sequence[str]) -> list[tuple[str, list[Mark]]]:
    """Return the trains from the first to the last that the way touches; all where it touches none."""
    touched = [place for place, (_, marks) in enumerate(trains) if any(mark.version in way for mark in marks)]
    return trains[min(touched) : max(touched) + 1] if touched else trains


def _marks(
    train: str, marks: Sequence[Mark], places: Mapping[str, tuple[float, int]], way: Sequence[str]
) -> list[dict[str, Any]]:
    """Return the marks of a train; a label is left out where it would run into the name of a release on the way."""
    named = [places[mark.version][0] for mark in marks if mark.version in way]
    every = -(-len(marks) // MOST_LABELS)
    found = []
    for column, mark in enumerate(marks):
        x, y = places[mark.version]
        role = _role(mark.version, way)
        free = column % every == 0 and not any(abs(x - other) < NEAR for other in named)
        across, down, anchor = _label(role, x, below=bool(way) and y > places.get(way[0], (0.0, y))[1])
        found.append(
            {
                "x": _share(x),
                "y": y,
                "label_x": _share(across),
                "label_y": y + down,
                "version": mark.version,
                "short": mark.version.removeprefix(train),
                "role": role,
                "labelled": bool(role) or free,
                "anchor": anchor,
            }
        )
    return found


def _label(role: str, x: float, *, below: bool) -> tuple[float, int, str]:
    """Return where a label stands to its mark, and its anchor: off the legs of the way, and inside of the figure."""
    if role == "hop":
        return (x + 1.2, 17, "start") if x < RIGHT - NEAR else (x - 1.2, 17, "end")
    anchor = "start" if role and x < LEFT + NEAR / 2 else "end" if role and x > RIGHT - NEAR / 2 else "middle"
    return x, 21 if role == "to" and below else -11, anchor


def _role(version: str, way: Sequence[str]) -> str:
    if not way or version not in way:
        return ""
    if version == way[0] == way[-1]:
        return "both"
    return "from" if version == way[0] else "to" if version == way[-1] else "hop"


def _spans(
    marks: Sequence[Mark], places: Mapping[str, tuple[float, int]], states: Mapping[str, str], step: float
) -> Iterable[dict[str, Any]]:
    """Yield runs of releases in one layer, reaching a little beyond their marks."""
    reach = min(step * 0.4, 2.0)
    for layer, run in groupby(marks, key=lambda mark: states.get(mark.version, "")):
        if layer not in LAYERS:
            continue
        xs = [places[mark.version][0] for mark in run]
        y = places[marks[0].version][1]
        yield {
            "layer": layer,
            "x": _share(xs[0] - reach),
            "x2": _share(xs[-1] + reach),
            "width": _share(xs[-1] - xs[0] + 2 * reach),
            "y": y - 7,
            "line_y": y,
        }


def _share(x: float) -> str:
    return f"{x:.2f}%"
