"""Packed logs: every kind, in each other, cut off, broken, and made to hurt."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
from collections.abc import Callable

import pytest
import zstandard

from ingest.engine.result import FileReport, Options, ScanResult
from ingest.engine.source import MIB, Limits
from tests.engine.gateway import hits, scan_files
from tests.engine.test_scenarios import story

LOG = "".join(f"{line}\n" for line in story()).encode()
FOUND = [("rejected-and-delivered", "high", "b@example.com")]


def zipped(*entries: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return buffer.getvalue()


def tarred(*entries: tuple[str, bytes], mode: str = "w", form: int = tarfile.PAX_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode, format=form) as archive:  # type: ignore[call-overload]
        for name, content in entries:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def zstd(content: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(content)


PACKED: dict[str, Callable[[], bytes]] = {
    "gzip": lambda: gzip.compress(LOG),
    "gzip in members": lambda: gzip.compress(LOG[:700]) + gzip.compress(LOG[700:]),
    "gzip with zeros behind": lambda: gzip.compress(LOG) + b"\0" * 1000,
    "bzip2": lambda: bz2.compress(LOG),
    "xz": lambda: lzma.compress(LOG),
    "zstd": lambda: zstd(LOG),
    "zstd in frames": lambda: zstd(LOG[:700]) + zstd(LOG[700:]),
    "zip": lambda: zipped(("elog.log", LOG)),
    "zip stored": lambda: zipped(("elog.log", LOG), method=zipfile.ZIP_STORED),
    "zip bzip2": lambda: zipped(("elog.log", LOG), method=zipfile.ZIP_BZIP2),
    "zip lzma": lambda: zipped(("elog.log", LOG), method=zipfile.ZIP_LZMA),
    "tar": lambda: tarred(("var/log/elog.log", LOG)),
    "tar of old": lambda: tarred(("elog.log", LOG), form=tarfile.USTAR_FORMAT),
    "tar gnu": lambda: tarred(("elog.log", LOG), form=tarfile.GNU_FORMAT),
    "tar.gz": lambda: tarred(("elog.log", LOG), mode="w:gz"),
    "tar.gz of gz": lambda: tarred(("elog.log.gz", gzip.compress(LOG)), mode="w:gz"),
    "zip of gz": lambda: zipped(("elog.log.gz", gzip.compress(LOG))),
    "gz of zip": lambda: gzip.compress(zipped(("elog.log", LOG))),
    "zip of zip": lambda: zipped(("inner.zip", zipped(("elog.log", LOG)))),
}


def only(result: ScanResult) -> FileReport:
    assert len(result.files) == 1
    return result.files[0]


def early(file: FileReport) -> str:
    assert not file.complete
    return file.warnings[0]


@pytest.mark.parametrize("kind", PACKED)
def test_a_packed_log_gives_the_same_finding_as_the_plain_one(kind: str) -> None:
    result, plain = scan_files(PACKED[kind]()), scan_files(LOG)

    assert hits(result) == FOUND
    assert result.complete
    assert [(one.line, one.offset, one.text) for one in result.findings[0].evidence] == [
        (one.line, one.offset, one.text) for one in plain.findings[0].evidence
    ]


@pytest.mark.parametrize("kind", ["gzip", "bzip2", "xz", "zstd"])
def test_what_was_readable_of_a_cut_off_stream_counts_and_the_run_says_so(kind: str) -> None:
    many = b"".join(LOG.replace(b"009534", b"%06d" % n) for n in range(800))
    packers: dict[str, Callable[[bytes], bytes]] = {
        "gzip": gzip.compress,
        "bzip2": bz2.compress,
        "xz": lzma.compress,
        "zstd": zstd,
    }
    packed = packers[kind](many)

    result = scan_files(packed[: len(packed) - len(packed) // 5])

    assert "cut off" in early(only(result))
    assert result.read_lines > 100 or kind == "bzip2"
    assert not result.complete


def test_junk_behind_a_gzip_stream_is_a_warning_and_its_lines_count() -> None:
    result = scan_files(gzip.compress(LOG) + b"junk")

    assert hits(result) == FOUND
    assert "bytes after the end" in early(only(result))


def test_a_cut_off_tar_and_a_cut_off_zip_say_so() -> None:
    tar, archive = tarred(("a.log", LOG), ("b.log", LOG)), zipped(("a.log", LOG))

    assert not scan_files(tar[: len(LOG) + 2000]).complete
    assert "cut off or damaged" in early(only(scan_files(archive[:-30])))


def flipped(content: bytes, at: int) -> bytes:
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


MEMBER = 512 + -(-len(LOG) // 512) * 512  # the header and the blocks of one member
TWO = tarred(("a.log", LOG), ("b.log", LOG), form=tarfile.USTAR_FORMAT)


@pytest.mark.parametrize(
    "tar",
    [
        flipped(TWO, MEMBER + 3),
        TWO[:MEMBER],
        TWO[: MEMBER + 200],
        TWO[: 2 * MEMBER],
        TWO[: 2 * MEMBER + 512],
        TWO + TWO,
    ],
    ids=["a bit of a header", "at a header", "inside a header", "no end", "half an end", "two archives"],
)
@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_tar_whose_end_is_not_its_end_says_so(tar: bytes, pack: Callable[[bytes], bytes]) -> None:
    result = scan_files(pack(tar))

    assert hits(result) == FOUND
    assert "the tar is cut off or damaged after" in early(result.files[-1])
    assert not result.complete


@pytest.mark.parametrize("second", [zipped(("b.log", LOG)), zipped()], ids=["another", "an empty one"])
def test_of_two_zip_archives_in_one_file_the_unread_one_is_noticed(second: bytes) -> None:
    result = scan_files(zipped(("a.log", LOG)) + second)

    assert "before its first entry" in early(result.files[-1])


def test_a_broken_checksum_is_noticed() -> None:
    archive = bytearray(zipped(("a.log", LOG), method=zipfile.ZIP_STORED))
    archive[200] ^= 1

    assert not scan_files(bytes(archive)).complete


def test_names_of_members_are_labels_and_never_paths() -> None:
    names = ["../../etc/passwd", "/etc/passwd", "a\x1b[31m.log", "C:\\x.log", "n" * 400]

    result = scan_files(zipped(*((name, LOG) for name in names)), tarred(*((name, LOG) for name in names)))

    labels = [file.path for file in result.files]
    assert labels[0] == "0.log!/../../etc/passwd"
    assert all(label.isprintable() and len(label) < 300 for label in labels)
    assert result.transactions == 1


def test_links_and_devices_in_a_tar_are_not_followed() -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        link = tarfile.TarInfo("a.log")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)

    assert "no regular file" in early(only(scan_files(buffer.getvalue())))


def test_an_encrypted_member_is_said_to_be_encrypted() -> None:
    archive = bytearray(zipped(("a.log", LOG)))
    archive[6] |= 1
    directory = archive.rindex(b"PK\x01\x02")
    archive[directory + 8] |= 1

    assert "encrypted" in early(only(scan_files(bytes(archive))))


def test_containers_three_deep_are_not_opened() -> None:
    deep = zipped(("b.zip", zipped(("c.zip", zipped(("elog.log", LOG))))))

    assert "2 deep" in early(only(scan_files(deep)))


@pytest.mark.parametrize(
    "bomb",
    [
        lambda: gzip.compress(b"x" * (64 * MIB), compresslevel=9),
        lambda: bz2.compress(b"\0" * (64 * MIB)),
        lambda: lzma.compress(b"a" * (64 * MIB), preset=0),
        lambda: zstd(b"x" * (64 * MIB)),
        lambda: zipped(("a.log", b"date=" * (12 * MIB))),
        lambda: gzip.compress(tarred(("a.log", b"x" * (64 * MIB)))),
        lambda: zipped(*((f"{n}.log", b"x" * (8 * MIB)) for n in range(8))),
    ],
    ids=["gzip", "bzip2", "xz", "zstd", "zip", "tar.gz", "many members"],
)
def test_a_bomb_is_stopped_and_named(bomb: Callable[[], bytes]) -> None:
    result = scan_files(bomb())

    assert any("times its size" in warning for file in result.files for warning in file.warnings)
    assert not result.read_lines


def test_the_total_is_limited_too() -> None:
    result = scan_files(gzip.compress(LOG * 500), options=Options(limits=Limits(total_bytes=100_000)))

    assert "limit of 100000 bytes" in early(only(result))
    assert hits(result) == FOUND


def test_only_so_many_members_are_read() -> None:
    archive = zipped(*((f"{n}.log", LOG) for n in range(20)))

    result = scan_files(archive, options=Options(limits=Limits(entries=5)))

    assert len(result.files) == 6
    assert "more than 5 entries" in early(result.files[-1])


def test_a_file_that_is_not_there_and_a_folder_are_named_with_the_reason(tmp_path: object) -> None:
    from pathlib import Path

    from ingest.engine.scan import scan
    from ingest.engine.source import Source

    result = scan([Source(Path(str(tmp_path)), "folder"), Source(Path(str(tmp_path)) / "none", "none")])

    assert [early(file) for file in result.files] == [
        "reading ended early: it is no regular file",
        "reading ended early: it cannot be opened (No such file or directory)",
    ]
