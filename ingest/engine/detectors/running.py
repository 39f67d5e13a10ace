"""Detectors over the events of one body of evidence: what each found, and what it could not judge and why."""

import itertools
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from ingest.engine.detectors.events import Covered, Events
from ingest.engine.detectors.matches import Matches, find_matches
from ingest.engine.detectors.model import Correlation, Detector
from ingest.engine.detectors.windows import Match, find_windows
from ingest.engine.events.runtime import pl
from ingest.engine.judge import NotJudged
from ingest.engine.tally import line_zone
from ingest.engine.times import rfc3339

MOST_MATCHES: Final = 5_000_000  # that a correlation holds at once
MOST_CITED: Final = 40
OF_A_DEVICE: Final = frozenset({"transaction", "session", "child"})  # ids that another device may give as well
GROUP: Final = "g"
VALUE: Final = "v"
_RECIPIENTS: Final = "recipients"


@dataclass(frozen=True, slots=True)
class Cited:
    """A line that a detector found. ``says`` is "matched", in a correlation the rule that it matches."""

    place: int
    line: int
    offset: int
    file: str
    says: str
    session: str | None
    time: str | None
    log: str | None
    firmware: str | None


@dataclass(slots=True)
class Hit:
    """What a detector found of one thing: a transaction, a group, or the whole log of a device."""

    device: str | None
    transaction: str
    recipient: str
    lines: list[Cited]
    left_out: int
    times: int
    at: int | None
    first_time: str | None


@dataclass(slots=True)
class Answer:
    """What a detector says of the evidence. ``judged`` is False where it could not: then no hits mean nothing."""

    detector: Detector
    lines: int = 0
    judged: bool = True
    hits: list[Hit] = field(default_factory=list)
    doubts: list[NotJudged] = field(default_factory=list)

    def doubt(self, number: int, reason: str) -> None:
        """Note something that could not be judged."""
        self.doubts.append(NotJudged(self.detector.name, number, reason))


def run_detector(events: Events, detector: Detector) -> Answer:
    """Run one detector."""
    answer = Answer(detector)
    groups = detector.correlation.groups if detector.correlation else ()
    values = detector.correlation.values if detector.correlation else ()
    found: list[Matches] = []
    asked_by: list[tuple[str, str]] = []  # a field that no line has, and what asks for it
    for number, rule in enumerate(detector.rules):
        more = {f"{GROUP}{n}": fields[number] for n, (_, fields) in enumerate(groups)}
        more |= {f"{VALUE}{n}": value for n, value in enumerate(values)}
        matches = find_matches(events, rule, more)
        found.append(matches)
        answer.lines = max(answer.lines, matches.lines)
        if not matches.lines:
            answer.judged = False
            answer.doubt(0, f"there is no line of {_told(rule.logsource)}, which its rule “{rule.name}” is about")
        elif matches.lacking:
            asked_by += [(name, f"its rule “{rule.name}” asks") for name in matches.lacking]
        if matches.lines and matches.without:
            answer.judged = False  # what to count, or what belongs together, stands in no line
            asked_by += [(name, "its correlation asks") for name in matches.without]
    if answer.judged:
        if detector.correlation is None:
            answer.hits = _of_lines(found[0].frame)
        else:
            _correlate(events, detector, detector.correlation, found, answer)
    for name, asks in dict.fromkeys(asked_by):
        answer.doubt(0, f"no line has the field “{name}” that {asks} for{events.fields.near(name)}")
    if answer.doubts and not answer.hits:
        answer.judged = False  # a hit may lie in what was not judged: that there is none is not known
    answer.hits.sort(key=lambda hit: (hit.at is None, hit.at or 0, hit.device or "", hit.transaction, hit.recipient))
    return answer


def _told(source: Any) -> str:
    return f"the kind {source.words}" + (f" (lines of the type {source.type})" if source.type else "")


