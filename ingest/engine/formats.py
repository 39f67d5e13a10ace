"""The formats this engine reads: an explicit list, and detection by content with a score and a reason.

Most formats are data (`logformats/*.toml`, read by `DataFormat`); FortiMail has code of its own. Each is listed with
sample lines that it must read; one that cannot is never used (`BrokenFormat`).
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from ingest.engine.event import Event, Unread
from ingest.engine.fortimail.lines import FortiMail
from ingest.engine.logformats.broken import BrokenFormat
from ingest.engine.logformats.loader import load_format
from ingest.engine.logformats.memory import Memory
from ingest.engine.logformats.reader import DataFormat
from ingest.engine.logformats.samples import check_samples
from ingest.engine.logformats.spec import Spec

__all__ = [
    "NO_FORMAT",
    "REGISTRY",
    "BrokenFormat",
    "Entry",
    "Format",
    "Match",
    "UnknownFormat",
    "check_registry",
    "detect",
    "make_format",
    "misfit",
]


class Format(Protocol):
    """Reads one line at a time; may remember shapes of lines for speed, never anything that changes an answer."""

    @property
    def name(self) -> str:
        """Its name in the registry."""
        ...

    def read(self, text: str) -> Event | Unread:
        """What a line says, or why it cannot be read."""
        ...

    def spans(self, text: str) -> tuple[tuple[int, int], ...]:
        """Where the deciding words stand in a line: ``(start, end)`` each."""
        ...


NO_FORMAT: Final = "no format that this program knows fits it"
FOLDER: Final = Path(__file__).with_name("logformats")
# Formats that are data, one file each; the order is that of the list people see, and means nothing else.
DATA: Final = (
    "postfix",
    "sendmail",
    "exim",
    "opensmtpd",
    "cisco_esa",
    "exchange_tracking",
    "fortigate",
    "syslog_kv",
    "csv",
    "json_lines",
)


class UnknownFormat(ValueError):
    """A name that is not registered; the message lists those that are."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A registered format: how to make a reader of it, and a line that it must read; ``spec`` where it is data."""

    make: Callable[[], Format]
    sample: str
    spec: Spec | None = None

    @property
    def generic(self) -> bool:
        """Whether it knows keys but no product."""
        return self.spec is not None and self.spec.generic


@dataclass(frozen=True, slots=True)
class Match:
    """How well a format fits some lines: the share of them that it reads, and the sentence for people."""

    name: str
    score: float
    reason: str


class Registry(Mapping[str, Entry]):
    """The formats by name. One that is data is loaded and proved when it is first asked for.

    To load all of them takes as long as to read ten thousand lines of FortiMail, which needs none of them.
    """

    def __init__(self, coded: dict[str, Entry], data: Sequence[str]) -> None:
        self._loaded = dict(coded)
        self._names = (*coded, *data)

    def __getitem__(self, name: str) -> Entry:
        if name not in self._names:
            raise KeyError(name)
        if name not in self._loaded:
            self._loaded |= load_data([name])
        return self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def load_data(names: Iterable[str], folder: Path = FOLDER) -> dict[str, Entry]:
    """The formats of some files, each proved by its samples. Raises `BrokenFormat` with file, line and key."""
    entries = {}
    for name in names:
        path = folder / f"{name}.toml"
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise BrokenFormat(f"{path.name}: it cannot be read: {error}") from error
        spec = load_format(path.name, text)
        if spec.name != name:
            raise BrokenFormat(f"{path.name}: its name is “{spec.name}”: file and format are called the same")
        check_samples(spec, text)
        entries[name] = _entry(spec)
    return entries


def _entry(spec: Spec) -> Entry:
    sample = next(sample.line for sample in spec.samples if not sample.unread and not sample.before)
    return Entry(lambda: DataFormat(spec), sample, spec)


CODED: Final = {
    "fortimail": Entry(
        FortiMail,
        "date=2024-01-05 time=08:00:00.001 device_id=FE000000000001 log_id=0003000001 type=event subtype=smtp "
        'pri=information user=mail ui=mail action=NONE status=N/A session_id="405800ab000001-405800ac000001" '
        'msg="from=<a@example.com>, size=1, class=0, nrcpts=1, msgid=<1@example.com>, proto=ESMTP, relay=[192.0.2.1]"',
    ),
}
REGISTRY: Final = Registry(CODED, DATA)


def check_registry(registry: Mapping[str, Entry]) -> None:
    """Read every sample; raises `BrokenFormat` at the first that its format does not read."""
    for name, entry in registry.items():
        answer = entry.make().read(entry.sample)
        if isinstance(answer, Unread):
            raise BrokenFormat(f"format {name}: its sample line is not read: {answer.reason}")


def make_format(name: str, reference: dt.date | None = None, memory: Memory | None = None) -> Format:
    """A reader of a format; raises `UnknownFormat`.

    ``name`` may have the columns of a table behind it (`DataFormat.recipe`). ``reference`` dates logs without a year,
    ``memory`` is what other files of the same device said.
    """
    name, _, columns = name.partition(" ")
    if name not in REGISTRY:
        raise UnknownFormat(f"no format is called “{name}”: choose one of {', '.join(sorted(REGISTRY))}")
    entry = REGISTRY[name]
    return entry.make() if entry.spec is None else DataFormat(entry.spec, columns, reference, memory)


def detect(lines: Sequence[str]) -> list[Match]:
    """How well every format fits the lines, best first; formats that read none of them are left out.

    Formats that know no product are asked only where none that does reads half of the lines, and count half. One with
    code of its own that reads every line is asked alone.
    """
    coded = [match for name, entry in CODED.items() if (match := _match(name, entry, lines))]
    if any(match.score == 1 for match in coded):
        return sorted(coded, key=_rank)
    matches = [match for name, entry in REGISTRY.items() if not entry.generic and (match := _match(name, entry, lines))]
    if not any(match.score >= 0.5 for match in matches):
        matches += [
            match for name, entry in REGISTRY.items() if entry.generic and (match := _match(name, entry, lines))
        ]
    return sorted(matches, key=_rank)


def _rank(match: Match) -> tuple[float, str]:
    return -match.score / (2 if REGISTRY[match.name].generic else 1), match.name


def _match(name: str, entry: Entry, lines: Sequence[str]) -> Match | None:
    """The share of lines that a format takes for its own."""
    reader = entry.make()
    if isinstance(reader, DataFormat):
        fitting = sum(map(reader.fits, lines))
    else:
        fitting = sum(not isinstance(reader.read(line), Unread) for line in lines)
    if not fitting:
        return None
    return Match(name, fitting / len(lines), f"{fitting} of {len(lines)} lines read as {name}")


def misfit(text: str) -> str:
    """Why a line fits no format: what each says of it that could have been meant."""
    reasons = []
    for name, entry in REGISTRY.items():
        if entry.spec and (entry.generic or not any(hint in text for hint in entry.spec.hints)):
            continue
        answer = entry.make().read(text)
        if isinstance(answer, Unread):
            reasons.append(f"{name}: {answer.reason}")
    return f"{NO_FORMAT} ({'; '.join(reasons)})" if reasons else NO_FORMAT


check_registry(CODED)
