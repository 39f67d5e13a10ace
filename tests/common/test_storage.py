"""The evidence store: what is in it is whole, stays as it is, and is under its hash."""

import hashlib
import os
import stat
import time
from pathlib import Path

import pytest

from common.storage import LEFTOVER_AFTER_SECONDS, BlobStore, StoredBlob

BYTES = b"date=2022-06-08\n" * 1000
SHA256 = hashlib.sha256(BYTES).hexdigest()


@pytest.fixture
def store(tmp_path: Path) -> BlobStore:
    """An empty store."""
    return BlobStore(tmp_path / "evidence")


def put(store: BlobStore, content: bytes = BYTES) -> StoredBlob:
    """Store bytes in two pieces."""
    with store.writer() as writer:
        writer.write(content[:10])
        writer.write(content[10:])
        return writer.commit()


def files(store: BlobStore) -> list[str]:
    """Return every file of the store, by its path in it."""
    return sorted(str(file.relative_to(store.folder)) for file in store.folder.rglob("*") if file.is_file())


def test_a_blob_lies_under_its_hash(store: BlobStore) -> None:
    assert put(store) == StoredBlob(SHA256, len(BYTES))
    assert files(store) == [f"{SHA256[:2]}/{SHA256[2:]}"]
    with store.open(SHA256) as stream:
        assert stream.read() == BYTES


def test_nobody_may_write_it(store: BlobStore) -> None:
    put(store)
    assert stat.S_IMODE(store.path(SHA256).stat().st_mode) == 0o440


def test_the_same_bytes_are_one_blob_and_the_first_stays(store: BlobStore) -> None:
    put(store)
    first = store.path(SHA256).stat()
    assert put(store).sha256 == SHA256
    assert store.path(SHA256).stat().st_ino == first.st_ino
    assert len(files(store)) == 1


def test_a_torn_blob_is_replaced_by_a_whole_one(store: BlobStore) -> None:
    store.path(SHA256).parent.mkdir(parents=True)
    store.path(SHA256).write_bytes(b"half")
    put(store)
    assert store.path(SHA256).read_bytes() == BYTES


def test_what_is_thrown_away_leaves_no_trace(store: BlobStore) -> None:
    writer = store.writer()
    writer.write(BYTES)
    writer.abort()
    writer.abort()
    assert files(store) == []


def test_an_exception_in_the_middle_leaves_no_trace(store: BlobStore) -> None:
    def fall() -> None:
        with store.writer() as writer:
            writer.write(BYTES)
            raise RuntimeError("the client went away")

    with pytest.raises(RuntimeError):
        fall()
    assert files(store) == []


def test_aborting_what_is_kept_changes_nothing(store: BlobStore) -> None:
    with store.writer() as writer:
        writer.write(BYTES)
        writer.commit()
        writer.abort()
    assert store.path(SHA256).read_bytes() == BYTES


def test_a_move_that_fails_leaves_nothing_in_between(store: BlobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    writer = store.writer()
    writer.write(BYTES)
    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        writer.commit()
    writer.abort()
    assert files(store) == []


def test_the_bytes_are_on_the_disk_before_they_have_a_name(store: BlobStore, monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def noted_fsync(descriptor: int) -> None:
        folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        done.append("folder" if folder else "file")
        fsync(descriptor)

    def noted_replace(self: Path, target: Path) -> Path:
        done.append("move")
        return replace(self, target)

    with store.writer() as writer:
        writer.write(BYTES)
        monkeypatch.setattr(os, "fsync", noted_fsync)
        monkeypatch.setattr(Path, "replace", noted_replace)
        writer.commit()
    assert done == ["file", "folder", "move", "folder"]


def test_leftovers_of_a_killed_process_are_removed_when_nobody_writes_them_any_more(store: BlobStore) -> None:
    put(store)
    old, young = store.incoming / "old", store.incoming / "young"
    for path in (old, young):
        path.write_bytes(b"half")
    long_ago = time.time() - LEFTOVER_AFTER_SECONDS - 60
    os.utime(old, (long_ago, long_ago))
    store.writer().abort()
    assert not old.exists()
    assert young.exists()


@pytest.mark.parametrize(
    "name", ["", "..", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 65, "g" * 64, "a" * 64 + "\n"]
)
def test_what_is_no_hash_is_no_path(store: BlobStore, name: str) -> None:
    with pytest.raises(ValueError, match="no SHA-256"):
        store.path(name)


def test_a_blob_that_is_not_there_is_said_so(store: BlobStore) -> None:
    with pytest.raises(FileNotFoundError):
        store.open(SHA256)
