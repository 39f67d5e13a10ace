"""Keys: text whose bytewise order is the order of versions.

A key is written from a version's parts, one after the other. Whatever may come next at a place begins with a byte of
its own, and these bytes are the order of things behind one and the same beginning:

    1 + letter   a pre-release, the letter is its rank (alpha before beta)      7.11beta7
    3            the end                                                        7.11
    4            a build                                                        7.11 build 163
    5 + letter   a hot-fix, patch or service pack, the letter is its rank       7.11-h2
    6            a word, up to "!"                                              7.11a
    7            a number: its length, then its digits                          7.11.1
    8            a word in a pre-release, as semver wants it                    7.11-alpha.beta

So a prefix followed by ``0`` is before, and followed by ``8`` behind, everything that begins with the prefix. Zeros at
the end of the number are not written: 7.0 and 7.0.0 are one version.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

BEFORE, END, BUILD, AFTER_BUILDS, AFTER_HOTFIXES, AFTER = "0", "3", "4", "5", "6", "8"
PRE, HOTFIX = "1", "5"
WORD, LATE_WORD = "6", "8"
LETTERS: Final = 25  # lengths up to here are one letter, A to Y; longer ones are Z and four digits
Atoms = tuple[str, ...]  # digits or words; the empty word is one: "no letter", where a scheme always has a letter


class Step(NamedTuple):
    """What stands behind the number: ``code`` is its class and rank, ``label`` the word as it was written."""

    code: str
    label: str
    atoms: Atoms


class Parts(NamedTuple):
    """A version taken apart."""

    main: Atoms
    steps: tuple[Step, ...] = ()
    build: Atoms = ()


def is_number(atom: str) -> bool:
    """Tell a number from a word."""
    return "0" <= atom[:1] <= "9"


def write(atoms: Iterable[str], word: str = WORD) -> str:
    """The key's piece for numbers and words; ``word`` is the class of the words."""
    return "".join(_number(atom) if is_number(atom) else f"{word}{atom}!" for atom in atoms)


def _number(digits: str) -> str:
    digits = digits.lstrip("0") or "0"
    length = len(digits)
    return f"7{chr(64 + length) if length <= LETTERS else f'Z{length:04d}'}{digits}"


def without_zeros(main: Atoms) -> Atoms:
    """The number without the zeros at its end; one atom stays."""
    end = len(main)
    while end > 1 and is_number(main[end - 1]) and not main[end - 1].strip("0"):
        end -= 1
    return main[:end]


def stem(main: Atoms, steps: Iterable[Step] = ()) -> str:
    """The key of a version without its end and its build."""
    return write(without_zeros(main)) + "".join(map(_step, steps))


def _step(step: Step) -> str:
    return step.code + write(step.atoms, LATE_WORD if step.code[0] == PRE else WORD)


def first(main: Atoms) -> str:
    """Before all keys whose number begins with this one, pre-releases among them."""
    return stem(main) + BEFORE


def last(main: Atoms) -> str:
    """Behind all keys whose number begins with this one."""
    return write(main) + AFTER


def show(atoms: Iterable[str]) -> str:
    """Numbers and words as people write them: 15.1X49."""
    text, before = "", ""
    for atom in atoms:
        shown = (atom.lstrip("0") or "0") if is_number(atom) else atom.upper()
        text += f".{shown}" if before and is_number(atom) and is_number(before) else shown
        before = atom
    return text
