"""Frames beside the evidence: made after a reading, used by the page of lines, missed by nobody when they are gone."""

import gzip
import io
import threading
import zipfile
from pathlib import Path
from typing import Any

import pytest

from common.jobs.models import Job, JobState
from common.jobs.tasks import run_job
from common.storage import evidence_store
from ingest.sandbox import Outcome, SandboxLimits, run_limited
from ingest.services import context, frames
from ingest.services.context import ContextLines, lines_around
from ingest.services.frames import make_missing_frames
from tests.conftest import Person
from tests.ingest.answers import file, give
from tests.support.fortimail_log import make_log
from tickets.models import Case, Evidence
from tickets.services.cases import open_case

pytestmark = pytest.mark.django_db

LOG = make_log(50)
LINES = LOG.decode().splitlines()


def place(number: int) -> dict[str, int]:
    """Where a line of the log stands."""
    return {"line": number, "offset": len("".join(f"{line}\n" for line in LINES[: number - 1]).encode())}


@pytest.fixture
def case(alice: Person) -> Case:
    """A case of Alice's."""
    return open_case(department=alice.department, author=alice.user, title="Spam", kind="defect")


def read(evidence: Evidence) -> Job:
    """Run the job that reads a piece, as a worker would, and return it."""
    job = Evidence.objects.select_related("job").get(pk=evidence.pk).job
    assert job is not None
    run_job(job.pk)
    return Job.objects.get(pk=job.pk)


def made(data_dir: Path) -> list[Path]:
    """All files of frames."""
    return sorted(path for path in (data_dir / "frames").rglob("*") if path.is_file())


