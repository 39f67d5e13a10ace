"""The handler of the job `import-mails`: a file of mail is read by a child, kept, and recorded at once."""

import os
import uuid
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import IO, Any

from common.jobs.claims import GivenUp
from common.jobs.kinds import Handle
from common.storage import evidence_store
from ingest.services.mail_child import MESSAGES, PARTS, MailsRead, MailsUnread, read_mails
from tickets.models import Blob, MailImport
from tickets.services.mails import record_mails

AT_ONCE = 500  # mails between two words about the progress
WRITERS = 8
PIECE = 1024 * 1024
READING, KEEPING = 0.4, 0.4  # shares of the work, as the progress shows it


class WrongBytes(Exception):
    """What the child wrote is not what it said that it wrote."""


def import_mails(handle: Handle) -> None:
    """Read a file of mail. Originals and attachments are in the store before any row names them; all rows are one
    transaction, and twice is the same as once."""
    mail_import = MailImport.objects.select_related("department", "received_by").get(
        public_id=uuid.UUID(handle.job.args["import"])
    )

    def tell(progress: dict[str, Any]) -> None:
        handle.tell(READING * float(progress["progress"]), f"{progress.get('mails', 0):,} mails read")

    try:
        with read_mails(mail_import, tell) as found:
            _keep(found, handle)
            handle.finish(lambda: record_mails(mail_import=mail_import, rows=found.rows()).words)
    except MailsUnread as error:
        raise GivenUp(str(error)) from error


def _keep(found: MailsRead, handle: Handle) -> None:
    """Put every original and every attachment into the store, each once. Several at a time: what takes long is to wait
    for the disk, which takes what comes together as one."""
    count = 0
    with (
        ThreadPoolExecutor(WRITERS, thread_name_prefix="blob") as writers,
        (found.folder / MESSAGES).open("rb") as messages,
        (found.folder / PARTS).open("rb") as parts,
    ):
        rows = (row for row in found.rows() if "end" not in row)
        while chunk := list(islice(rows, AT_ONCE)):
            places = {row["original"]["sha256"]: (messages, row["original"]) for row in chunk}
            for row in chunk:
                attached = (row["message"] or {}).get("attachments", ())
                places |= {part["sha256"]: (parts, part) for part in attached if part["sha256"] not in places}
            stored = _stored(places)
            list(writers.map(_put, [place for sha256, place in places.items() if sha256 not in stored]))
            count += len(chunk)
            handle.tell(READING + KEEPING / 2, f"{count:,} mails kept")


def _stored(hashes: Collection[str]) -> set[str]:
    """Return which blobs the store has, as a row of each says and its file bears out."""
    rows = Blob.objects.filter(sha256__in=list(hashes)).values_list("sha256", flat=True)
    return {sha256 for sha256 in rows if evidence_store().path(sha256).exists()}


def _put(slice_of: tuple[IO[bytes], dict[str, Any]]) -> None:
    """Put a slice of a file into the store; WrongBytes where it is not what the child said."""
    file, place = slice_of
    offset, end = place["offset"], place["offset"] + place["size"]
    with evidence_store().writer() as writer:
        while offset < end and (piece := os.pread(file.fileno(), min(end - offset, PIECE), offset)):
            writer.write(piece)
            offset += len(piece)
        if writer.sha256 != place["sha256"]:
            raise WrongBytes(f"{Path(str(file.name)).name} at {place['offset']}: not the bytes that were read")
        writer.commit()
