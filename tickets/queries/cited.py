"""The cited lines of a finding, by session: the parent (what the sender was told) and each child apart."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tickets.models import Finding

TONES = {"rejected": "bad", "refused": "bad", "delivered": "good", "handed_over": "good", "accepted": "good"}
OUTCOME_ALLOWED = 400


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of a line; `tone` None is plain text."""

    text: str
    tone: str | None


@dataclass(frozen=True, slots=True)
class CitedLine:
    """A cited line, cut into marked and plain pieces; `gap` counts the lines of others since the one before."""

    line: dict[str, Any]
    pieces: list[Piece]
    gap: int | None
    anchor: str


@dataclass(slots=True)
class Session:
    """The cited lines of one session id. `suffix` is what a child has behind its parent's id."""

    id: str
    parent: str
    suffix: str
    time: str
    lines: list[CitedLine] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """How it stands to the finding's session: parent, child or other."""
        if self.suffix:
            return "child"
        return "parent" if self.id == self.parent else "other"


def pieces_of(text: str, spans: Any, says: str) -> list[Piece]:
    """Cut a line at its spans; spans that do not fit the text are left out."""
    tone = TONES.get(says, "warn")
    pieces, at = [], 0
    for start, end in _clean(spans, len(text)):
        if start < at:
            continue
        if start > at:
            pieces.append(Piece(text[at:start], None))
        pieces.append(Piece(text[start:end], tone))
        at = end
    if at < len(text):
        pieces.append(Piece(text[at:], None))
    return pieces


def _clean(spans: Any, length: int) -> list[tuple[int, int]]:
    """Return the spans that lie within a text, in order."""
    found = []
    for span in spans if isinstance(spans, list) else []:
        if isinstance(span, list) and len(span) == 2 and all(isinstance(one, int) for one in span):
            start, end = span
            if 0 <= start < end <= length:
                found.append((start, end))
    return sorted(found)


def sessions_of(finding: Finding) -> list[Session]:
    """Return a finding's cited lines by session, the parent first, each in the order of its log."""
    sessions: dict[str, Session] = {}
    last: dict[tuple[str, Any, Any], int] = {}
    for number, line in enumerate(_in_order(finding.lines)):
        session = _session_of(line, finding.transaction)
        session = sessions.setdefault(session.id, session)
        place, at = (session.id, line.get("evidence"), line.get("file")), int(line.get("line") or 0)
        cited = CitedLine(
            line=line,
            pieces=pieces_of(str(line.get("text") or ""), line.get("spans"), str(line.get("says") or "")),
            gap=at - last[place] - 1 if place in last else None,
            anchor=f"{finding.public_id.hex[:8]}-{number}",
        )
        session.lines.append(cited)
        last[place] = at
    return sorted(sessions.values(), key=lambda session: ("parent", "child", "other").index(session.kind))


def _session_of(line: dict[str, Any], parent: str) -> Session:
    """Return the session that a line belongs to, without its lines."""
    session_id = str(line.get("transaction") or parent)
    is_child = bool(parent) and session_id.startswith(parent)  # a finding about a whole log is of no session
    suffix = session_id.removeprefix(parent) if is_child else ""
    return Session(id=session_id, parent=parent, suffix=suffix, time=str(line.get("time") or ""))


def _in_order(lines: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return lines in the order of their logs."""
    return sorted(lines, key=_place)


def _place(line: dict[str, Any]) -> tuple[str, str, int]:
    """Return where a line stands: in which piece, which file of it, which line."""
    return str(line.get("evidence") or ""), str(line.get("file") or ""), int(line.get("line") or 0)


def outcome(finding: Finding, *says: str) -> str:
    """Return what the first cited line that says this is marked for; empty where none does."""
    for line in _in_order(finding.lines):
        if line.get("says") in says:
            text = str(line.get("text") or "")
            spans = _clean(line.get("spans"), len(text))
            words = text[slice(*spans[0])] if spans else text
            return words.removeprefix("reject=")[:OUTCOME_ALLOWED]
    return ""


@dataclass(frozen=True, slots=True)
class ShownFinding:
    """A finding opened: the contradiction, and the lines that prove it."""

    finding: Finding
    told: str
    done: str
    sessions: list[Session]

    @property
    def cited(self) -> int:
        """How many lines are cited."""
        return len(self.finding.lines)


def shown(finding: Finding) -> ShownFinding:
    """Return a finding ready to be shown open."""
    return ShownFinding(
        finding=finding,
        told=outcome(finding, "rejected", "refused", "accepted"),
        done=outcome(finding, "delivered", "handed_over"),
        sessions=sessions_of(finding),
    )
