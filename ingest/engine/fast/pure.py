"""The hashes of the compiled part in plain Python, for the few texts that are hashed one by one."""

from typing import Final

from ingest.engine.fast.rows import MIX_1, MIX_2, SEED

_MASK: Final = (1 << 64) - 1


def mix(word: int) -> int:
    """As `kernel.words.mix`."""
    word = ((word ^ (word >> 30)) * MIX_1) & _MASK
    word = ((word ^ (word >> 27)) * MIX_2) & _MASK
    return word ^ (word >> 31)


def fold(state: int, word: int) -> int:
    """As `kernel.words.fold`."""
    state = ((state ^ word) * MIX_1) & _MASK
    return state ^ (state >> 29)


def hash_bytes(raw: bytes) -> int:
    """As `kernel.words.hash_of`."""
    if not raw:
        return 0
    state = SEED
    for at in range(0, len(raw), 8):
        state = fold(state, int.from_bytes(raw[at : at + 8], "little"))
    return fold(state, len(raw))
