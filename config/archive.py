"""The format of a backup: a tar file in zstandard, its table of contents last.

    header.json  database.dump  secret_key  token  custody-heads.jsonl  evidence/ab/cdef…  manifest.json

Tools that everybody has can open it (`tar --zstd -tf`). The manifest names every member with its size and
SHA-256; being the last, it also proves that nothing was cut off. Names are matched against a pattern and
never used unchecked.
"""

import hashlib
import io
import json
import os
import re
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast

import zstandard

from config.instance import HEADS
from config.refusal import Refusal

SCHEMA = "zenrei.backup/1"
EVIDENCE_BROKEN = 3  # exit code: the backup is whole, but evidence in the store is not
HEADER, MANIFEST, DUMP, SECRET_KEY, TOKEN = (
    "header.json",
    "manifest.json",
    "database.dump",
    "secret_key",
    "token",
)
_EVIDENCE = re.compile(r"evidence(/[A-Za-z0-9_][A-Za-z0-9_.-]{0,200}){1,8}")
_SINGLE = {HEADER, MANIFEST, DUMP, SECRET_KEY, TOKEN, HEADS}
_PIECE = 1024 * 1024
_PACKED_PIECE = 8192  # zstandard can make 100 MB of it; more at a time would be a gift to a bomb
_SMALL = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Member:
    """One file of a backup."""

    name: str
    size: int
    sha256: str


class _Hashing:
    """A file that hashes what is read from it."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(size)
        self.digest.update(piece)
        return piece


class Writer:
    """Writes a backup into a stream, member after member."""

    def __init__(self, stream: BinaryIO, about: Mapping[str, Any]) -> None:
        compressor = zstandard.ZstdCompressor(level=3, write_checksum=True, threads=-1)
        self._zstd = compressor.stream_writer(stream, closefd=False)
        self._tar = tarfile.open(fileobj=self._zstd, mode="w|", format=tarfile.PAX_FORMAT)  # noqa: SIM115
        self._about = {"schema": SCHEMA, **about}
        self.members: list[Member] = []
        self._add(HEADER, io.BytesIO(_json(self._about)), len(_json(self._about)))

    def add_file(self, name: str, path: Path) -> None:
        """Add a file under a name of ours."""
        with path.open("rb") as file:
            self._add(name, file, os.fstat(file.fileno()).st_size)

    def add_bytes(self, name: str, content: bytes) -> None:
        """Add what was read already under a name of ours."""
        self._add(name, io.BytesIO(content), len(content))

    def _add(self, name: str, file: BinaryIO, size: int) -> None:
        if not is_valid_name(name):
            raise Refusal(f"{name!r} cannot be part of a backup: only the store's own names can.", exit_code=1)
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, 0o600
        reader = _Hashing(file)
        self._tar.addfile(info, reader)
        self.members.append(Member(name, size, reader.digest.hexdigest()))

    def finish(self, more: Mapping[str, Any]) -> None:
        """Write the table of contents and the end."""
        members = [{"name": m.name, "size": m.size, "sha256": m.sha256} for m in self.members]
        text = _json({**self._about, **more, "members": members})
        self._add(MANIFEST, io.BytesIO(text), len(text))
        self._tar.close()
        self._zstd.close()  # type: ignore[no-untyped-call]


def _json(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode()


def is_valid_name(name: str) -> bool:
    """Say whether a name can be a member of a backup.

    No part begins with a dot, so none leads anywhere else.
    """
    return name in _SINGLE or _EVIDENCE.fullmatch(name) is not None


class _Plain:
    """The decompressed bytes of a stream, to its very end: a frame that is not complete is an error."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._frame = zstandard.ZstdDecompressor(max_window_size=1 << 27).decompressobj()
        self._left = b""

    def read(self, size: int) -> bytes:
        pieces, missing = [self._left[:size]], size - len(self._left)
        self._left = self._left[size:]
        while missing > 0 and not self._frame.eof:
            packed = self._stream.read(_PACKED_PIECE)
            if not packed:
                raise EOFError("the file ends too early")
            piece = self._frame.decompress(packed)
            pieces.append(piece[:missing])
            self._left = piece[missing:]
            missing -= len(piece)
        return b"".join(pieces)

    def finish(self) -> None:
        """Read to the end, where the checksum is, and make sure that nothing follows."""
        while self.read(_PIECE):
            pass
        if self._frame.unused_data or self._stream.read(1):
            raise EOFError("something follows its end")


