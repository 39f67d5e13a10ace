"""Giving evidence back: always as a download, never as something a browser would run."""

import base64
from contextlib import suppress

from django.http import FileResponse

from accounts.models import User
from common.errors import Conflict
from common.storage import evidence_store
from tickets.mail.archive import BEGINNING, EML, MSG, form_of
from tickets.models import CustodyAction, Evidence, Mail, MailAttachment, Pack, PackState
from tickets.services.custody import record_custody


def evidence_download(evidence: Evidence, *, reader: User, taken: bool) -> FileResponse:
    """Return the blob bit for bit, with its hash. Where it is `taken` (a HEAD takes nothing), custody notes it."""
    response = blob_download(evidence.blob_id, evidence.name)
    try:
        if taken:
            record_custody(evidence=evidence, actor=reader, action=CustodyAction.DOWNLOADED)
    except BaseException:
        response.close()
        raise
    return response


def attachment_download(one: MailAttachment, *, reader: User, taken: bool) -> FileResponse:
    """Return an attachment of a mail; one that is evidence of the mail's case leaves its mark in custody."""
    if one.evidence is not None and one.evidence.case_id == one.mail.case_id:
        return evidence_download(one.evidence, reader=reader, taken=taken)
    return blob_download(one.blob_id, one.name)


def original_download(mail: Mail, sha256: str) -> FileResponse:
    """Return one of the originals of a mail, under the name of what its bytes are."""
    form = EML
    with suppress(FileNotFoundError), evidence_store().open(sha256) as file:  # what is missing is told below
        form = MSG if form_of(file.read(BEGINNING)) == MSG else EML
    return blob_download(sha256, f"{mail.public_id}.{form}")


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
