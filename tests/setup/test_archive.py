"""The format of a backup: what was damaged, cut off or made by others is refused, with the place."""

import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from config.archive import SCHEMA, Writer, is_valid_name, unpack
from config.refusal import Refusal


def sample(folder: Path) -> bytes:
    """Return a backup with a database, a key and two blobs."""
    stream = io.BytesIO()
    writer = Writer(stream, {"version": "0.1.0", "created": "2026-11-24T00:00:00+00:00"})
    blobs = {"database.dump": b"PGDMP" * 2000, "secret_key": b"key", "evidence/ab/cd": b"log", "evidence/ef/01": b""}
    for name, content in blobs.items():
        path = folder / name.replace("/", "-")
        path.write_bytes(content)
        writer.add_file(name, path)
    writer.finish({"postgres": "18.6", "tables": {"public.thing": 3}})
    return stream.getvalue()


@pytest.fixture
def backup(tmp_path: Path) -> bytes:
    (tmp_path / "sources").mkdir()
    return sample(tmp_path / "sources")


@pytest.fixture
def target(tmp_path: Path) -> Path:
    (tmp_path / "target").mkdir()
    return tmp_path / "target"


def forged(members: Mapping[str, bytes] | Sequence[tarfile.TarInfo], manifest: object = None) -> io.BytesIO:
    """Return an archive that we did not write."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as tar:
        if isinstance(members, Mapping):
            for name, content in members.items():
                info = tarfile.TarInfo(name)
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
        else:
            for info in members:
                tar.addfile(info)
        if manifest is not None:
            text = json.dumps(manifest).encode()
            info = tarfile.TarInfo("manifest.json")
            info.size = len(text)
            tar.addfile(info, io.BytesIO(text))
    return io.BytesIO(zstandard.compress(plain.getvalue()))


def test_what_was_written_is_unpacked_as_it_was(backup: bytes, target: Path) -> None:
    contents = unpack(io.BytesIO(backup), target, "backup")
    assert contents.manifest["schema"] == SCHEMA
    assert contents.manifest["tables"] == {"public.thing": 3}
    assert (target / "evidence/ab/cd").read_bytes() == b"log"
    assert (target / "secret_key").stat().st_mode & 0o777 == 0o600
    assert {member["name"] for member in contents.manifest["members"]} == {
        "header.json",
        "database.dump",
        "secret_key",
        "evidence/ab/cd",
        "evidence/ef/01",
    }


@pytest.mark.parametrize("share", [0.0, 0.2, 0.5, 0.9, 0.999])
def test_a_backup_that_was_cut_off_is_refused(backup: bytes, target: Path, share: float) -> None:
    with pytest.raises(Refusal, match=r"cut off|damaged|not a Zenrei backup"):
        unpack(io.BytesIO(backup[: int(len(backup) * share)]), target, "backup")


def test_a_changed_byte_is_found_wherever_it_is(backup: bytes, tmp_path: Path) -> None:
    missed = []
    for position in range(0, len(backup), max(1, len(backup) // 60)):
        damaged = bytearray(backup)
        damaged[position] ^= 0xFF
        folder = tmp_path / str(position)
        folder.mkdir()
        try:
            unpack(io.BytesIO(bytes(damaged)), folder, "backup")
        except Refusal:
            continue
        missed.append(position)
    assert missed == []


def test_other_files_are_no_backups(target: Path) -> None:
    for content in (b"", b"PK\x03\x04 a zip file", b"\0" * 5000, zstandard.compress(b"no tar")):
        with pytest.raises(Refusal, match=r"not a Zenrei backup|cut off"):
            unpack(io.BytesIO(content), target, "file")
    with pytest.raises(Refusal, match="begins with 'something'"):
        unpack(forged({"something": b""}), target, "file")


@pytest.mark.parametrize(
    "name", ["../etc/passwd", "/etc/passwd", "evidence/../../x", "evidence/.ssh/x", "evidence", "x"]
)
def test_a_name_that_leads_elsewhere_is_refused_before_it_is_used(target: Path, name: str) -> None:
    with pytest.raises(Refusal, match="a member that no backup has"):
        unpack(forged({"header.json": b"{}", name: b"evil"}), target, "file")
    assert {path.name for path in target.rglob("*")} == {"header.json"}


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE])
def test_a_member_that_is_no_plain_file_is_refused(target: Path, kind: bytes) -> None:
    header, other = tarfile.TarInfo("header.json"), tarfile.TarInfo("evidence/ab/cd")
    other.type, other.linkname = kind, "/etc/passwd"
    with pytest.raises(Refusal, match="a member that no backup has"):
        unpack(forged([header, other]), target, "file")


def test_a_member_twice_is_refused(target: Path) -> None:
    twice = [tarfile.TarInfo("header.json"), tarfile.TarInfo("evidence/ab/cd"), tarfile.TarInfo("evidence/ab/cd")]
    with pytest.raises(Refusal, match="a member that no backup has"):
        unpack(forged(twice), target, "file")


def test_the_table_of_contents_must_name_every_member_as_it_is(target: Path) -> None:
    manifest = {"schema": SCHEMA, "members": [{"name": "header.json", "size": 2, "sha256": "0" * 64}]}
    with pytest.raises(Refusal, match=r"damaged at 'header.json'"):
        unpack(forged({"header.json": b"{}"}, manifest), target, "file")


def test_a_table_of_contents_that_is_nonsense_is_refused(tmp_path: Path) -> None:
    for number, manifest in enumerate(([], "text", {"schema": SCHEMA}, {"schema": SCHEMA, "members": [1]})):
        target = tmp_path / str(number)
        target.mkdir()
        with pytest.raises(Refusal):
            unpack(forged({"header.json": b"{}"}, manifest), target, "file")


def test_a_later_format_is_refused_by_its_name(target: Path) -> None:
    with pytest.raises(Refusal, match=r"has the format 'zenrei\.backup/9'"):
        unpack(forged({"header.json": b"{}"}, {"schema": "zenrei.backup/9", "members": []}), target, "file")


@given(st.text(max_size=30))
def test_no_valid_name_leaves_the_folder(name: str) -> None:
    for candidate in (name, f"evidence/{name}", f"evidence/ab/{name}"):
        if is_valid_name(candidate):
            resolved = Path("/data", candidate).resolve()
            assert resolved.is_relative_to("/data")
            assert resolved == Path("/data") / candidate
