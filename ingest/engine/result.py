"""What a scan hands back: plain data, ready to be printed (`report`) or stored."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from ingest.engine.findings.coverage import QUEUE_DAYS
from ingest.engine.findings.hit import Severity
from ingest.engine.judge import DayCount, NotJudged
from ingest.engine.source import MIB, Limits, Source

FAST_FROM: Final = 4 * MIB  # below, the plain engine is done before the compiled one has started


@dataclass(frozen=True, slots=True)
class Options:
    """How to scan. ``format`` None means by content; ``max_findings`` 0 lists all (counts are always complete).

    A message may be queued for ``queue_days``; ``baseline`` is a log of before, for rules that compare. From
    ``fast_from`` bytes of evidence on the compiled engine reads it where it can; None is never.
    """

    format: str | None = None
    max_findings: int = 1000
    queue_days: int = QUEUE_DAYS
    baseline: tuple[Source, ...] = ()
    limits: Limits = field(default_factory=Limits)
    fast_from: int | None = FAST_FROM


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a scan is: ``fraction`` of the files' bytes as they lie on the disk, 0 to 1; the rest are counts."""

    fraction: float
    bytes: int
    lines: int
    findings: int
    file: str


OnProgress = Callable[[Progress], None]


def part_of(tell: OnProgress | None, begin: float, end: float) -> OnProgress | None:
    """What one of several steps calls: its own progress is that of the whole from ``begin`` to ``end``."""
    if tell is None:
        return None

    def report(progress: Progress) -> None:
        """Tell how far the whole is."""
        tell(replace(progress, fraction=begin + (end - begin) * progress.fraction))

    return report


@dataclass(frozen=True, slots=True)
class UnreadLine:
    """A line that could not be read, kept as an example."""

    line: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class FileReport:
    """One plain stream: a file, or a member of an archive. ``complete`` is False where reading ended early.

    ``bytes`` are those of the decompressed stream. ``format`` is None where no format fits: then every line is unread.
    ``device`` is the one named for the whole stream, ``named_devices`` are those that its lines name themselves.
    """

    path: str
    format: str | None
    encoding: str
    bytes: int
    lines: int
    blank_lines: int
    unread_lines: int
    unread_examples: tuple[UnreadLine, ...]
    unread_reasons: dict[str, int]
    warnings: tuple[str, ...]
    first_time: str | None
    last_time: str | None
    device: str | None
    named_devices: tuple[str, ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class Evidence:
    """One cited line. ``offset`` counts bytes of the decompressed stream; ``transaction`` is the id as it stands.

    ``says`` is a word of the rules (`findings.hit.Says`), of a detector the name of its rule that the line matches.
    ``spans`` are ``(start, end)`` of the deciding words inside ``text``, in characters.
    """

    file: str
    line: int
    offset: int
    says: str
    text: str
    truncated: bool
    spans: tuple[tuple[int, int], ...]
    transaction: str | None
    time: str | None
    log: str | None


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule says about a message and a recipient, with the lines that prove it; ``detector`` is whose rule it is.

    None is a rule of the program itself.
    """

    rule: str
    severity: Severity
    transaction: str
    recipient: str
    summary: str
    evidence: tuple[Evidence, ...]
    evidence_left_out: int
    device: str | None
    firmware: str | None
    children: tuple[str, ...]
    copies: tuple[str, ...]
    explained: str | None
    first_time: str | None
    rule_set: str
    detector: str | None = None


@dataclass(frozen=True, slots=True)
class DetectorReport:
    """What a detector did: ``lines`` are those that it is about. Not ``judged``, its 0 hits say nothing."""

    id: str
    rule: str
    title: str
    issue: str | None
    judged: bool
    lines: int
    hits: int


@dataclass(frozen=True, slots=True)
class ScanResult:
    """The whole answer. ``finding_counts`` are complete even where ``findings`` are not all listed.

    A rule has a count, be it 0, only where it judged at least one message (``judged`` says how many); a rule that
    judged none is in ``not_judged`` alone.
    """

    files: tuple[FileReport, ...]
    lines: int
    transactions: int
    messages: int
    unfinished: int
    not_judged: tuple[NotJudged, ...]
    findings: tuple[Finding, ...]
    finding_counts: dict[str, int]
    severity_counts: dict[str, int]
    judged: dict[str, int]
    by_day: tuple[DayCount, ...]
    rule_set: str
    detectors: tuple[DetectorReport, ...] = ()

    @property
    def unread_lines(self) -> int:
        """Lines of all files that could not be read."""
        return sum(file.unread_lines for file in self.files)

    @property
    def read_lines(self) -> int:
        """Lines of all files that were read."""
        return sum(file.lines - file.blank_lines - file.unread_lines for file in self.files)

    @property
    def complete(self) -> bool:
        """Whether every line of every file was read."""
        return not self.unread_lines and all(file.complete for file in self.files)