@dataclass(slots=True)
class Contents:
    """What was unpacked and found to be what the manifest says."""

    manifest: dict[str, Any]
    members: dict[str, Member] = field(default_factory=dict)


def unpack(stream: BinaryIO, target: Path, source: str) -> Contents:
    """Write a backup's members below the empty folder `target` and verify each.

    Refuse what is not whole and ours.
    """
    found: dict[str, Member] = {}
    place = "its beginning"
    try:
        plain = _Plain(stream)
        with tarfile.open(fileobj=cast("BinaryIO", plain), mode="r|") as tar:
            for info in tar:
                place = info.name
                _check_member(info, found, source)
                found[info.name] = _unpack_one(tar, info, target)
        plain.finish()
    except (zstandard.ZstdError, tarfile.TarError, EOFError) as error:
        if not found:
            raise Refusal(f"{source} is not a Zenrei backup, or damaged from its beginning ({error}).") from None
        raise Refusal(f"{source} is damaged or cut off at {place!r}, {_position(stream)}: {error}.") from None
    if MANIFEST not in found:
        raise Refusal(f"{source} is cut off after {place!r}, {_position(stream)}: its table of contents is missing.")
    try:
        manifest = json.loads((target / MANIFEST).read_bytes())
        _verify(manifest, found, source)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise Refusal(f"{source} has a table of contents that cannot be read: nothing was restored.") from None
    return Contents(manifest, found)


def _position(stream: BinaryIO) -> str:
    return f"near byte {stream.tell():,}"


def _check_member(info: tarfile.TarInfo, found: Mapping[str, Member], source: str) -> None:
    first = not found
    if first and info.name != HEADER:
        raise Refusal(f"{source} is not a Zenrei backup: it begins with {info.name!r}.")
    if not info.isreg() or not is_valid_name(info.name) or info.name in found or MANIFEST in found:
        raise Refusal(f"{source} has a member that no backup has, {info.name!r}: nothing was restored.")
    if info.name in (HEADER, MANIFEST) and info.size > _SMALL:
        raise Refusal(f"{source} has {info.name!r} of {info.size:,} bytes, which no backup has: nothing was restored.")


def _unpack_one(tar: tarfile.TarFile, info: tarfile.TarInfo, target: Path) -> Member:
    path = target / info.name
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = tar.extractfile(info)
    assert file is not None  # noqa: S101  (it is a regular file, as was checked)
    digest, size = hashlib.sha256(), 0
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as copy:
        while piece := file.read(_PIECE):
            digest.update(piece)
            size += len(piece)
            copy.write(piece)
        copy.flush()
        os.fsync(copy.fileno())
    if size != info.size:
        raise tarfile.ReadError("the member is shorter than it says")
    return Member(info.name, size, digest.hexdigest())


def _verify(manifest: Mapping[str, Any], found: Mapping[str, Member], source: str) -> None:
    if manifest.get("schema") != SCHEMA:
        raise Refusal(f"{source} has the format {manifest.get('schema')!r}, and this release reads {SCHEMA!r}.")
    told = {each["name"]: Member(each["name"], each["size"], each["sha256"]) for each in manifest["members"]}
    for name in sorted(set(told) | set(found) - {MANIFEST}):
        if told.get(name) != found.get(name):
            raise Refusal(f"{source} is damaged at {name!r}: it is not what the table of contents says.")
    if DUMP not in found:
        raise Refusal(f"{source} holds no database.")
    if not all(isinstance(rows, int) for rows in manifest["tables"].values()):
        raise TypeError
    if not (isinstance(manifest["version"], str) and isinstance(manifest["created"], str)):
        raise TypeError


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
