"""Judges linked families by their rows: names do not matter to most answers, so no line is read again for them.

They are joined by the plain engine's own ledger, out of records whose names are hashes. Of families that look the same
to the rules one is judged. A group in which something is found, or that is odd, is left for the plain way.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from ingest.engine.event import Kind
from ingest.engine.fast.joined import Joint
from ingest.engine.fast.rows import ALONE
from ingest.engine.judge import FamilyAnswer, Judgement, judge_family
from ingest.engine.logformats.reader import Handover
from ingest.engine.records import Record, Tables, unpack
from ingest.engine.transactions import Device, Ledger
from ingest.engine.truth import weigh

_ENVELOPE: Final = int(Kind.ENVELOPE)
_TIMED: Final = frozenset({int(Kind.SPAM), int(Kind.HISTORY)})  # their days and order count
MOST_ROWS: Final = 64  # of a family
# As `ingest.engine.records` packs them.
_PACKED: Final = np.dtype(
    {
        "names": Record._fields,
        "formats": ["<i8", "<i8", "<i8", "<u8", "<u8", "<u4", "<u4", "<u4", "<u4", "<u2", "u1", "u1", "u1"],
    }
)
Shape = tuple[Any, ...]
Group = Sequence[Joint]
Id = tuple[int, str]  # with the number of its device


class Joining:
    """Judges groups of linked families of some devices."""

    def __init__(self, devices: Sequence[Device], context: Any, judgement: Judgement) -> None:
        self._devices = devices
        self._context = context  # a context that says whether it was asked (`judging.Watched`)
        self._judgement = judgement
        self._known: dict[Shape, FamilyAnswer] = {}

    def judge(self, rows: Any, groups: Sequence[Group]) -> tuple[list[Group], list[Id]]:
        """Judge groups by their rows. Returns those that are left for the plain way, and what ids there are now."""
        odd = set(rows["family"][(rows["flags"] & ALONE) != 0].tolist())
        left = [group for group in groups if _is_odd(group, odd)]
        mine = [group for group in groups if not _is_odd(group, odd)]
        if not mine:
            return left, []
        ledger, tables = self._ledger(rows, mine)
        counts: Counter[Shape] = Counter()
        others: list[FamilyAnswer] = []
        ids: list[Id] = []
        for group in mine:
            found = self._group(group, ledger, tables)
            if found is None:
                left.append(group)
                continue
            keys, shapes, answers = found
            ids += keys
            counts.update(shapes)
            others += answers
        for shape, times in counts.items():
            self._judgement.count(self._known[shape], times)
        for answer in others:
            self._judgement.count(answer)
        return left, ids

    def _ledger(self, rows: Any, groups: Sequence[Group]) -> tuple[Ledger, Tables]:
        """The families of groups, joined."""
        ledger, tables = Ledger(), Tables()
        ledger.tables = tables
        packed = _packed(rows, tables)
        families, begins = _bounds(rows["family"])
        spans = {family: begins[number : number + 2] for number, family in enumerate(families.tolist())}
        for group in groups:
            for joint in group:
                unit, link = self._devices[joint.unit], joint.link
                device = ledger.device(unit.name, unit.source or 0)
                for key, family in ((link.parent, joint.parent), (link.child, joint.child)):
                    if key not in device.families:
                        begin, end = spans.get(family, (0, 0))
                        device.families[key] = bytearray(packed[begin:end].tobytes())
                if link.handover:
                    names = (str(joint.recipient),) if joint.recipient else ()
                    handover = Handover(_signed(joint.digest), names, link.handover.inside)
                    link = link._replace(handover=handover)
                ledger.link(device, link)
        ledger.join()
        return ledger, tables

    def _group(
        self, group: Group, ledger: Ledger, tables: Tables
    ) -> tuple[list[Id], list[Shape], list[FamilyAnswer]] | None:
        """The ids of a group once it is joined, the shapes of its families, and the answers about those without one.

        None where something is found, or the plain way has to see it.
        """
        shapes: list[Shape] = []
        answers: list[FamilyAnswer] = []
        keys = dict.fromkeys((joint.unit, key) for joint in group for key in (joint.link.parent, joint.link.child))
        there: list[Id] = []
        for number, key in keys:
            unit = self._devices[number]
            device = ledger.device(unit.name, unit.source or 0)
            if (packed := device.families.get(key)) is None:
                continue  # it is a part of another one now
            there.append((number, key))
            records = unpack(packed)
            if len(records) > MOST_ROWS or any(record.kind in _TIMED for record in records):
                return None
            shape = _shape(number, key, device, records)
            if shape in self._known:
                shapes.append(shape)
                continue
            self._context.asked = False
            answer = judge_family(weigh(device, key, records, tables), tables, self._context)
            if answer.found:
                return None
            answer = replace(answer, seen=(), firmware=())
            if self._context.asked or answer.orders or answer.unordered:
                answers.append(answer)
            else:
                self._known[shape] = answer
                shapes.append(shape)
        return there, shapes, answers


def _is_odd(group: Group, odd: set[int]) -> bool:
    """Whether rows do not say all of a group: a line has several recipients, or has none that lead on."""
    return any(
        joint.parent in odd or joint.child in odd or (joint.link.handover is not None and joint.recipient is None)
        for joint in group
    )


def _shape(number: int, key: str, device: Device, records: list[Record]) -> Shape:
    """All that the rules can see of a family, with names in the order of their first use."""
    names: dict[int, int] = {}
    words: dict[int, int] = {}
    children: dict[int, int] = {0: 0}
    stamps = {stamp: rank for rank, stamp in enumerate(sorted({record.stamp for record in records}))}
    return number, *(
        (
            record.kind,
            record.told,
            record.done,
            record.flags,
            record.verdict if record.kind == _ENVELOPE else 0,
            record.recipients and names.setdefault(record.recipients, len(names) + 1),
            record.words and words.setdefault(record.words, len(words) + 1),
            children.setdefault(record.child, len(children)),
            stamps[record.stamp],
            device.followed(record, key),
        )
        for record in records
    )


def _packed(rows: Any, tables: Tables) -> Any:
    """Rows in the order of their families, as packed records; a recipient's name is its hash."""
    rows = rows[np.argsort(rows["family"], kind="stable")]
    hashes, inverse = np.unique(rows["recipient"], return_inverse=True)
    numbers = np.array([tables.recipients((str(one),)) if one else 0 for one in hashes.tolist()], np.uint32)
    packed = np.zeros(len(rows), _PACKED)
    for name in ("stamp", "line", "offset", "place", "verdict", "flags", "kind", "told", "done"):
        packed[name] = rows[name]
    packed["digest"], packed["words"] = rows["digest"].astype(np.int64), rows["words"].astype(np.int64)
    packed["recipients"] = numbers[inverse.ravel()]
    packed["child"] = 0
    return packed


def _bounds(families: Any) -> tuple[Any, list[int]]:
    """The families in order, and where each begins once they are put in it, with the end behind them."""
    unique, counts = np.unique(families, return_counts=True)
    return unique, [0, *np.cumsum(counts).tolist()]


def _signed(digest: int) -> int:
    return digest - (1 << 64) if digest >= 1 << 63 else digest
