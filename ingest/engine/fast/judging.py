"""Judges stored rows: one family of each signature for all, and alone those that have one of their own."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from ingest.engine.citing import read_back
from ingest.engine.event import Event, Unread
from ingest.engine.fast.compiled import compiled
from ingest.engine.fast.examples import Examples, record_of
from ingest.engine.fast.families import Signed, sign
from ingest.engine.fast.intake import FastIntake
from ingest.engine.fast.joined import Joined, Joint
from ingest.engine.fast.joining import Joining
from ingest.engine.fast.learned import family_of, hash_text, keys_of
from ingest.engine.fast.rows import ROW, ROW_BYTES
from ingest.engine.findings import RULES
from ingest.engine.findings.coverage import Context, Coverage
from ingest.engine.findings.orders import orders_of
from ingest.engine.findings.whole import Order, Totals
from ingest.engine.formats import Format, make_format
from ingest.engine.judge import SHARED, FamilyAnswer, Judgement, count_loose, judge_family
from ingest.engine.logformats.reader import Link
from ingest.engine.records import UNDATED, Record, Tables, unpack
from ingest.engine.source import Limits, Source
from ingest.engine.times import DAY_MS
from ingest.engine.transactions import Device, Ledger
from ingest.engine.truth import Truth, weigh

MOST_TEXTS: Final = 100_000  # kept: a hostile log has findings all over
AT_ONCE: Final = 200_000  # rows of families judged alone: so many lines are held as text
CHANGED: Final = "a line of theirs was another one, or gone, when it was read again: the file changed while it was read"


class Watched:
    """A context that says whether it was asked how long the log covers."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self.asked = False
        self.firmware = ()
        self.firmware_at = context.firmware_at

    def lacks(self, device: Device, stamp: int | None) -> str | None:
        """As `Context.lacks`."""
        self.asked = True
        return self._context.lacks(device, stamp)


