"""Mails as tests write them: bytes, field by field."""

import gzip
from collections.abc import Iterable
from typing import Any

BEGIN = b"From nobody@example Mon Jan  2 03:04:05 2023\n"
DATE = "Mon, 02 May 2022 17:00:00 +0900"


def letter(
    text: str | bytes = "Hello.\n",
    *,
    message_id: str | None = "one@vendor.example",
    sender: str | None = "Kim <kim@vendor.example>",
    to: str = "alice@example.jp",
    subject: str | bytes = "Spam",
    date: str | None = DATE,
    references: Iterable[str] = (),
    in_reply_to: str = "",
    **more: Any,
) -> bytes:
    """Return a mail. Further words are fields, `_` for `-`; a field that is None is left out."""
    fields: dict[str, Any] = {
        "Message-ID": f"<{message_id}>" if message_id else None,
        "Date": date,
        "From": sender,
        "To": to,
        "Subject": subject,
        "References": " ".join(f"<{one}>" for one in references) or None,
        "In-Reply-To": f"<{in_reply_to}>" if in_reply_to else None,
    } | {name.replace("_", "-"): value for name, value in more.items()}
    head = b"".join(
        name.encode()
        + b": "
        + (value if isinstance(value, bytes) else value.encode("utf-8", "surrogateescape"))
        + b"\n"
        for name, value in fields.items()
        if value is not None
    )
    return head + b"\n" + (text if isinstance(text, bytes) else text.encode())


def mixed(*parts: bytes, kind: str = "mixed", boundary: str = "edge", **more: Any) -> bytes:
    """Return a mail of several parts, each with its own head."""
    body = b"".join(b"--" + boundary.encode() + b"\n" + part + b"\n" for part in parts)
    words = {"Content_Type": f'multipart/{kind}; boundary="{boundary}"'} | more
    return letter(body + b"--" + boundary.encode() + b"--\n", **words)


def part(content: bytes, content_type: str = "text/plain", **fields: str) -> bytes:
    """Return a part of a mail."""
    head = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in fields.items())
    return f"Content-Type: {content_type}\n{head}\n".encode() + content


def mbox(*mails: bytes) -> bytes:
    """Return mails as an mboxrd archive."""
    out = []
    for mail in mails:
        lines = mail.split(b"\n")
        quoted = [b">" + line if line.lstrip(b">").startswith(b"From ") else line for line in lines]
        out.append(BEGIN + b"\n".join(quoted).rstrip(b"\n") + b"\n\n")
    return b"".join(out)


def packed(raw: bytes) -> bytes:
    """Return bytes as gzip has them, the same each time."""
    return gzip.compress(raw, mtime=0)
