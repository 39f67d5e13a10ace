"""What the engine is handed: sources, the facts the log itself does not carry, and limits."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

KIB = 1024
MIB = 1024 * KIB
GIB = 1024 * MIB


@dataclass(frozen=True, slots=True)
class Source:
    """One file of evidence.

    ``label`` is what results call it (never opened as a path). ``device``, ``firmware`` and ``zone`` are what the
    log may not say; ``None`` stays "unknown". ``zone`` is an IANA name or ``±hh:mm``. ``written`` is the day by which
    logs without a year are dated; ``None`` takes the file's own time.
    """

    path: Path
    label: str
    device: str | None = None
    firmware: str | None = None
    zone: str | None = None
    written: dt.date | None = None

    @property
    def reference(self) -> dt.date | None:
        """The day on which the file was last written; None where neither it nor anybody says."""
        if self.written is not None:
            return self.written
        try:
            return dt.datetime.fromtimestamp(self.path.stat().st_mtime, dt.UTC).date()
        except (OSError, OverflowError, ValueError):
            return None


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a hostile file may drive the engine; reaching one ends the reading of that file with a reason.

    A file may unpack to ``ratio`` times its own size (below ``ratio_floor`` bytes nobody is hurt) and to
    ``total_bytes`` in all. ``depth`` counts containers in containers (a compressed tar is one), ``entries`` the
    members of one source. Longer lines than ``line_bytes`` are counted as unread.
    """

    ratio: int = 200
    ratio_floor: int = 4 * MIB
    total_bytes: int = 64 * GIB
    depth: int = 2
    entries: int = 10_000
    line_bytes: int = 4 * MIB
    xz_memory: int = 256 * MIB
    zstd_window: int = 128 * MIB


class Damaged(Exception):
    """A stream that cannot be read further; the message is one clause for people. What came before it counts."""
