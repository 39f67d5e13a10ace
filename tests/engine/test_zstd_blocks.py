"""zstd by its blocks: the same bytes however they come, never much at once, nothing that only looks like a frame."""

import random
from collections.abc import Iterator

import pytest
import zstandard

from ingest.engine.codecs import inflate
from ingest.engine.source import KIB, MIB, Damaged, Limits
from ingest.engine.zstd_blocks import BLOCKS, ZstdBlocks

BLOCK = 128 * KIB
MOST = (BLOCKS + 1) * BLOCK  # of one step: one block may have been left of the step before
CHANCE = random.Random(5)
NOISE, ZEROS = CHANCE.randbytes(3 * MIB), bytes(5 * MIB)
TEXT = b"".join(b"%d: %d\n" % (number, CHANCE.randrange(9999)) for number in range(200_000))


def pieces(data: bytes, size: int) -> Iterator[bytes]:
    for at in range(0, len(data), size):
        yield data[at : at + size]


def unpack(data: bytes, size: int = MIB) -> tuple[bytes, int]:
    """What a stream holds, and the largest step."""
    parts = list(inflate("zstd", pieces(data, size), Limits()))
    return b"".join(parts), max(map(len, parts), default=0)


def frames() -> Iterator[tuple[str, bytes, bytes]]:
    for name, content in (("text", TEXT), ("noise", NOISE), ("zeros", ZEROS), ("short", b"a\n"), ("nothing", b"")):
        yield name, content, zstandard.ZstdCompressor().compress(content)
        yield f"{name}, checksum", content, zstandard.ZstdCompressor(write_checksum=True, level=1).compress(content)
        packer = zstandard.ZstdCompressor(write_content_size=False, write_checksum=True).compressobj()
        stream = b"".join(packer.compress(content[at : at + 50_000]) for at in range(0, len(content), 50_000))
        yield f"{name}, as a stream", content, stream + packer.flush()


FRAMES = {name: (content, packed) for name, content, packed in frames()}


@pytest.mark.parametrize("name", FRAMES)
@pytest.mark.parametrize("size", [MIB, 4099])
def test_a_frame_is_what_was_packed_and_comes_in_bounded_steps(name: str, size: int) -> None:
    content, packed = FRAMES[name]
    found, most = unpack(packed, size)
    assert found == content
    assert most <= MOST


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_headers_may_be_cut_anywhere(size: int) -> None:
    content = TEXT[:9_000]
    packed = zstandard.ZstdCompressor(write_checksum=True).compress(content)
    skipped = b"\x53\x2a\x4d\x18" + (5).to_bytes(4, "little") + b"notes"
    assert unpack(packed + skipped + packed, size)[0] == content * 2


def test_frames_behind_each_other_are_one_stream() -> None:
    content, packed = FRAMES["text, as a stream"]
    assert unpack(packed + FRAMES["noise"][1] + packed)[0] == content + NOISE + content


@pytest.mark.parametrize("keep", [3, 5, 9, 1000, -1, -4])
def test_a_frame_that_is_cut_off_gives_what_it_had(keep: int) -> None:
    content, packed = FRAMES["text, checksum"]
    found: list[bytes] = []
    with pytest.raises(Damaged, match="cut off"):
        found.extend(inflate("zstd", pieces(packed[:keep], MIB), Limits()))
    assert content.startswith(b"".join(found))


@pytest.mark.parametrize("junk", [b"junk", b"junk and more", b"\x28\xb5\x2f\xfe...", bytes(3) + b"x" * 9])
def test_junk_behind_a_frame_is_told(junk: bytes) -> None:
    with pytest.raises(Damaged, match="are no zstd"):
        unpack(FRAMES["short"][1] + junk)


def test_a_broken_block_is_told_and_what_stands_before_it_is_kept() -> None:
    content, packed = FRAMES["text"]
    begin = len(packed) // 2
    found: list[bytes] = []
    with pytest.raises(Damaged, match="damaged"):
        found.extend(inflate("zstd", pieces(packed[:begin] + b"\xff" * 400_000, MIB), Limits()))
    assert len(b"".join(found)) >= len(content) // 4
    assert content.startswith(b"".join(found)[: len(content) // 4])


def test_blocks_of_one_byte_each_come_in_bounded_steps() -> None:
    """A block of one repeated byte takes four bytes, and unpacks to 128 KiB: 8 GiB out of 256 KiB."""
    block = (BLOCK << 3 | 1 << 1).to_bytes(3, "little") + b"x"
    frame = b"\x28\xb5\x2f\xfd" + bytes([0]) + bytes([0x38]) + block * 65_536  # a window of 128 KiB
    total = 0
    for part in inflate("zstd", pieces(frame, MIB), Limits()):
        assert part.strip(b"x") == b""
        assert len(part) <= MOST
        total += len(part)
        if total > 64 * MIB:
            return
    pytest.fail("it ended before")


def test_a_walk_takes_some_blocks_at_a_time() -> None:
    _, packed = FRAMES["zeros"]
    walk, at, steps = ZstdBlocks(), 0, 0
    while at < len(packed):
        at, steps = walk.reach(packed, at), steps + 1
    assert steps == -(-len(ZEROS) // (BLOCK * BLOCKS))
