"""What the compiled part and the rest hand each other: rows of lines, states, shapes, and the constants of hashes."""

from typing import Any, Final, NamedTuple

import numpy as np

PADDING: Final = 64  # bytes behind the end of every text that the compiled part reads
SEED: Final = 0x9E3779B97F4A7C15
MIX_1: Final = 0xBF58476D1CE4E5B9  # the constants of splitmix64
MIX_2: Final = 0x94D049BB133111EB
SLOW, FAST, BLANK = 0, 1, 2  # states of a line: left to the plain reader, read, empty
MOST_TOKENS: Final = 64
STRETCHES, STRETCH, STRETCH_TOKENS = 16, 240, 16  # of lines that are remembered: how many, bytes, keys
MOST_ROWS: Final = 64  # of a family with a signature
ALONE: Final = 1 << 15  # a flag beside those of events: its family is judged alone
# What a shape is: of which lines, and so what is read from it.
SHAPE_OTHER, SHAPE_EVENT, SHAPE_HISTORY, SHAPE_SPAM = 0, 1, 2, 3
SUBTYPE, SESSION, DEVICE, TO, CLASSIFIER, DISPOSITION, STATUS, DATE, TIME = range(9)
PLACES: Final = 9
READ, SPAN, SIGN, UNIQUE, CUT, GROUP, ARRANGE, DIGEST = range(1, 9)  # what `kernel.entry.run` can do

ROW: Final = np.dtype(
    [
        ("family", np.uint64),  # device and transaction
        ("digest", np.uint64),
        ("words", np.uint64),
        ("recipient", np.uint64),
        ("half", np.uint64),  # the message's own id, the second half of the transaction's
        ("stamp", np.int64),
        ("offset", np.int64),
        ("line", np.uint32),
        ("verdict", np.uint32),  # its number, of an envelope the number of recipients
        ("place", np.uint16),
        ("flags", np.uint16),
        ("unit", np.uint16),  # number of the device
        ("kind", np.uint8),
        ("told", np.uint8),
        ("done", np.uint8),
        ("child", np.uint8),
    ]
)
ROW_BYTES: Final = np.dtype((np.void, ROW.itemsize))  # numpy copies rows as bytes at once, and else field by field


class Known(NamedTuple):
    """What was learned, as arrays: shapes of lines, words of history lines with their meaning, classifiers.

    ``places`` holds for each shape where the wanted values stand among its keys, -1 for none; ``kept`` has a bit for
    each key that belongs to the record itself.
    """

    shapes: Any
    types: Any
    places: Any
    kept: Any
    words: Any
    meanings: Any
    classifiers: Any
    numbers: Any
    devices: Any
    units: Any
    scanners: Any


class Scanners(NamedTuple):
    """How messages of spam lines begin: ``texts`` row by row, ``sizes`` of them, ``bound`` where a word must end.

    ``numbers`` are those of the scanners, -1 where the beginning alone does not tell.
    """

    texts: Any
    sizes: Any
    bound: Any
    numbers: Any


class Memory(NamedTuple):
    """Stretches of lines with what they were cut into; ``turn`` says which is written over next."""

    texts: Any
    sizes: Any
    counts: Any
    starts: Any
    ends: Any
    hashes: Any
    histories: Any
    turn: Any
