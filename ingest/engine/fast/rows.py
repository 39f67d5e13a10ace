"""What the compiled part and the rest hand each other: rows of lines, states, shapes, and the constants of hashes."""

from typing import Any, Final, NamedTuple

import numpy as np

PADDING: Final = 64  # bytes behind the end of every text that the compiled part reads
SEED: Final = 0x9E3779B97F4A7C15
MIX_1: Final = 0xBF58476D1CE4E5B9  # the constants of splitmix64
MIX_2: Final = 0x94D049BB133111EB
SLOW, FAST, BLANK = 0, 1, 2  # states of a line: left to the plain reader, read, empty
# Of formats that are data: read, and names no message; the same, and says something that nobody can judge.
SAID, LOOSE = 3, 4
MOST_TOKENS: Final = 64
STRETCHES, STRETCH, STRETCH_TOKENS = 16, 240, 16  # of lines that are remembered: how many, bytes, keys
MOST_ROWS: Final = 64  # of a family with a signature
ALONE: Final = 1 << 15  # a flag beside those of events: its family is judged alone
WRITTEN: Final = 1 << 14  # the same: the digest is that of the line as it is written, its time too
# What a shape is: of which lines, and so what is read from it.
SHAPE_OTHER, SHAPE_EVENT, SHAPE_HISTORY, SHAPE_SPAM = 0, 1, 2, 3
SUBTYPE, SESSION, DEVICE, TO, CLASSIFIER, DISPOSITION, STATUS, DATE, TIME = range(9)
PLACES: Final = 9
READ, SPAN, SIGN, UNIQUE, CUT, GROUP, ARRANGE, DIGEST = range(1, 9)  # what `kernel.entry.run` can do
# Steps of an expression (`expressions`), and the number of the set that has every byte.
MATCHED, LITERAL, SET, LOOP, LOOP_WHOLE, LOOP_LAZY, CHOICE, JUMP, SAVE, END = range(10)
ANY: Final = 0
# A format that is data, as the compiled part has it (`plans`): where in its table what stands. First the head,
FRAMES, FRAMES_AT, PROGRAM, PROGRAM_SLOT, RULES, RULES_AT, BODY_SLOT, TIME_SLOT, SLOTS, TIME_AT = range(10)
# then the rules,
HAS_AT, HAS_SIZE, HAS_NUMBER, ON, FIRST, PATTERN, WHEN_AT, WHENS, TAKES_AT, TAKES, KIND, SILENT = range(12)
TOLD_IS, SCOPE_IS, DONE_IS, FLAGS_ARE, FINAL_IS, OUTCOMES_AT, OUTCOMES = range(12, 19)
KEY_AT, DEVICE_AT, TIMED_AT, RECIPIENTS_AT, SPLITS, REPLY_AT, RELAY_AT, RELAY_IP_AT, ENVELOPE_AT = range(19, 28)
NEXT_AT, PARENT_AT, REMEMBERS, LEADS, PLAIN, RULE_SIZE = range(28, 34)
# their outcomes (whose first five are those of a rule from `TOLD_IS` on), and conditions.
CONDITIONS_AT, CONDITIONS, OUTCOME_SIZE = range(5, 8)
NAMES_AT, TEST, ARGUMENTS_AT, ARGUMENTS, CONDITION_SIZE = range(5)
BY_PATTERN, BY_WORD, BY_START, BY_PART = range(4)
BY_REPLY: Final = 4  # where others are told something
WIDE, ONE_RECIPIENT = 2, 1  # scopes: the message or the connection, a recipient
MOST_SLOTS: Final = 48  # values by name of a format
MOST_HAS: Final = 64
# Of a line that later ones may need: its number, its rule, where its values stand, the hash of the id that it leads to.
NOTE: Final = 4 + 2 * MOST_SLOTS
STACK: Final = 1 << 14
SCRATCH: Final = 1 << 12

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