class FastJudge:
    """Weighs the families of an intake. The answer is that of `ingest.engine.judge.judge`."""

    def __init__(
        self,
        intake: FastIntake,
        sources: Sequence[Source],
        limits: Limits,
        context: Context,
        joints: Sequence[Joint] = (),
    ) -> None:
        self._compiled = compiled()
        self._intake = intake
        self._sources = list(sources)
        self._limits = limits
        self._devices = [unit.device for unit in intake.units]
        self._context = replace(context, coverage=_Coverages(intake))
        self._has_firmware = np.array(
            [context.firmware_at(place) is not None for place in range(len(intake.places))] or [False], np.uint8
        )
        self._examples = Examples(
            self._compiled, self._names, self._pairs, [(one.name, one.source) for one in self._devices]
        )
        self.judgement = Judgement(totals=Totals(examples=self._examples))
        self._readings: dict[str, Format] = {}
        self._joined = Joined(joints)
        self._alone: list[tuple[Any, bool]] = []
        self._halves: dict[int, set[str]] = defaultdict(set)
        self._keys: dict[int, list[Any]] = defaultdict(list)
        spoken = [unit.device.name for unit in intake.units if unit.rows]
        self._may_share = len(spoken) > 1 and None in spoken

    def part(self, rows: Any) -> None:
        """Judge the families of some rows, which hold all rows of each of them."""
        self._part(self._joined.set_aside(rows))

    def _part(self, rows: Any) -> None:
        if not len(rows):
            return
        self._note_halves(rows)
        self._note_keys(rows)
        signed = sign(self._compiled, rows, self._has_firmware)
        totals = self.judgement.totals
        for seen, count in self._examples.note_seen(rows.view(ROW_BYTES)[signed.seen].view(ROW)):
            totals.verdicts[seen] += count
        for number, day, place in np.unique(signed.days, axis=0).tolist():
            device = self._devices[number]
            firmware = self._context.firmware_at(place) or ""  # only places with a known one were noted
            totals.firmware.setdefault((device.name, device.source), set()).add((day, firmware))
        inverse, first, counts = self._compiled.group(signed.signatures)
        alone = np.zeros(len(first), bool)
        for number, family in enumerate(first.tolist()):
            if not signed.signatures[family]:
                alone[number] = True
                continue
            answer, timed = self._answer(rows, signed, family)
            if answer.found or timed or answer.orders or answer.unordered:
                self._each_time(rows, signed, np.flatnonzero(inverse == number), timed)
            else:
                self.judgement.count(replace(answer, seen=(), firmware=()), int(counts[number]))
        for family in np.flatnonzero(alone[inverse]).tolist():
            self._leave_alone(rows, signed, family)

    def _leave_alone(self, rows: Any, signed: Signed, family: int) -> None:
        begin, end = signed.bounds[family], signed.bounds[family + 1]
        mine = rows.view(ROW_BYTES)[signed.order[begin:end]].view(ROW)
        self._alone.append((mine, bool(signed.signatures[family])))

    def _each_time(self, rows: Any, signed: Signed, families: Any, timed: bool) -> None:
        """Judge families of one signature by the times that their answer depends on."""
        begins = signed.order[signed.bounds[families]]
        units = rows["unit"][begins].astype(np.int64)
        last = signed.last[families]
        ends = np.array([unit.last or 0 for unit in self._intake.units], np.int64)[units]
        columns = [units, signed.when[families].astype(np.int64)]
        columns += [last // DAY_MS, (ends - last) // DAY_MS] if timed else []
        _, first, inverse, counts = np.unique(
            np.stack(columns), axis=1, return_index=True, return_inverse=True, return_counts=True
        )
        inverse = inverse.ravel()
        for number, place in enumerate(first.tolist()):
            answer, _ = self._answer(rows, signed, int(families[place]))
            mine = families[inverse == number]
            if answer.found:
                for family in mine.tolist():
                    self._leave_alone(rows, signed, family)
                continue
            if answer.orders:
                self._examples.note_families(
                    {order for order, _ in answer.orders},
                    (rows[signed.order[signed.bounds[family] : signed.bounds[family + 1]]] for family in mine.tolist()),
                )
            self.judgement.count(replace(answer, seen=(), firmware=()), int(counts[number]), keep=False)

    def finish(self, baseline: Totals | None) -> Judgement:
        """Judge what was left to be judged alone, by its lines, and the log as a whole."""
        self._part(self._joined.single())
        self._judge_alone()
        self._judge_joined()
        self._count_shared()
        for device in self._devices:
            count_loose(device, self.judgement)
        self.judgement.conclude(self._intake.ledger.tables, baseline)
        return self.judgement

    def _truth(self, rows: Any, places: Iterable[int], device: Device) -> tuple[Truth, Tables]:
        """The truth of a family by its rows: names do not matter to it."""
        tables, words = Tables(), {0: 0}
        records = []
        for number, place in enumerate(places):
            row = rows[place]
            recipient = int(row["recipient"])
            records.append(
                record_of(
                    row,
                    words=words.setdefault(int(row["words"]), len(words)),
                    recipients=tables.recipients((str(recipient),) if recipient else ()),
                    child=tables.children("0") if row["child"] else 0,
                    digest=number,
                )
            )
        return weigh(device, "", records, tables), tables

    def _answer(self, rows: Any, signed: Signed, family: int) -> tuple[FamilyAnswer, bool]:
        """The answer for a family, and whether it depends on how long the log covers."""
        begin, end = signed.bounds[family : family + 2].tolist()
        kept = self._compiled.unique_rows(rows, signed.order, begin, end)
        device = self._devices[int(rows["unit"][signed.order[signed.bounds[family]]])]
        truth, tables = self._truth(rows, kept, device)
        watched = Watched(self._context)
        return judge_family(truth, tables, watched), watched.asked  # type: ignore[arg-type]

    def _pairs(self, rows: Any) -> Iterable[tuple[Order, tuple[Record, Record]]]:
        """The orders that a family counts for."""
        kept = self._compiled.unique_rows(rows, np.arange(len(rows)), 0, len(rows))
        truth, _ = self._truth(rows, kept, self._devices[int(rows["unit"][0])])
        return orders_of(truth, self._context)[0]

    def _names(self, rows: Any) -> list[str]:
        """The transactions of rows, out of their lines."""
        texts = read_back(_places(rows), self._intake.places, self._sources, self._limits)
        names = []
        for row in rows:
            event = self._reading(int(row["place"])).read(texts.get((int(row["place"]), int(row["line"])), ""))
            names.append((event.key or "") if isinstance(event, Event) else "")
        return names

    def _reading(self, place: int) -> Format:
        """What reads single lines of a place."""
        name = self._intake.places[place].format or ""
        if name not in self._readings:
            self._readings[name] = make_format(name)
        return self._readings[name]

    def _read(self, text: str, row: Any) -> Event | Unread:
        """A line that was read before; the year of its time is the one that was found then."""
        event = self._reading(int(row["place"])).read(text)
        if isinstance(event, Event) and event.stamp is None and int(row["stamp"]) > UNDATED // 2:
            return event._replace(stamp=int(row["stamp"]))
        return event

    def _note_halves(self, rows: Any) -> None:
        """Which receipts that look like messages of a unit itself are such."""
        units = self._intake.units
        own = {half for unit in units for half in unit.own}
        if not own:
            return
        for row in rows[np.isin(rows["half"], np.array(list(own), np.uint64))]:
            if (queue_id := units[int(row["unit"])].own.get(int(row["half"]))) is not None:
                self._halves[int(row["unit"])].add(queue_id)

    def _note_keys(self, rows: Any) -> None:
        """The transactions of each unit, where two files may speak of one without being joined."""
        if not self._may_share:
            return
        _, first = np.unique(rows["family"], return_index=True)
        one = rows[first]
        order = np.argsort(one["unit"], kind="stable")
        units, keys = one["unit"][order], keys_of(one["family"], one["unit"])[order]
        numbers, begins = np.unique(units, return_index=True)
        for number, mine in zip(numbers.tolist(), np.split(keys, begins[1:]), strict=True):
            self._keys[number].append(mine)

    def _judge_alone(self) -> None:
        """Read the lines of single families once more, and judge each the plain way."""
        batch: list[tuple[Any, bool]] = []
        held = 0
        for family in self._alone:
            batch.append(family)
            held += len(family[0])
            if held >= AT_ONCE:
                self._judge_batch(batch)
                batch, held = [], 0
        if batch:
            self._judge_batch(batch)
        self._alone = []

    def _judge_joined(self) -> None:
        """Judge families that are linked: most by their rows, and where something is found by their lines."""
        joining = Joining(self._devices, Watched(self._context), self.judgement)
        for rows, groups in self._joined.batches(AT_ONCE):
            left, ids = joining.judge(rows, groups)
            for number, key in ids if self._may_share else ():
                self._keys[number].append(np.array([hash_text(key)], np.uint64))
            joints = [joint for group in left for joint in group]
            families = np.array([(joint.parent, joint.child) for joint in joints], np.uint64)
            mine = rows.view(ROW_BYTES)[np.isin(rows["family"], families)].view(ROW)
            if joints:
                self._judge_batch([(mine, False)], [(joint.unit, joint.link) for joint in joints])

    def _judge_batch(self, families: Sequence[tuple[Any, bool]], links: Sequence[tuple[int, Link]] = ()) -> None:
        rows = np.concatenate([rows.view(ROW_BYTES) for rows, _ in families]).view(ROW)
        signed = np.concatenate([np.full(len(rows), is_signed) for rows, is_signed in families])
        ledger = Ledger()
        ledger.tables = self._intake.ledger.tables
        counted: set[tuple[str | None, int | None, str]] = set()
        texts = read_back(_places(rows), self._intake.places, self._sources, self._limits)
        if len(texts) + len(self._intake.texts) <= MOST_TEXTS:
            self._intake.texts.update(texts)  # the findings cite most of them
        there, gone = set(), set()
        for place in np.lexsort((rows["line"], rows["place"])).tolist():
            row = rows[place]
            text = texts.get((int(row["place"]), int(row["line"])))
            event = self._read(text, row) if text is not None else None
            family = int(row["family"])
            if not isinstance(event, Event) or family_of(hash_text(event.key or ""), int(row["unit"])) != family:
                gone.add(family)
                continue
            there.add(family)
            unit = self._devices[int(row["unit"])]
            device = ledger.device(unit.name, unit.source or 0)
            ledger.add(event, device, int(row["place"]), int(row["line"]), int(row["offset"]))
            if signed[place] and event.key:
                counted.add((device.name, device.source, event.key))
        self.judgement.transactions += len(gone - there)
        if gone:
            self.judgement.doubts.update({(rule.name, CHANGED): len(gone) for rule in RULES})
        for number, unit in enumerate(self._devices):
            ledger.device(unit.name, unit.source or 0).halves = self._halves[number]
        self._join(ledger, links)
        for device in ledger.devices:
            for key, packed in device.families.items():
                truth = weigh(device, key, unpack(packed), ledger.tables)
                answer = judge_family(truth, ledger.tables, self._context)
                if (device.name, device.source, key) in counted:
                    answer = replace(answer, seen=(), firmware=())
                self.judgement.count(answer)

    def _join(self, ledger: Ledger, links: Sequence[tuple[int, Link]]) -> None:
        """Make one family of those that belong together, as the plain engine does once all lines are read."""
        for number, link in links:
            unit = self._devices[number]
            device = ledger.device(unit.name, unit.source or 0)
            for key in (link.parent, link.child):  # it is there, be it by lines that say nothing
                device.families.setdefault(key, bytearray())
            ledger.link(device, link)
        ledger.join()
        for number in {number for number, _ in links} if self._may_share else ():
            unit = self._devices[number]
            keys = [hash_text(key) for key in ledger.device(unit.name, unit.source or 0).families]
            self._keys[number].append(np.array(keys, np.uint64))

    def _count_shared(self) -> None:
        """As `ingest.engine.judge` counts them, by the hashes of the ids."""
        none = shared = np.empty(0, np.uint64)
        named = [keys for number, found in self._keys.items() if self._devices[number].name for keys in found]
        seen = np.unique(np.concatenate([none, *named]))
        for number, found in self._keys.items():
            if self._devices[number].name is None:  # in any order: what two of them share is shared
                keys = np.unique(np.concatenate(found))
                shared = np.union1d(shared, np.intersect1d(seen, keys))
                seen = np.union1d(seen, keys)
        if self._may_share and len(shared):
            self.judgement.doubts.update({(rule.name, SHARED): len(shared) for rule in RULES})


class _Coverages:
    """What the mail event lines of each device cover, as the intake noted it."""

    def __init__(self, intake: FastIntake) -> None:
        self._known: dict[tuple[str | None, int | None], Coverage | None] = {}
        for unit in intake.units:
            known = None
            if unit.first is not None and unit.last is not None:
                known = Coverage(unit.first, unit.last, frozenset(unit.days))
            self._known[unit.device.name, unit.device.source] = known

    def __call__(self, device: Device) -> Coverage | None:
        """The coverage of a device."""
        return self._known.get((device.name, device.source))


def _places(rows: Any) -> Iterable[Record]:
    """Rows as records of which only the place counts."""
    return (record_of(row) for row in rows)
