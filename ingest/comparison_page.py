"""A comparison as its page shows it: the sentence on top, what was not compared, both sides, the rows."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext

from ingest.engine.findings.verdict_drift import NO_SCANNER
from ingest.queries.comparisons import Told
from ingest.words import DONE, TOLD, reason_words
from ingest.words import NO_SCANNER as NO_SCANNER_WORDS

ROWS_SHOWN = 50
LEAST_P = 1e-6
POLICY = "policy"


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row in words; `change` is in points of per cent."""

    told: str
    done: str
    verdict: str
    code: str
    policy: str
    before: int
    after: int
    share_before: str
    share_after: str
    change: str
    chance: str
    significant: bool
    tested: bool


@dataclass(frozen=True, slots=True)
class ShownComparison:
    """The parts of the page. `kind` is `different`, `alike` (nothing beyond chance), or `untested`."""

    kind: str
    first: ShownRow | None
    significant: int
    rows: list[ShownRow]
    rows_in_all: int
    not_compared: list[str]
    sides: list[dict[str, Any]]
    other_devices: bool
    distance: str
    again: str

    @property
    def left_out(self) -> int:
        """How many rows are not shown."""
        return self.rows_in_all - len(self.rows)


def shown_comparison(told: Told, *, whole: bool) -> ShownComparison | None:
    """Return a comparison ready to be shown, with the first rows or with all that are kept; None without an answer."""
    answer = told.answer
    if answer is None:
        return None
    rows = [_row(row) for row in (answer["rows"] if whole else answer["rows"][:ROWS_SHOWN])]
    tested = answer["distance"] is not None
    kind = "untested" if not tested else "different" if answer["significant"] else "alike"
    first = next((row for row in rows if row.significant), None)
    devices = [{piece["device"] for piece in answer[side]["pieces"]} for side in ("before", "after")]
    return ShownComparison(
        kind=kind,
        first=first,
        significant=answer["significant"],
        rows=rows,
        rows_in_all=answer["rows_in_all"],
        not_compared=[reason_words(reason) for reason in answer["not_compared"]],
        sides=[answer[side] | {"side": side} for side in ("before", "after")],
        other_devices=devices[0] != devices[1],
        distance=f"{answer['distance']:.3f}" if tested else "",
        again=_question(told),
    )


def _question(told: Told) -> str:
    """Return the question once more, as the address of the form has it."""
    asked = told.job.args
    named: dict[str, Any] = {side: asked[side] for side in ("before", "after")}
    for side, days in asked["days"].items():
        named |= {f"{side}_{end}": day for end, day in zip(("first", "last"), days or (), strict=False) if day}
    return urlencode(named, doseq=True)


def _row(row: dict[str, Any]) -> ShownRow:
    verdict = row["verdict"]
    return ShownRow(
        told=str(TOLD.get(row["told"], row["told"])),
        done=str(DONE.get(row["done"], row["done"])),
        verdict=str(NO_SCANNER_WORDS) if verdict == NO_SCANNER else verdict or gettext("verdict unknown"),
        code=row["verdict_code"] or "",
        policy=row[POLICY] or gettext("policy unknown"),
        before=row["before"],
        after=row["after"],
        share_before=_share(row["share_before"]),
        share_after=_share(row["share_after"]),
        change=f"{row['difference'] * 100:+.1f}".replace("-", "\N{MINUS SIGN}"),
        chance=_chance(row["p"]),
        significant=row["significant"],
        tested=row["p"] is not None,
    )


def _share(share: float) -> str:
    """Return a share in per cent, which no line end tears apart."""
    return f"{share * 100:.1f}\N{NO-BREAK SPACE}%"


def _chance(p: float | None) -> str:
    """Return a probability as people write it."""
    if p is None:
        return gettext("not tested")
    return f"p < {LEAST_P:.6f}" if p < LEAST_P else f"p = {p:.2g}"
