"""Receiving evidence over HTTP: straight to the store, hashed while it streams, refused before its first byte.

Rights and Content-Length are checked by `check_before_body`, before anything of the body is read. The file's bytes go
from the socket to the store in pieces; no process holds more than one piece.
"""

import errno
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.db import connection
from django.http import HttpRequest, UnreadablePostError
from django.utils.datastructures import MultiValueDict

from common.errors import Busy, DiskFull, Forbidden, Invalid, TooLarge
from common.storage import BlobWriter, StoredBlob, evidence_store

FORM_OVERHEAD = 1024 * 1024  # fields and boundaries around the file

DISK_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})

_places = threading.BoundedSemaphore(settings.UPLOADS_AT_ONCE)


class ReceivedUpload(UploadedFile):  # type: ignore[type-arg]
    """An uploaded file that lies durably beside the store; `keep` puts it in. Its bytes are not offered again.

    A request that is refused after its bytes came (an unknown device, a second file) must leave nothing behind.
    """

    def __init__(self, name: str, writer: BlobWriter) -> None:
        super().__init__(file=None, name=name, size=writer.size)
        self._writer = writer

    @property
    def sha256(self) -> str:
        """The hash of the bytes, for the comparison of retries."""
        return self._writer.sha256

    def keep(self) -> StoredBlob:
        """Put the bytes into the store, to stay, and return the blob that they are; nothing for no bytes at all."""
        if self._writer.size == 0:
            raise Invalid.field("file", "The file is empty: it would prove nothing.", code="empty")
        return self._writer.commit()


class EvidenceUploadHandler(FileUploadHandler):
    """Writes the one file of an upload to the store. A second file is refused: each piece has facts of its own."""

    chunk_size = 1024 * 1024

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.writer: BlobWriter | None = None
        self.refused: Exception | None = None
        self.files = 0

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file."""
        super().new_file(*args, **kwargs)
        self.files += 1
        if self.files > 1:
            self._refuse(Invalid.field("file", "Send one file at a time: each has facts of its own.", code="too_many"))
        self.writer = evidence_store().writer()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Append a piece; None tells Django that it is taken."""
        assert self.writer is not None  # noqa: S101  (new_file comes first)
        if self.writer.size + len(raw_data) > settings.UPLOAD_BYTES_ALLOWED:
            self._refuse(too_large())
        self.writer.write(raw_data)

    def _refuse(self, error: Exception) -> None:
        """Stop reading, throw away what was written, and remember why."""
        self.refused = error
        self.abort()
        raise StopUpload(connection_reset=True)

    def file_complete(self, file_size: int) -> ReceivedUpload:
        """Make the file durable; whether it is kept is for the request to say."""
        assert self.writer is not None  # noqa: S101
        self.writer.sync()
        return ReceivedUpload(self.file_name or "", self.writer)

    def upload_interrupted(self) -> None:
        """The client went away in the middle: nothing was acknowledged, nothing is kept."""
        self.abort()

    def abort(self) -> None:
        """Throw away what was written and not kept."""
        if self.writer is not None:
            self.writer.abort()
            self.writer = None


def too_large() -> TooLarge:
    """Return the refusal of a file above the limit."""
    gigabytes = settings.UPLOAD_BYTES_ALLOWED / 1024**3
    return TooLarge(f"The file is larger than {gigabytes:.1f} GiB (ZENREI_UPLOAD_BYTES_ALLOWED). Cut it at line ends.")


def check_before_body(request: HttpRequest) -> None:
    """Refuse an upload by its headers alone: wrong form, no length, too long."""
    if not (request.content_type or "").startswith("multipart/form-data"):
        raise Invalid("Send the file as multipart/form-data, in the field `file`.")
    raw = request.META.get("CONTENT_LENGTH") or ""
    if not raw.isdecimal():
        raise Invalid("Send a Content-Length, so that the size can be checked before the bytes.")
    if int(raw) > settings.UPLOAD_BYTES_ALLOWED + FORM_OVERHEAD:
        raise too_large()


def check_origin(request: HttpRequest) -> None:
    """Refuse a form that another site sent. Browsers tell the origin of every POST in a header that no page can set.

    A token in the body would be read too late: only after the bytes it is to protect from.
    """
    origin = request.headers.get("Origin")
    own = f"{request.scheme}://{request.get_host()}"
    if origin != own and origin not in settings.CSRF_TRUSTED_ORIGINS:
        raise Forbidden("This form did not come from a page of ours. Load the page anew and send it again.")


@contextmanager
def receiving(request: HttpRequest) -> Iterator[EvidenceUploadHandler]:
    """Hold an upload place while the body is read by the yielded handler; Busy where none is free.

    What was received is thrown away at the end, unless it was kept (`ReceivedUpload.keep`) inside. The database
    connection goes back to the pool meanwhile: a slow client must not hold one for minutes.
    """
    if not _places.acquire(blocking=False):
        raise Busy("All upload places are taken. Try again in a moment.")
    handler = EvidenceUploadHandler(request)
    try:
        request.upload_handlers = [handler]
        if not connection.in_atomic_block:
            connection.close()
        try:
            yield handler
        except UnreadablePostError as error:
            raise Invalid("The upload was cut off before its end. Nothing of it is kept; send it again.") from error
        except OSError as error:
            if error.errno in DISK_FULL:
                raise DiskFull from error
            raise
        except Exception:
            if handler.refused is None:
                raise
        if handler.refused is not None:
            raise handler.refused
    finally:
        handler.abort()
        _places.release()


def uploaded_file(files: "MultiValueDict[str, UploadedFile[bytes]]") -> ReceivedUpload:
    """Return the one received file of a form."""
    upload = files.get("file")
    if not isinstance(upload, ReceivedUpload):
        raise Invalid.field("file", "Choose a file: the field `file` is missing.", code="required")
    return upload
