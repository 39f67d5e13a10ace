"""The way of a log through the engine: read, join, judge, cite. The same evidence twice is one result."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from ingest.engine.citing import Texts, read_back
from ingest.engine.event import Event, Kind
from ingest.engine.findings import DATES, verdict_order
from ingest.engine.findings.cites import Cite
from ingest.engine.findings.coverage import Context, Remembered
from ingest.engine.findings.hit import SEVERITIES, Says
from ingest.engine.findings.whole import Totals
from ingest.engine.formats import make_format
from ingest.engine.intake import Intake, Place, size_of
from ingest.engine.judge import Found, Judgement, NotJudged, judge
from ingest.engine.records import Record
from ingest.engine.result import Evidence, Finding, OnProgress, Options, Progress, ScanResult
from ingest.engine.rules import RULE_SET
from ingest.engine.source import Source
from ingest.engine.summary import summarise
from ingest.engine.tally import line_zone, show
from ingest.engine.times import read_zone, rfc3339

TEXT_LENGTH: Final = 4096
MOST_EVIDENCE: Final = 40
MOST_PER_WORD: Final = 8  # five words in a finding at most: no word can crowd another out of the whole
ENDED_EARLY: Final = "the reading of a file ended early or lines could not be read: what they say is not judged"
BASELINE_ENDED_EARLY: Final = (
    "the reading of the log of before ended early or lines of it could not be read: what they say is not compared"
)


def scan(
    sources: Sequence[Source], options: Options | None = None, on_progress: OnProgress | None = None
) -> ScanResult:
    """Read all sources as one body of evidence. Raises `ValueError` for an unknown format or zone, nothing else."""
    options = options or Options()
    for source in (*sources, *options.baseline):
        read_zone(source.zone)
    if options.format:
        make_format(options.format)
    with read(list(sources), options, on_progress) as intake:
        places = list(intake.places)
        baseline, lacking = read_baseline(options, places, len(sources)) if options.baseline else (None, [])
        evidence = [*sources, *options.baseline]
        judgement = intake.judge(context_of(places, evidence, options), baseline, evidence)
    listed = judgement.found[: options.max_findings or None]
    findings = Citer(places, evidence, options, intake.texts).findings(listed)
    if on_progress:
        last = intake.reports[-1].path if intake.reports else ""
        on_progress(Progress(1.0, intake.bytes, intake.lines, len(judgement.found), last))
    return _result(intake, judgement, findings, lacking)


@contextmanager
def read(sources: list[Source], options: Options, on_progress: OnProgress | None) -> Iterator[Intake]:
    """Read sources by the compiled engine where they are large and of a format that it knows, else by the plain one."""
    engine: Intake | None = None
    if options.fast_from is not None and sum(size_of(source) for source in sources) >= options.fast_from:
        # Imported here, since that takes longer than to read a small log.
        from ingest.engine.fast.engine import read_fast  # noqa: PLC0415

        engine = read_fast(sources, options, on_progress)
    if engine is None:
        engine = Intake(options, on_progress)
        engine.read(sources)
    with engine:
        yield engine


def context_of(places: list[Place], sources: list[Source], options: Options) -> Context:
    """What the rules are handed beside the lines."""
    firmware = tuple(sources[place.source].firmware for place in places)
    known = firmware if any(firmware) else ()
    return Context(Remembered(), options.queue_days, known)


def read_baseline(options: Options, places: list[Place], sources: int) -> tuple[Totals, list[NotJudged]]:
    """The totals of the log of before, and what it lacks.

    Its places are put behind those of the log, so that its lines can be cited.
    """
    intake = Intake(options, None)
    intake.read(list(options.baseline))
    totals = judge(intake.ledger, context_of(intake.places, list(options.baseline), options)).totals
    totals.move(len(places))
    places += [place._replace(source=place.source + sources) for place in intake.places]
    whole = all(file.complete and not file.unread_lines for file in intake.reports)
    return totals, [] if whole else [NotJudged(verdict_order.NAME, 0, BASELINE_ENDED_EARLY)]


def _result(intake: Intake, judgement: Judgement, findings: list[Finding], lacking: Sequence[NotJudged]) -> ScanResult:
    rules = Counter(found.hit.rule for found in judgement.found)
    severities = Counter(found.hit.severity for found in judgement.found)
    not_judged = [*judgement.not_judged(), *lacking]
    if any(not file.complete or file.unread_lines for file in intake.reports):
        not_judged += [NotJudged(rule, 0, ENDED_EARLY) for rule in sorted(judgement.judged)]
    return ScanResult(
        files=tuple(intake.reports),
        lines=intake.lines,
        transactions=judgement.transactions,
        messages=judgement.messages,
        unfinished=judgement.unfinished,
        not_judged=tuple(not_judged),
        findings=tuple(findings),
        finding_counts={rule: rules[rule] for rule in sorted(judgement.judged)},
        severity_counts={severity: severities[severity] for severity in SEVERITIES if severities[severity]},
        judged=dict(sorted(judgement.judged.items())),
        by_day=tuple(judgement.by_day(intake.ledger.tables)),
        rule_set=RULE_SET,
    )


class Citer:
    """Turns hits into findings with the text of their lines."""

    def __init__(
        self, places: list[Place], sources: list[Source], options: Options, known: Texts | None = None
    ) -> None:
        self._known = known
        self._places = places
        self._sources = sources
        self._limits = options.limits
        self._formats = {place.format: make_format(place.format) for place in places if place.format}

    def findings(self, found: Iterable[Found]) -> list[Finding]:
        """The findings of hits, in the same order."""
        chosen = [(one, _choose(one.hit.cites)) for one in found]
        cited = (record for _, cites in chosen for record, _ in cites)
        texts = read_back(cited, self._places, self._sources, self._limits, self._known)
        return [self._finding(one, cites, texts) for one, cites in chosen]

    def _finding(self, found: Found, cites: list[Cite], texts: Texts) -> Finding:
        hit, evidence = found.hit, []
        events: dict[str, list[Event]] = defaultdict(list)
        for record, says in cites:
            shown, event = self._evidence(record, says, texts.get((record.place, record.line), ""))
            evidence.append(shown)
            if event:
                events[says].append(event)
        return Finding(
            rule=hit.rule,
            severity=hit.severity,
            transaction=found.transaction,
            recipient=hit.recipient,
            summary=hit.summary or summarise(hit, events),
            evidence=tuple(evidence),
            evidence_left_out=len(hit.cites) - len(cites),
            device=found.device,
            firmware=self._firmware([cite for cite in cites if cite[1] != "before"]),
            children=found.children,
            copies=hit.copies,
            explained=hit.explained,
            first_time=self._time(found.stamp, None, self._places[cites[0][0].place].source),
            rule_set=DATES[hit.rule],
        )

    def _evidence(self, record: Record, says: Says, text: str) -> tuple[Evidence, Event | None]:
        """A cited line, and what it says once more (None where the line is gone)."""
        place = self._places[record.place]
        reading = self._formats[place.format or ""]
        answer = reading.read(text)
        event = answer if isinstance(answer, Event) else None
        spans = reading.spans(text)
        if says in {"before", "after"} and event and event.kind is Kind.HISTORY:
            spans = _verdict_span(text, event.fields.get("classifier", "")) or spans
        shown = Evidence(
            file=place.label,
            line=record.line,
            offset=record.offset,
            says=says,
            text=show(text, TEXT_LENGTH),
            truncated=len(text) > TEXT_LENGTH,
            spans=tuple(span for span in spans if span[1] <= TEXT_LENGTH),
            transaction=event.session if event else None,
            time=self._time(record.dated, event, place.source),
            log=event.log if event else None,
        )
        return shown, event

    def _time(self, stamp: int | None, event: Event | None, source: int) -> str | None:
        zone = read_zone(self._sources[source].zone)
        if zone is None and event and event.zone:
            zone = line_zone(event.zone)
        return rfc3339(stamp, zone)

    def _firmware(self, cites: list[Cite]) -> str | None:
        """The firmware of the cited files, where they agree; None is "version unknown"."""
        named = {self._sources[self._places[record.place].source].firmware for record, _ in cites}
        return named.pop() if len(named) == 1 else None


def _verdict_span(text: str, verdict: str) -> tuple[tuple[int, int], ...]:
    """Where a history line names its verdict: of a mix that shifted this is what decides."""
    for words in (f'classifier="{verdict}"', f"classifier={verdict}"):
        if (at := text.find(words)) >= 0:
            return ((at, at + len(words)),)
    return ()


def _choose(cites: tuple[Cite, ...]) -> list[Cite]:
    """The lines to show, in order of time: some of each kind where a hostile family has thousands."""
    ordered = sorted(cites, key=lambda cite: (cite[0].stamp, cite[0].place, cite[0].line))
    if len(ordered) <= MOST_EVIDENCE:
        return ordered
    seen: Counter[str] = Counter()
    chosen = []
    for cite in ordered:
        seen[cite[1]] += 1
        if seen[cite[1]] <= MOST_PER_WORD:
            chosen.append(cite)
    return chosen[:MOST_EVIDENCE]