@pytest.fixture
def no_child(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the page's child fail, so that only frames can give lines."""

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a child was started")

    monkeypatch.setattr(context, "run_limited", refuse)


def shown(around: ContextLines) -> list[tuple[int, str, bool]]:
    """The lines as tuples."""
    return [(line.number, line.text, line.is_cited) for line in around.lines]


@pytest.fixture
def packed(case: Case, alice: Person) -> Evidence:
    """A packed log that was read."""
    piece = give(case, alice, gzip.compress(LOG), "elog.log.gz")
    assert read(piece).state == JobState.DONE
    return piece


def test_a_packed_log_gets_frames_and_stays_as_it_was(packed: Evidence, data_dir: Path) -> None:
    (path,) = made(data_dir)
    assert path.parent == data_dir / "frames" / packed.blob_id[:2] / packed.blob_id[2:]
    assert path.stat().st_mode & 0o777 == 0o440
    with evidence_store().open(packed.blob_id) as blob:
        assert gzip.decompress(blob.read()) == LOG
    assert list((data_dir / "scratch").iterdir()) == []


@pytest.mark.parametrize("number", [1, 3, len(LINES) // 2, len(LINES)])
def test_the_lines_are_the_same_with_frames_and_without(packed: Evidence, data_dir: Path, number: int) -> None:
    by_frames = lines_around(packed, file="", **place(number), context=4)
    for path in made(data_dir):
        path.unlink()

    assert shown(by_frames) == shown(lines_around(packed, file="", **place(number), context=4))
    assert [text for _, text, cited in shown(by_frames) if cited] == [LINES[number - 1]]


def test_the_page_needs_no_child_where_there_are_frames(packed: Evidence, alice: Person, no_child: None) -> None:
    at = place(7)
    address = f"/cases/{packed.case.ref}/evidence/{packed.public_id}/lines/?line=7&offset={at['offset']}"
    assert LINES[6].split("log_id")[0] in alice.client.get(address).content.decode()
    wrong = alice.client.get(address.replace("line=7", "line=8")).content.decode()
    assert "elog.log.gz: no line of that number begins at that offset" in wrong


def test_what_takes_long_to_decode_is_left_to_a_child(
    case: Case, alice: Person, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hostile = LOG + b"\x81\xff" * 100_000 + b"\n" + LOG
    piece = give(case, alice, gzip.compress(hostile), "elog.log.gz")
    read(piece)
    assert len(made(data_dir)) == 1
    asked: list[Any] = []

    def listened(argv: Any, **rest: Any) -> Outcome:
        asked.append(argv)
        return run_limited(argv, **rest)

    monkeypatch.setattr(context, "run_limited", listened)

    near, far = place(len(LINES)), place(len(LINES) - 60)
    assert len(lines_around(piece, file="", **near, context=2).lines) == 5
    assert [argv[-4] for argv in asked] == ["--frames"]
    assert len(lines_around(piece, file="", **far, context=2).lines) == 5
    assert len(asked) == 1


def test_both_members_of_an_archive_have_their_own(case: Case, alice: Person, data_dir: Path, no_child: None) -> None:
    other = make_log(20, seed=3)
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as writing:
        writing.writestr("a/elog.log", LOG)
        writing.writestr("readme.txt", b"hello\n" * 50)
        writing.writestr("b/elog.log", other)
    piece = give(case, alice, archive.getvalue(), "logs.zip")
    read(piece)

    assert [path.name.split("-")[0] for path in made(data_dir)] == ["0", "2"]
    for name, log in (("a/elog.log", LOG), ("b/elog.log", other)):
        assert lines_around(piece, file=name, line=1, offset=0).lines[0].text == log.decode().splitlines()[0]


def test_a_short_plain_log_needs_none(case: Case, alice: Person, data_dir: Path) -> None:
    read(give(case, alice, LOG))

    assert made(data_dir) == []


@pytest.mark.parametrize("damage", [lambda raw: raw[:-40], lambda raw: bytes([raw[0] ^ 1]) + raw[1:], lambda _: b""])
def test_damaged_frames_are_passed_over_and_made_anew(
    packed: Evidence, case: Case, alice: Person, data_dir: Path, damage: Any
) -> None:
    right = shown(lines_around(packed, file="", **place(5)))
    (path,) = made(data_dir)
    whole = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(damage(whole))

    assert shown(lines_around(packed, file="", **place(5))) == right
    assert made(data_dir) == []
    read(give(case, alice, make_log(5, seed=1), "b.log"))
    assert [path.read_bytes() for path in made(data_dir)] == [whole]


def test_a_child_that_its_limits_end_costs_nothing_but_the_frames(
    case: Case, alice: Person, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frames, "scan_limits", lambda: SandboxLimits(wall_seconds=0.01))
    piece = give(case, alice, gzip.compress(LOG), "elog.log.gz")

    assert read(piece).state == JobState.DONE
    assert made(data_dir) == []
    assert shown(lines_around(piece, file="", **place(5)))


def test_a_folder_that_cannot_be_written_costs_nothing_but_the_frames(
    case: Case, alice: Person, data_dir: Path
) -> None:
    (data_dir / "frames").write_text("in the way")

    assert read(give(case, alice, gzip.compress(LOG), "elog.log.gz")).state == JobState.DONE


def test_what_two_workers_make_at_once_is_whole(packed: Evidence, data_dir: Path) -> None:
    (path,) = made(data_dir)
    whole = path.read_bytes()
    path.unlink()
    told = [file(packed, bytes=len(LOG))]
    blob = packed.blob
    assert blob.size != len(LOG)
    workers = [threading.Thread(target=make_missing_frames, args=([packed], told)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    assert [path.read_bytes() for path in made(data_dir)] == [whole]
    assert list((data_dir / "scratch").iterdir()) == []


@pytest.mark.parametrize("path", ["", "../x", "/etc/passwd", "!/a", "another piece"])
def test_a_scan_that_tells_other_names_makes_nothing(packed: Evidence, data_dir: Path, path: str) -> None:
    for one in made(data_dir):
        one.unlink()

    make_missing_frames([packed], [file(packed) | {"path": path, "bytes": 1}])

    assert made(data_dir) == []
