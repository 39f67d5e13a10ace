"""Two logs of a case side by side: asked for, compared in a child with limits, the answer kept as a file.

The job row is the question: `case`, the pieces `before` and `after`, the days of each side. Its public id names the
comparison.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
from django.db import transaction

from accounts.models import User
from common.errors import Invalid
from common.jobs.claims import GivenUp
from common.jobs.kinds import Handle
from common.jobs.models import Job
from common.jobs.outbox import submit_job
from ingest.engine.comparison.compare import Days
from ingest.kinds import COMPARE_LOGS
from ingest.queries.firmware import versions_of
from ingest.sandbox import Outcome, run_limited
from ingest.services.answers import keep_answer
from ingest.services.scan_child import manifest_row, scan_limits
from ingest.services.scan_result import storable_json
from ingest.services.scratch import scratch_folder
from ingest.services.stored import check_stored
from tickets.models import Case, Evidence, ReadingState

SIDES = ("before", "after")
PIECES_ALLOWED = 200
ROWS_KEPT = 2000
NOT_THERE = "No such piece of evidence in this case."


@transaction.atomic
def ask_comparison(
    *,
    case: Case,
    author: User,
    before: Sequence[str],
    after: Sequence[str],
    before_days: Days | None = None,
    after_days: Days | None = None,
) -> Job:
    """Promise a comparison of pieces of a case, given by their public ids; Invalid names the side at fault."""
    chosen = {"before": list(dict.fromkeys(before)), "after": list(dict.fromkeys(after))}
    for side, ids in chosen.items():
        _check_side(case, side, ids)
    days = {"before": before_days, "after": after_days}
    _check_apart(chosen, days)
    asked = {
        "case": case.ref,
        "author": author.pk,
        **chosen,
        "days": {side: [one.first, one.last] if one else None for side, one in days.items()},
    }
    return submit_job(kind=COMPARE_LOGS, args=asked)


def _check_side(case: Case, side: str, ids: list[str]) -> None:
    """Raise Invalid where a side is empty, too large, or names what is no log of the case."""
    if not ids:
        raise Invalid.field(side, "Choose at least one piece of evidence for each side.", code="required")
    if len(ids) > PIECES_ALLOWED:
        raise Invalid.field(side, f"At most {PIECES_ALLOWED} pieces a side.", code="too_many")
    rows = case.evidence.filter(public_id__in=ids).values_list("public_id", "name", "reading__state")
    if len(rows) < len(ids):
        raise Invalid.field(side, NOT_THERE, code="unknown")
    if no_log := next((name for _, name, state in rows if state == ReadingState.NOT_A_LOG), None):
        raise Invalid.field(side, f"{no_log} is no log that can be read.", code="no_log")


def _check_apart(chosen: dict[str, list[str]], days: dict[str, Days | None]) -> None:
    """Raise Invalid where a message could stand on both sides: a log does not differ from itself."""
    if not set(chosen["before"]) & set(chosen["after"]):
        return
    first, last = days["before"] or Days(), days["after"] or Days()
    earlier = first.last is not None and last.first is not None and first.last < last.first
    later = last.last is not None and first.first is not None and last.last < first.first
    if not (earlier or later):
        raise Invalid.field(
            "after", "A piece stands on both sides: choose days for both, which do not overlap.", code="same"
        )


def compare_logs(handle: Handle) -> None:
    """The handler: compare, keep the answer, end the job."""
    asked = handle.job.args
    case = Case.objects.get(ref=asked["case"])
    sides = {side: _pieces(case, asked[side]) for side in SIDES}

    def tell(progress: dict[str, Any]) -> None:
        handle.tell(float(progress.get("progress") or 0.0) * 0.99, f"{progress.get('lines', 0):,} lines read")

    with scratch_folder(str(handle.job.public_id), alone=True) as folder:
        told = folder / "answer.json"
        argv = ["diff", "--json", "--progress", "json", "--max-rows", str(ROWS_KEPT)]
        argv += _words(asked, sides, folder)
        outcome = run_limited(argv, limits=scan_limits(), workdir=folder, stdout_path=told, on_progress=tell)
        answer = _answer(outcome, told)
    for side in SIDES:
        answer[side] |= {"pieces": [_piece(one, answer[side], asked["days"][side]) for one in sides[side]]}
        del answer[side]["files"]
    keep_answer(COMPARE_LOGS, case, str(handle.job.public_id), answer)
    handle.finish(lambda: f"{answer['significant']:,} of {answer['rows_in_all']:,} rows differ by more than chance")


def _pieces(case: Case, ids: Sequence[str]) -> list[Evidence]:
    """Return the pieces in their order; GivenUp where the bytes of one are gone: half a side is another side."""
    found = {
        str(one.public_id): one for one in case.evidence.select_related("device", "blob").filter(public_id__in=ids)
    }
    pieces = [found[one] for one in ids]
    check_stored(pieces)
    return pieces


def _words(asked: dict[str, Any], sides: dict[str, list[Evidence]], folder: Path) -> list[str]:
    """Return the words of the command line that name both sides."""
    manifests, words = [], list[str]()
    for side, pieces in sides.items():
        path = folder / f"{side}.json"
        path.write_bytes(orjson.dumps([manifest_row(piece) for piece in pieces]))
        manifests.append(str(path))
        if days := asked["days"][side]:
            words += [f"--days-{side}", "..".join(day or "" for day in days)]
    return ["--manifests", *manifests, *words]


def _answer(outcome: Outcome, told: Path) -> dict[str, Any]:
    """Return the child's answer; GivenUp where it gave none."""
    if outcome.reason:
        raise GivenUp(outcome.reason)
    if not told.stat().st_size:
        raise GivenUp(f"Reading gave no answer: {outcome.said or 'it ended without a word'}")
    answer: dict[str, Any] = storable_json(orjson.loads(told.read_bytes()))
    return answer


def _piece(piece: Evidence, side: dict[str, Any], days: list[str | None] | None) -> dict[str, Any]:
    """Return what is told of a piece beside the figures: its times and how much of it was read, and its firmware."""
    own = str(piece.public_id)
    files = [file for file in side["files"] if file["path"].partition("!/")[0] == own]
    times = sorted(time for file in files for time in (file["first_time"], file["last_time"]) if time)
    first, last = (times[0], times[-1]) if times else (None, None)
    return {
        "id": own,
        "name": piece.name,
        "device": str(piece.device) if piece.device else None,
        "versions": versions_of(piece, (first, last), (days[0], days[1]) if days else None),
        "first_time": first,
        "last_time": last,
        "lines": sum(file["lines"] for file in files),
        "unread_lines": sum(file["unread_lines"] for file in files),
        "complete": all(file["complete"] for file in files),
        "warnings": [warning for file in files for warning in file["warnings"]][:20],
    }


def give_up_comparison(job: Job, reason: str) -> None:
    """Let the case say that there was a comparison, and why it has no answer."""
    keep_answer(COMPARE_LOGS, Case.objects.get(ref=job.args["case"]), str(job.public_id), {"failed": reason})
