"""A blob that rotted is healed by giving the good file again."""

from pathlib import Path

from common.storage import BlobStore


def keep(store: BlobStore, content: bytes) -> Path:
    """Put bytes into the store and return where they lie."""
    with store.writer() as writer:
        writer.write(content)
        return store.path(writer.commit().sha256)


def test_bytes_that_rotted_do_not_count_as_there(tmp_path: Path) -> None:
    store = BlobStore(tmp_path / "evidence")
    path = keep(store, b"the proof")
    path.chmod(0o640)
    path.write_bytes(b"the qroof")
    assert keep(store, b"the proof").read_bytes() == b"the proof"


def test_whole_bytes_are_kept_as_they_are(tmp_path: Path) -> None:
    store = BlobStore(tmp_path / "evidence")
    path = keep(store, b"the proof")
    before = path.stat().st_ino
    assert keep(store, b"the proof").stat().st_ino == before