def _of_lines(frame: pl.DataFrame) -> list[Hit]:
    """A hit for each transaction of a device; lines without one are one hit for the whole log of their device."""
    rows = frame.with_row_index("_row")
    grouped = rows.group_by("unit", "transaction", maintain_order=True).agg(
        pl.len().alias("lines"),
        pl.col("_row").head(MOST_CITED),
        pl.col("recipients").explode().drop_nulls().unique().head(2),
    )
    hits = []
    for group in grouped.iter_rows(named=True):
        lines = [(frame.row(row, named=True), "matched") for row in group["_row"]]
        recipients = group["recipients"]
        recipient = recipients[0] if len(recipients) == 1 and group["transaction"] is not None else ""
        hits.append(_hit(lines, group["transaction"] or "", recipient or "", group["lines"] - len(lines), 1))
    return hits


def _hit(lines: list[tuple[dict[str, Any], str]], transaction: str, recipient: str, left_out: int, times: int) -> Hit:
    devices = {row["device"] for row, _ in lines}
    first = lines[0][0]
    return Hit(
        device=devices.pop() if len(devices) == 1 else None,
        transaction=transaction,
        recipient=recipient,
        lines=[
            Cited(
                row["place"], row["line"], row["offset"], row["file"], says, row["session"], _time(row), row["log"],
                row["firmware"],
            )
            for row, says in lines
        ],
        left_out=left_out,
        times=times,
        at=first["at"],
        first_time=_time(first),
    )  # fmt: skip


def _time(row: dict[str, Any]) -> str | None:
    """The time of a line, with an offset where its zone is known: what was said of its source, or its own word."""
    return rfc3339(row["stamp"], line_zone(row["zone"]) if row["zone"] else None)


Key = tuple[Any, ...]  # of a group: the clock, the device where ids are its own, and the group's values


def _correlate(
    events: Events, detector: Detector, asked: Correlation, found: Sequence[Matches], answer: Answer
) -> None:
    total = sum(matches.frame.height for matches in found)
    if total > MOST_MATCHES:
        answer.judged = False
        answer.doubt(0, f"its rules match {total} lines, and {MOST_MATCHES} can be held at once: narrow its rules")
        return
    of_device = any(set(fields) & OF_A_DEVICE for _, fields in asked.groups)
    groups: dict[Key, tuple[list[Match], list[Match]]] = defaultdict(lambda: ([], []))
    units: dict[Key, set[str]] = defaultdict(set)
    undated = lost = 0
    for number in (*asked.rules, *asked.absent):
        matches = found[number].frame
        undated += matches["at"].null_count()
        dated = matches.with_row_index("_row").filter(pl.col("at").is_not_null())
        keyed, left = _keyed(dated, asked)
        lost += left
        absent = number in asked.absent
        for key, unit, match in _entries(keyed, asked, number, of_device=of_device):
            groups[key][absent].append(match)
            units[key].add(unit)
    if undated:
        answer.doubt(0, f"{undated} lines that its rules match have no date: they lie in no span of time")
    if lost:
        named = ", ".join(name for name, _ in asked.groups)
        answer.doubt(0, f"{lost} lines that its rules match have no {named}: what they belong to is not known")
    if len({key[0] for key in groups}) > 1:
        answer.doubt(0, "some lines have a time zone and some have none: their times are not compared with each other")
    cover = _Cover(events, detector, asked)
    merged: dict[tuple[str | None, str, str], Hit] = {}
    open_ = 0
    for key, (present, absent_) in groups.items():
        is_over = partial(cover.has, key, units[key])
        answer_ = find_windows(sorted(present, key=_order), sorted(absent_, key=_order), asked, is_over)
        open_ += answer_.open
        if answer_.windows:
            hit = _hit_of(answer_.windows, key, asked, detector, found)
            _merge(merged, hit)
    if open_:
        answer.doubt(open_, f"the log does not cover all of the {asked.seconds} seconds in which it would have to look")
    answer.hits = list(merged.values())


