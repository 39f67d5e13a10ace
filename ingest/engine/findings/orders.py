"""In which order the scanners of one message gave their verdicts, as far as its spam lines tell."""

from typing import Final

from ingest.engine.findings.coverage import Context
from ingest.engine.findings.whole import Order
from ingest.engine.fortimail.scanners import UNKNOWN
from ingest.engine.records import Record
from ingest.engine.times import DAY_MS
from ingest.engine.truth import MOST_CITED, Truth

SAME_TIME: Final = "their spam verdicts have equal times, or times in whole seconds: which came first is not known"
UNKNOWN_SCANNER: Final = "a spam line of theirs begins with words of no scanner that is known"
NO_DATE: Final = "their spam lines have no date"

Pairs = tuple[tuple[Order, tuple[Record, Record]], ...]


def orders_of(truth: Truth, context: Context) -> tuple[Pairs, str | None]:
    """The pairs of scanners of which one was first, and why there are none where there is more than one verdict.

    A scanner's first line counts: it may write several, for each URL or recipient one.
    """
    if len(truth.verdicts) < 2:
        return (), None
    first: dict[int, Record] = {}
    for record in truth.verdicts[: MOST_CITED * MOST_CITED]:
        known = first.get(record.verdict)
        if known is None or (record.stamp, record.place, record.line) < (known.stamp, known.place, known.line):
            first[record.verdict] = record
    unknown = first.pop(UNKNOWN, None)
    reason = UNKNOWN_SCANNER if unknown else None
    if len(first) < 2:
        return (), reason
    if any(record.dated is None for record in first.values()):
        return (), NO_DATE
    device = truth.device.name, truth.device.source
    pairs = []
    ordered = sorted(first.items(), key=lambda one: (one[1].stamp, one[0]))
    for at, (scanner, record) in enumerate(ordered):
        for other, later in ordered[at + 1 :]:
            if record.stamp == later.stamp or not (record.stamp % 1000 or later.stamp % 1000):
                reason = SAME_TIME
                continue
            day, firmware = record.stamp // DAY_MS, context.firmware_at(record.place)
            pairs.append((Order(device, day, firmware, scanner, other), (record, later)))
    return tuple(pairs), reason
