"""Giving evidence back: always as a download, never as something a browser would run."""

import base64

from django.http import FileResponse

from accounts.models import User
from common.errors import Conflict
from common.storage import evidence_store
from tickets.models import CustodyAction, Evidence
from tickets.services.custody import record_custody


def evidence_download(evidence: Evidence, *, reader: User, taken: bool) -> FileResponse:
    """Return the blob bit for bit, with its hash. Where it is `taken` (a HEAD takes nothing), custody notes it."""
    try:
        stream = evidence_store().open(evidence.blob_id)
    except FileNotFoundError:
        raise Conflict(
            f"The bytes of {evidence.name} are missing in the store (SHA-256 {evidence.blob_id}). "
            "Tell the administrator: a backup has them.",
            code="blob_missing",
        ) from None
    try:
        if taken:
            record_custody(evidence=evidence, actor=reader, action=CustodyAction.DOWNLOADED)
    except BaseException:
        stream.close()
        raise
    response = FileResponse(stream, as_attachment=True, filename=evidence.name, content_type="application/octet-stream")
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Repr-Digest"] = f"sha-256=:{_base64_of(evidence.blob_id)}:"
    return response


def _base64_of(sha256: str) -> str:
    """Return a hexadecimal hash as RFC 9530 writes it."""
    return base64.b64encode(bytes.fromhex(sha256)).decode()
