"""What the lines of a block leave for later ones, all of a kind at once: values as they stand, of many lines.

That is the same as line by line, unless a line asks for what another one of the block said.
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np

from ingest.engine.event import DONE, Flag
from ingest.engine.fast.leads import Lead, Simple
from ingest.engine.fast.spec_pipeline import SpecPart
from ingest.engine.logformats.memory import Memory
from ingest.engine.logformats.reader import INSIDE

_INSIDE: Final = np.array([DONE.index(done) for done in sorted(INSIDE)])
_DELIVERED: Final = DONE.index("delivered")


class Told:
    """The notes of some lines of a text; ``inside`` are those of deliveries to this unit itself that name an id."""

    def __init__(self, part: SpecPart, leads: Sequence[Lead], text: str) -> None:
        self._text = text
        notes = part.notes
        lines = notes[:, 0]
        done = part.rows["done"][lines]
        self.inside = np.zeros(len(notes), bool)
        units = part.rows["unit"][lines]
        self._is_one = (
            len(units) > 0 and units.min() == units.max()
        )  # then all lines that name it do so in the same way
        self._keeps: list[tuple[str, list[tuple[str, str]]]] = []
        self._asks: list[str] = []
        self._next: list[str] = []
        self.is_simple = True
        for number in np.unique(notes[:, 1]).tolist():
            simple = leads[number].simple
            mine = notes[:, 1] == number
            unclear = part.rows["flags"][lines[mine]] & Flag.UNCLEAR
            if simple is None or (simple.keeps and unclear.any()) or len(self._keeps) + len(simple.keeps) > 1:
                self.is_simple = False
                return
            self._note(simple, notes, mine, done)

    def _note(self, simple: Simple, notes: Any, mine: Any, done: Any) -> None:
        for of, name, value in simple.keeps:
            self._keeps.append((name, list(self._pairs(simple.device, of, value, notes[mine]))))
        if simple.next < 0:
            return
        leads = mine & (notes[:, simple.next + 1] > notes[:, simple.next])
        inside = leads & np.isin(done, _INSIDE)
        self.inside |= inside
        self._next += self._things(simple.device, simple.next, notes[inside])
        if simple.asked >= 0:
            self._asks += self._things(simple.device, simple.asked, notes[leads & (done == _DELIVERED)])

    def _things(self, device: int, of: int, notes: Any) -> list[str]:
        """What is spoken of, with its device."""
        text = self._text
        if device >= 0 and not (self._is_one and (notes[:, device + 1] > notes[:, device]).all()):
            names = notes[:, [device, device + 1, of, of + 1]].tolist()
            return [f"{text[one:two]} {text[begin:end]}" for one, two, begin, end in names]
        first = text[notes[0, device] : notes[0, device + 1]] if device >= 0 and len(notes) else ""
        before = f"{first} "
        return [before + text[begin:end] for begin, end in notes[:, [of, of + 1]].tolist()]

    def _pairs(self, device: int, of: int, value: int, notes: Any) -> Iterator[tuple[str, str]]:
        """Facts, but for those of nothing and without a value."""
        notes = notes[(notes[:, of + 1] > notes[:, of]) & (notes[:, value + 1] > notes[:, value])]
        text = self._text
        values = [text[begin:end] for begin, end in notes[:, [value, value + 1]].tolist()]
        return zip(self._things(device, of, notes), values, strict=True)

    def asks_for_itself(self, memory: Memory) -> bool:
        """Whether a line asks for something that is known, or that another line says: then their order counts."""
        if not self._asks:
            return False
        said = {of for _, facts in self._keeps for of, _ in facts}
        said.update(self._next)
        return any(of in said or memory.knows(of) for of in self._asks)

    def keep(self, memory: Memory) -> None:
        """Keep what was said."""
        for name, facts in self._keeps:
            memory.keep_all(facts, name)
