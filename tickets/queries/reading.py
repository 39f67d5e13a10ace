"""What is known of the evidence of a case, summed up so that a gap is as loud as a hit."""

from collections.abc import Sequence
from dataclasses import dataclass

from tickets.models import Evidence, Reading, ReadingState

WAITING = "waiting"


def reading_of(evidence: Evidence) -> Reading | None:
    """Return what was read of a piece; None: nothing yet, which is never the same as clean."""
    return getattr(evidence, "reading", None)


def state_of(evidence: Evidence) -> str:
    """Return where the reading of a piece is: waiting, or how it ended."""
    if evidence.job is not None and evidence.job.is_open:
        return WAITING
    reading = reading_of(evidence)
    if reading is not None:
        return reading.state
    return WAITING if evidence.job is None else ReadingState.FAILED.value


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many pieces there are, and how far each was read."""

    pieces: int
    waiting: int
    read: int
    partly: int
    failed: int
    no_log: int
    held: int
    taken_out: int
    lines: int
    unread_lines: int

    @property
    def logs(self) -> int:
        """The pieces that are logs, or may be, and are the case's matter."""
        return self.pieces - self.no_log - self.taken_out

    @property
    def usable(self) -> int:
        """The pieces of which something was read."""
        return self.read + self.partly

    @property
    def whole(self) -> bool:
        """Whether every piece that is the case's matter was read to its last line."""
        return self.read == self.pieces - self.taken_out and not self.unread_lines


def coverage_of(pieces: Sequence[Evidence]) -> Coverage:
    """Sum up the readings of a case's evidence."""
    states = [state_of(piece) for piece in pieces]
    readings = [reading for piece in pieces if (reading := reading_of(piece)) is not None]
    return Coverage(
        pieces=len(pieces),
        waiting=states.count(WAITING),
        read=states.count(ReadingState.READ),
        partly=states.count(ReadingState.PARTLY),
        failed=states.count(ReadingState.FAILED),
        no_log=states.count(ReadingState.NOT_A_LOG),
        held=states.count(ReadingState.HELD),
        taken_out=states.count(ReadingState.TAKEN_OUT),
        lines=sum(reading.lines for reading in readings),
        unread_lines=sum(reading.unread_lines for reading in readings),
    )


def jobs_key(pieces: Sequence[Evidence]) -> str:
    """Return a short name of which pieces are being read, so that a page can tell when that has changed."""
    return "-".join(sorted(piece.public_id.hex[:8] for piece in pieces)) or "none"
