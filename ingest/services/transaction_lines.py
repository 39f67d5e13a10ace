"""Every line of a finding's transaction: where they stand is searched for once, by a worker's child, and kept.

A page then reads its lines by the frames of the evidence; of what is too short to have frames the text is kept too.
"""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
from django.db import transaction

from common.errors import Invalid
from common.jobs.claims import GivenUp
from common.jobs.kinds import Handle
from common.jobs.models import Job, JobState
from common.jobs.outbox import submit_job
from common.storage import evidence_store
from ingest.engine.context import NoSuchLine, cited_by_frames
from ingest.engine.frames import NoFrames, find
from ingest.engine.source import Limits
from ingest.kinds import FIND_LINES
from ingest.sandbox import run_limited
from ingest.services.answers import keep_answer
from ingest.services.frames import frames_of
from ingest.services.scan_child import manifest_row, scan_limits
from ingest.services.scan_result import storable_json
from ingest.services.scratch import scratch_folder
from ingest.services.stored import check_stored
from tickets.models import Case, CaseScan, Evidence, Finding

TEXT_KEPT = 256 * 1024  # characters of one answer
IDS_ALLOWED = 50
ANSWERED = (0, 1, 3)

Row = dict[str, Any]


@transaction.atomic
def ask_lines(*, finding: Finding) -> Job:
    """Promise a search for the lines of a finding's transaction; one that is on its way is enough."""
    if not finding.transaction:
        raise Invalid.field("finding", "This finding is about the whole log, and about no transaction.", code="whole")
    Case.objects.select_for_update().get(pk=finding.case_id)
    if job := open_search(finding):
        return job
    return submit_job(kind=FIND_LINES, args={"case": finding.case.ref, "finding": str(finding.public_id)})


def open_search(finding: Finding) -> Job | None:
    """Return the search that is on its way for a finding."""
    on_the_way = Job.objects.filter(kind=FIND_LINES, state__in=[JobState.QUEUED, JobState.RUNNING])
    return on_the_way.filter(args__finding=str(finding.public_id)).order_by("-pk").first()


def find_lines(handle: Handle) -> None:
    """The handler: search the logs that the case's scan covered, keep the places, end the job."""
    finding = Finding.objects.select_related("case").get(public_id=handle.job.args["finding"])
    covered, pieces = _covered(finding.case)
    with scratch_folder(str(handle.job.public_id), alone=True) as folder:
        answer = _search(finding, pieces, folder)
    rows = [_row(line) for line in answer["lines"]]
    _drop_texts(rows, {str(piece.public_id): piece for piece in pieces})
    broken = [_place(one["file"]) | {"reason": one["reason"]} for one in answer["broken"]]
    kept = {"evidence": covered, "rows": rows, "left_out": answer["left_out"], "broken": broken}
    keep_answer(FIND_LINES, finding.case, str(finding.public_id), kept)
    handle.finish(lambda: f"{len(rows) + answer['left_out']:,} lines name the transaction")


def _covered(case: Case) -> tuple[list[str], list[Evidence]]:
    """Return the pieces that the case's newest scan covers; GivenUp where the bytes of one are gone."""
    scan = CaseScan.objects.filter(case=case).first()
    covered = sorted(scan.evidence) if scan else []
    pieces = list(case.evidence.select_related("device", "blob").filter(public_id__in=covered).order_by("pk"))
    check_stored(pieces)
    return covered, pieces


def _search(finding: Finding, pieces: Sequence[Evidence], folder: Path) -> dict[str, Any]:
    """Let a child search; GivenUp where it gives no answer."""
    manifest, told = folder / "manifest.json", folder / "answer.json"
    manifest.write_bytes(orjson.dumps([manifest_row(piece) for piece in pieces]))
    others = {str(line.get("transaction") or "") for line in finding.lines} - {"", finding.transaction}
    also = [f"--also={one}" for one in sorted(others)[:IDS_ALLOWED]]
    argv = ["transaction", "--json", "--manifest", str(manifest), *also, "--", finding.transaction]
    outcome = run_limited(argv, limits=scan_limits(), workdir=folder, stdout_path=told)
    if outcome.reason or outcome.returncode not in ANSWERED or not told.stat().st_size:
        raise GivenUp(outcome.reason or outcome.said.removeprefix("zenrei: ") or "Reading gave no answer.")
    answer: dict[str, Any] = storable_json(orjson.loads(told.read_bytes()))
    return answer


def _place(label: str) -> Row:
    """Split a label into the piece's id and the member of an archive."""
    piece, _, member = label.partition("!/")
    return {"evidence": piece, "file": member}


def _row(line: Row) -> Row:
    kept = {name: line[name] for name in ("line", "offset", "id", "child", "text")}
    return _place(line["label"]) | kept


def _drop_texts(rows: list[Row], pieces: dict[str, Evidence]) -> None:
    """Leave the text to the frames where there are some, and of the rest keep as much as a page needs at once."""
    framed: dict[tuple[str, str], bool] = {}
    room = TEXT_KEPT
    for row in rows:
        place = row["evidence"], row["file"]
        if place not in framed:
            framed[place] = find(frames_of(pieces[place[0]].blob_id).folder, _name(place[1])) is not None
        room -= 0 if framed[place] else len(row["text"])
        if framed[place] or room < 0:
            row["text"] = None


def _name(file: str) -> str:
    return f"!/{file}" if file else ""


def give_up_lines(job: Job, reason: str) -> None:
    """Keep why the search failed, where its answer would stand."""
    finding = Finding.objects.select_related("case").get(public_id=job.args["finding"])
    scan = CaseScan.objects.filter(case=finding.case).first()
    failed = {"evidence": sorted(scan.evidence) if scan else [], "failed": reason}
    keep_answer(FIND_LINES, finding.case, str(finding.public_id), failed)


def with_texts(rows: Sequence[Row], pieces: dict[str, Evidence]) -> list[Row]:
    """Return rows with their text, by frames where it is not kept; `unread` says why one has none."""
    wanted: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        if row["text"] is None:
            wanted[row["evidence"], row["file"]].append(row)
    texts: dict[tuple[str, str, int], str] = {}
    why: dict[tuple[str, str], str] = {}
    for (evidence, file), own in wanted.items():
        piece = pieces.get(evidence)
        try:
            if piece is None:
                raise NoFrames("the piece is not there", broken=False)
            path, cache = evidence_store().path(piece.blob_id), frames_of(piece.blob_id)
            places = [(row["line"], row["offset"]) for row in own]
            for one in cited_by_frames(path, cache, _name(file), places, Limits(), quick=True):
                texts[evidence, file, one.line] = one.text
        except (NoFrames, NoSuchLine) as fault:
            why[evidence, file] = str(fault)
    return [
        row
        if row["text"] is not None
        else row
        | {
            "text": texts.get((row["evidence"], row["file"], row["line"])),
            "unread": why.get((row["evidence"], row["file"])),
        }
        for row in rows
    ]
