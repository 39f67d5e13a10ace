"""`zenrei mails` as a child with limits: there alone the bytes of mail are taken apart."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from common.storage import evidence_store
from ingest.sandbox import run_limited
from ingest.services.scan_child import scan_limits
from ingest.services.scratch import scratch_folder
from tickets.models import MailImport

MESSAGES, PARTS = "messages.bin", "parts.bin"  # as cli/mails.py names them


class MailsUnread(Exception):
    """The child gave no answer; the message says why."""


@dataclass(frozen=True, slots=True)
class MailsRead:
    """Where the child's answer lies: a row a mail, and beside it originals and attachments."""

    rows_file: Path
    folder: Path

    def rows(self) -> Iterator[dict[str, Any]]:
        """Yield the rows, from the first, each time it is asked."""
        with self.rows_file.open("rb") as lines:
            for line in lines:
                yield orjson.loads(line)


@contextmanager
def read_mails(mail_import: MailImport, tell: Callable[[dict[str, Any]], None]) -> Iterator[MailsRead]:
    """Read a file of mail; the answer lives as long as the context. Raises MailsUnread."""
    with scratch_folder(str(mail_import.public_id), alone=True) as workdir:
        found = MailsRead(workdir / "rows.jsonl", workdir)
        file = evidence_store().path(mail_import.blob_id)
        argv = ["mails", "--json", "--progress", "json", "--into", str(workdir), str(file)]
        outcome = run_limited(
            argv, limits=scan_limits(), workdir=workdir, stdout_path=found.rows_file, on_progress=tell
        )
        if outcome.reason or outcome.returncode == 2:
            raise MailsUnread(outcome.reason or outcome.said or "Reading ended without a word.")
        yield found
