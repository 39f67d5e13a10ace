"""Giving evidence and reports back: always as a download, never as something a browser would run."""

import base64
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import FileResponse, HttpResponse

from accounts.models import User
from common.errors import Conflict
from common.storage import evidence_store
from tickets.mail.archive import BEGINNING, EML, MSG, form_of
from tickets.models import CustodyAction, Evidence, Mail, MailAttachment, Pack, PackState
from tickets.queries.mails import pieces_of
from tickets.report.document import Document
from tickets.report.markdown import markdown
from tickets.services.custody import record_custody


def evidence_download(evidence: Evidence, *, reader: User, taken: bool) -> FileResponse:
    """Return the blob bit for bit, with its hash. Where it is `taken` (a HEAD takes nothing), custody notes it."""
    response = blob_download(evidence.blob_id, evidence.name)
    return _noted(response, [evidence] if taken else [], reader, {})


def attachment_download(one: MailAttachment, *, reader: User, taken: bool) -> FileResponse:
    """Return an attachment of a mail. Where it is evidence, in whichever case, custody notes that it was taken."""
    response = blob_download(one.blob_id, one.name)
    pieces = pieces_of(one.mail, MailAttachment.objects.filter(pk=one.pk)) if taken else []
    return _noted(response, pieces, reader, {"mail": str(one.mail.public_id)})


def original_download(mail: Mail, sha256: str, *, reader: User, taken: bool) -> FileResponse:
    """Return one of the originals of a mail, under the name of what its bytes are. It holds the attachments: custody of
    those that are evidence, in whichever case, notes that they were taken."""
    form = EML
    with suppress(FileNotFoundError), evidence_store().open(sha256) as file:  # what is missing is told below
        form = MSG if form_of(file.read(BEGINNING)) == MSG else EML
    response = blob_download(sha256, f"{mail.public_id}.{form}")
    pieces = pieces_of(mail, mail.attachments.all()) if taken else []
    return _noted(response, pieces, reader, {"mail": str(mail.public_id), "original": sha256})


def _noted(response: FileResponse, taken: Sequence[Evidence], reader: User, details: dict[str, Any]) -> FileResponse:
    """Return a download once the custody of what is taken by it says so; nothing is given that cannot be noted."""
    try:
        with transaction.atomic() if len(taken) > 1 else nullcontext():  # one is noted in a transaction of its own
            for piece in taken:
                record_custody(evidence=piece, actor=reader, action=CustodyAction.DOWNLOADED, details=details)
    except BaseException:
        response.close()
        raise
    return response


def pack_download(pack: Pack) -> FileResponse:
    """Return the zip of an evidence pack; Conflict for one that nobody has released."""
    if pack.state != PackState.RELEASED or pack.blob_id is None:
        raise Conflict("This pack was not released. Look at what it replaces, and release it first.")
    return blob_download(pack.blob_id, f"{pack.case.ref}-{pack.recipient.slug}.zip")


def blob_download(sha256: str, name: str) -> FileResponse:
    """Return bytes of the store as a file of that name, bit for bit, with their hash."""
    try:
        stream = evidence_store().open(sha256)
    except FileNotFoundError:
        raise Conflict(
            f"The bytes of {name} are missing in the store (SHA-256 {sha256}). "
            "Tell the administrator: a backup has them.",
            code="blob_missing",
        ) from None
    response = FileResponse(stream, as_attachment=True, filename=name, content_type="application/octet-stream")
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Repr-Digest"] = f"sha-256=:{_base64_of(sha256)}:"
    return response


def _base64_of(sha256: str) -> str:
    """Return a hexadecimal hash as RFC 9530 writes it."""
    return base64.b64encode(bytes.fromhex(sha256)).decode()


def report_download(document: Document, form: str, *, made_at: datetime) -> HttpResponse:
    """Return the report of a case as a file, in the form `md` or `pdf`. It is no evidence: custody notes nothing."""
    if form == "pdf":
        # Loaded where a PDF is asked for: what draws it takes longer to load than all the rest of the site.
        from tickets.report.pdf import pdf  # noqa: PLC0415

        body, kind = pdf(document, made_at=made_at), "application/pdf"
    else:
        body, kind = markdown(document).encode(), "text/markdown; charset=utf-8"
    response = HttpResponse(body, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{document.ref}-report-{document.language}.{form}"'
    response.headers["Content-Language"] = document.language
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "private, no-store"
    return response
