"""``zenrei mails``: what stands in a file of mail, message by message. Needs no server."""

import argparse
import contextlib
import errno
import hashlib
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any

import orjson

from cli.errors import UsageError
from tickets.mail.archive import MSG, Archive, open_archive
from tickets.mail.charsets import storable
from tickets.mail.mbox import Piece
from tickets.mail.message import Message
from tickets.mail.outlook import NoOutlook, read_outlook
from tickets.mail.read import read_message

MESSAGES, PARTS = "messages.bin", "parts.bin"
OF_A_MAIL = ("message_id", "from", "recipients", "date", "subject", "references", "in_reply_to")
TOLD_EVERY = 0.2  # seconds


def add_parser(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Declare the subcommand."""
    parser = commands.add_parser("mails", help="read a file of mail: .eml, mbox, .msg, also gzipped")
    parser.add_argument("file", metavar="FILE", help="the file")
    parser.add_argument("--json", action="store_true", help="one JSON object a message, and one at the end")
    parser.add_argument(
        "--into", metavar="FOLDER", help=f"also write the originals ({MESSAGES}) and attachments ({PARTS}) there"
    )
    parser.add_argument("--progress", choices=["json"], help="tell how far it is, on standard error")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print what each message says; exit 2 where the file cannot be opened.

    Exit 3 where something of it was not read, or nothing of it is a mail.
    """
    path = Path(arguments.file)
    try:
        with contextlib.ExitStack() as stack:
            archive = stack.enter_context(open_archive(path))
            kept = _Kept.open(Path(arguments.into), stack) if arguments.into else None
            counted = _read(archive, kept, arguments, size=max(path.stat().st_size, 1))
            damage = archive.damage or _lacking(counted, path)
    except OSError as error:
        if error.errno == errno.EFBIG:  # what was found is too much to be written: the sandbox tells that
            raise
        raise UsageError(f"{error.filename or arguments.file}: {error.strerror or error}") from error
    end = {"form": archive.form, "messages": counted.messages, "unread": counted.unread, "damage": damage}
    if arguments.json:
        _write_line({"end": end})
    elif damage:
        print(f"zenrei: {damage}", file=sys.stderr)
    return 3 if counted.unread or damage else 0


@dataclass(slots=True)
class _Counted:
    """How many messages there are, how many of them could not be read, and how many have what makes them a mail."""

    messages: int = 0
    unread: int = 0
    mails: int = 0


def _lacking(counted: _Counted, path: Path) -> str:
    """Return why nothing that was read is a mail; empty where something is, or where what was not read may be."""
    if counted.mails or counted.unread:
        return ""
    if path.stat().st_size == 0:
        return "The file is empty: no mail stands in it."
    return "This is no file of mail: nothing in it has a sender, a recipient, a date, a subject or an id."


def _is_mail(told: dict[str, Any] | None) -> bool:
    """Whether a message has one of the fields by which a mail is known."""
    return told is not None and any(told[name] for name in OF_A_MAIL)


def _read(archive: Archive, kept: "_Kept | None", arguments: argparse.Namespace, *, size: int) -> _Counted:
    """Print each message, and count them."""
    told, counted = 0.0, _Counted()
    for piece in archive.pieces():
        row = row_of(piece, archive.form, kept)
        counted.messages += 1
        counted.unread += bool(row["unread"])
        counted.mails += _is_mail(row["message"])
        _print(row, as_json=arguments.json)
        if arguments.progress and time.monotonic() - told > TOLD_EVERY:
            told = time.monotonic()
            _tell(min(archive.taken / size, 1.0), counted.messages)
    return counted


class _Kept:
    """Where originals and attachments are written, one behind the other."""

    def __init__(self, messages: IO[bytes], parts: IO[bytes]) -> None:
        self.messages, self.parts = messages, parts

    @classmethod
    def open(cls, folder: Path, stack: contextlib.ExitStack) -> "_Kept":
        """Make the files in a folder."""
        opened = [stack.enter_context((folder / name).open("wb")) for name in (MESSAGES, PARTS)]
        return cls(*opened)


def _put(file: IO[bytes] | None, content: bytes) -> dict[str, Any]:
    """Return where bytes were put, with their size and hash."""
    place = {"offset": file.tell() if file else None, "size": len(content)}
    if file:
        file.write(content)
    return place | {"sha256": hashlib.sha256(content).hexdigest()}


def row_of(piece: Piece, form: str, kept: _Kept | None) -> dict[str, Any]:
    """Return what is told of one message of an archive. What no reading can be made of is told with its reason."""
    row: dict[str, Any] = {"place": piece.offset, "whole": piece.whole, "unread": ""}
    row["original"] = _put(kept.messages if kept else None, piece.raw)
    try:
        message = read_outlook(piece.raw) if form == MSG else read_message(piece.raw, envelope=piece.envelope)
    except NoOutlook as error:
        unread = storable(f"This is no message of Outlook that can be read: {error}")
        return row | {"unread": unread, "message": None}
    return row | {"message": _storable(_told(message, kept))}


def _storable(told: Any) -> Any:
    """Return what is told with every text in it as a database can hold it: no reading is trusted to have seen to it."""
    if isinstance(told, str):
        return storable(told)
    if isinstance(told, dict):
        return {key: _storable(value) for key, value in told.items()}
    return [_storable(one) for one in told] if isinstance(told, list | tuple) else told


def _told(message: Message, kept: _Kept | None) -> dict[str, Any]:
    """Return a message as JSON has it: its attachments by place and hash."""
    return {
        "message_id": message.message_id,
        "sent_at": message.sent.at,
        "date": message.sent.raw[:200],
        "day_only": message.sent.day_only,
        "doubts": message.sent.doubts,
        "from": [{"name": one.name, "address": one.address} for one in message.senders],
        "recipients": [asdict(one) for one in message.recipients],
        "subject": message.subject,
        "tokens": message.tokens,
        "references": message.references,
        "in_reply_to": message.in_reply_to,
        "text": message.text,
        "html": message.html,
        "left_out": message.left_out,
        "kind": message.kind,
        "undelivered": [asdict(one) for one in message.undelivered],
        "returned": message.returned,
        "damage": message.damage,
        "fingerprint": message.fingerprint,
        "attachments": [
            {
                "name": one.name,
                "content_type": one.content_type,
                "inline": one.inline,
                "content_id": one.content_id,
                **_put(kept.parts if kept else None, one.content),
            }
            for one in message.attachments
        ],
    }


def _print(row: dict[str, Any], *, as_json: bool) -> None:
    """Print a message: as JSON, or as a line for people."""
    if as_json:
        _write_line(row)
        return
    told = row["message"]
    if told is None:
        print(f"{row['place']}: {row['unread']}")
        return
    day = f"{told['sent_at']:%Y-%m-%d %H:%M}" if told["sent_at"] else "no date"
    sender = ", ".join(one["address"] for one in told["from"]) or "nobody"
    kind = "" if told["kind"] == "mail" else f" ({told['kind']})"
    print(_one_line(f"{day}  {sender}  {told['subject'] or '–'}{kind}"))


def _one_line(text: str) -> str:
    """Return text without what would move a terminal's cursor."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)


def _write_line(row: dict[str, Any]) -> None:
    sys.stdout.buffer.write(orjson.dumps(row, option=orjson.OPT_UTC_Z) + b"\n")


def _tell(share: float, count: int) -> None:
    sys.stderr.write(orjson.dumps({"progress": share, "mails": count}).decode() + "\n")
    sys.stderr.flush()