def _keyed(frame: pl.DataFrame, asked: Correlation) -> tuple[pl.DataFrame, int]:
    """Matches that belong to a group, one row for each of its values, and how many belong to none."""
    names = [f"{GROUP}{n}" for n in range(len(asked.groups))]
    for name in names:
        if frame.schema[name] == pl.List(pl.String):
            frame = frame.explode(name)
    whole = frame.filter(pl.all_horizontal([pl.col(name).is_not_null() for name in names])) if names else frame
    return whole, frame.height - whole.height


def _entries(
    frame: pl.DataFrame, asked: Correlation, number: int, *, of_device: bool
) -> Iterator[tuple[Key, str, Match]]:
    names = [f"{GROUP}{n}" for n in range(len(asked.groups))]
    values = [f"{VALUE}{n}" for n in range(len(asked.values))]
    for name in values:
        if frame.schema[name] == pl.List(pl.String):
            frame = frame.explode(name)
    columns = frame.select("zoned", "unit", "at", "place", "line", "_row", *names, *values)
    split = 6 + len(names)
    for row in columns.iter_rows():
        zoned, unit, at, place, line, index = row[:6]
        given = row[split:]
        value = None if not given or None in given else tuple(given)
        yield (zoned, unit if of_device else None, *row[6:split]), unit, Match(at, place, line, number, value, index)


class _Cover:
    """Whether the log has all lines of a time that a correlation must look at."""

    def __init__(self, events: Events, detector: Detector, asked: Correlation) -> None:
        looked = asked.absent or asked.rules
        formats = {name for n in looked for name in detector.rules[n].logsource.formats}
        # A device whose lines match may have the lines that are looked for too, where they are of one format.
        self._theirs = any(formats & set(detector.rules[n].logsource.formats) for n in asked.rules)
        self._covered: list[Covered] = []
        if asked.absent or asked.operator not in {"gte", "gt"}:
            self._covered = [events.covered(source) for source in {detector.rules[n].logsource for n in looked}]

    def has(self, key: Key, units: set[str], begin: int, end: int) -> bool:
        """Whether it has, for the device of a group, else for all devices whose lines could belong to it."""
        zoned, unit = key[0], key[1]
        for covered in self._covered:
            wanted = {unit} if unit is not None else {name for name, clock in covered if clock == zoned}
            if self._theirs:
                wanted |= units
            spans = [covered.get((name, zoned)) for name in wanted]
            if not spans or not all(span is not None and span.covers(begin, end) for span in spans):
                return False
        return True


def _order(match: Match) -> tuple[int, ...]:
    return match[:4]


def _hit_of(
    windows: list[list[Match]], key: Key, asked: Correlation, detector: Detector, found: Sequence[Matches]
) -> Hit:
    """The hit of a group: its first window is cited, the others are counted."""
    lines: dict[tuple[int, int], tuple[dict[str, Any], str]] = {}
    for match in itertools.islice(windows[0], MOST_CITED * 4):
        row = found[match.rule].frame.row(match.row, named=True)
        lines.setdefault((match.place, match.line), (row, detector.rules[match.rule].name))
    cited = list(lines.values())[:MOST_CITED]
    transactions = {row["transaction"] for row, _ in cited}
    named = dict(zip((name for name, _ in asked.groups), key[2:], strict=True))
    transaction = named.pop("transaction", "") or (transactions.pop() if len(transactions) == 1 else None) or ""
    recipient = named.pop(_RECIPIENTS, "")
    if not transaction:
        transaction = ", ".join(f"{name}={value}" for name, value in named.items())
    all_lines = len({(match.place, match.line) for match in windows[0]})
    return _hit(cited, transaction, recipient, all_lines - len(cited), len(windows))


def _merge(merged: dict[tuple[str | None, str, str], Hit], hit: Hit) -> None:
    """Groups that a case could not tell apart are one hit, the earliest of them."""
    key = hit.device, hit.transaction, hit.recipient
    other = merged.setdefault(key, hit)
    if other is hit:
        return
    first, second = sorted((other, hit), key=lambda one: (one.at is None, one.at or 0))
    first.times += second.times
    merged[key] = first
