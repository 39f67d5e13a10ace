"""Frames beside the evidence: by them the lines around any line of a long log are shown at once.

They are a cache in the folder `frames/` of the data, in no backup and in no table: they may be deleted at any time, are
made by the child that every scan has, and made again with the next scan of a case that misses some. Layout:
`frames/ab/cd…/<number of the stream>-<hash of its name>`, `abcd…` being the SHA-256 of the blob.
"""

import logging
import stat
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings

from common.storage import evidence_store, put_in_place
from ingest.engine.context import Cache
from ingest.engine.frames import Frames, NoFrames, file_name, find
from ingest.engine.framing import PLAIN_FROM
from ingest.sandbox import run_limited
from ingest.services.scan_child import scan_limits
from ingest.services.scratch import scratch_folder
from tickets.models import Evidence

log = logging.getLogger(__name__)


def frames_of(blob: str) -> Cache:
    """Return where the frames of a blob lie, if there are any."""
    evidence_store().path(blob)  # ValueError for what is no SHA-256: it becomes a path
    return Cache(settings.DATA_DIR / "frames" / blob[:2] / blob[2:], blob)


def forget_frames(cache: Cache, name: str) -> None:
    """Remove the frames of a stream that cannot be used, so that the next scan makes them anew."""
    with suppress(OSError):
        if path := find(cache.folder, name):
            log.warning("frames that cannot be used are removed: %s", path)
            path.unlink(missing_ok=True)


def make_missing_frames(pieces: Sequence[Evidence], files: Sequence[dict[str, Any]]) -> None:
    """Make the frames that pieces lack, after a scan that told `files` of them; whatever fails is only logged.

    The reading is recorded by now, and must not fail for want of a cache.
    """
    for piece in pieces:
        try:
            if names := _missing(piece, files):
                _make(piece, names)
        except Exception:  # a full disk, say
            log.exception("no frames of %s", piece.public_id)


def _missing(piece: Evidence, files: Sequence[dict[str, Any]]) -> list[str]:
    """Return the streams of a piece that are logs, packed or large, and have no frames."""
    cache, label, blob = frames_of(piece.blob_id), str(piece.public_id), piece.blob
    names = []
    for file in files:
        name = file["path"].removeprefix(label)
        if not file["format"] or name == file["path"] or (name and not name.startswith("!/")):
            continue
        packed = bool(name) or file["bytes"] != blob.size
        if (packed or blob.size >= PLAIN_FROM) and not _called(find(cache.folder, name), cache, name):
            names.append(name)
    return names


def _called(path: Path | None, cache: Cache, name: str) -> str | None:
    """Return what a file of frames is to be called; None where there is none, or its trailer or index is broken."""
    if path is None:
        return None
    try:
        with Frames(path, name=name, blob=evidence_store().path(cache.sha256), sha256=cache.sha256) as frames:
            return file_name(frames.about.stream, name)
    except NoFrames:
        return None


def _make(piece: Evidence, names: Sequence[str]) -> None:
    """Let a child make them in a folder of its own, and move what it made to its place."""
    with scratch_folder(f"frames-{piece.public_id}") as workdir:
        streams, made = workdir / "streams.json", workdir / "made"
        streams.write_bytes(orjson.dumps(names))
        made.mkdir()
        path = str(evidence_store().path(piece.blob_id))
        argv = ["frames", path, "--sha256", piece.blob_id, "--into", str(made), "--streams", str(streams)]
        outcome = run_limited(argv, limits=scan_limits(), workdir=workdir, stdout_path=workdir / "told")
        if outcome.reason or outcome.returncode:  # what it verified before is kept
            log.warning("no frames of %s: %s", piece.public_id, outcome.reason or outcome.said)
        for name in names:
            _keep(made, frames_of(piece.blob_id), name)


def _keep(made: Path, cache: Cache, name: str) -> None:
    """Give the frames of a stream their place, durably, as the store does with blobs."""
    path = find(made, name)
    if path is None or not stat.S_ISREG(path.lstat().st_mode) or not (called := _called(path, cache, name)):
        return
    put_in_place(path, cache.folder / called)
