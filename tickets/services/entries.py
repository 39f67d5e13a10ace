"""Writing the timeline: entries are added, and corrected by new ones; none is ever changed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from common.errors import Conflict, Invalid
from common.moments import check_moment
from kb.models import Party
from tickets.models import Case, CaseState, EntryKind, Evidence, Precision, TimelineEntry
from tickets.queries.turns import told_state
from tickets.turns.entry import HALF, MOVING, Entry, moment_of

TEXT_ALLOWED = 100_000
AHEAD = "A case changes its state when it does: date it now or before. Of today, tell the time too."


def add_entry(
    *,
    case: Case,
    author: User,
    kind: str,
    happened_at: datetime,
    text: str,
    precision: str = Precision.MINUTE,
    from_party: Party | None = None,
    to_party: Party | None = None,
    due_at: datetime | None = None,
    state: str = "",
) -> TimelineEntry:
    """Record what happened. An ask needs to say who is asked; a promise, who promised.

    An entry of the kind state says by `state`, or by a text that is nothing but its word, which state the case has from
    then on: so a case is told from its beginning to its end. What the timeline ends in is the state of the case.
    """
    _check(kind=kind, text=text, from_party=from_party, to_party=to_party)
    _check_times(happened_at, due_at)
    state = _state_of(kind, state, text)
    if state:
        _check_it_came(happened_at, precision, recorded_at=timezone.now())
    return _write(
        case=case,
        author=author,
        kind=kind,
        happened_at=happened_at,
        precision=precision,
        text=text,
        from_party=from_party,
        to_party=to_party,
        due_at=due_at,
        state=state,
    )


def _state_of(kind: str, state: str, text: str) -> str:
    """Return the state that an entry brings; empty where it brings none."""
    word = text.strip().casefold()
    if kind != EntryKind.STATE:
        if state:
            raise Invalid.field("state", "Only an entry of the kind state changes the state of the case.")
        return ""
    if state and state not in CaseState.values:
        raise Invalid.field("state", f"Choose one of {', '.join(CaseState.values)}.")
    return state or (word if word in CaseState.values else "")


def _check(*, kind: str, text: str, from_party: Party | None, to_party: Party | None) -> None:
    """Raise Invalid for an entry that could not be understood later."""
    if kind not in EntryKind.values:
        raise Invalid.field("kind", f"Choose one of {', '.join(EntryKind.values)}.")
    if len(text) > TEXT_ALLOWED:
        raise Invalid.field("text", f"At most {TEXT_ALLOWED} characters. Longer texts are evidence: upload them.")
    if not text.strip():
        raise Invalid.field("text", "Say what happened.", code="required")
    if kind == EntryKind.ASK and to_party is None:
        raise Invalid.field("to_party", "Who was asked? Whoever is asked has the turn.", code="required")
    if kind == EntryKind.PROMISE and from_party is None:
        raise Invalid.field("from_party", "Who promised?", code="required")
    if from_party is not None and from_party == to_party:
        raise Invalid.field("to_party", "From and to are the same party.")


def _check_times(happened_at: datetime, due_at: datetime | None) -> None:
    """Raise Invalid for a time that the product does not keep."""
    check_moment(happened_at, field="happened_at")
    check_moment(due_at, field="due_at")


def correct_entry(*, entry: TimelineEntry, author: User, changes: dict[str, Any]) -> TimelineEntry:
    """Write a new revision of an entry; the old one stays, struck through, with who and when."""
    if entry.is_machine:
        raise Invalid("The product wrote this entry; add a note beside it instead.")
    values: dict[str, Any] = {
        name: getattr(entry, name)
        for name in ("kind", "happened_at", "precision", "text", "from_party", "to_party", "due_at")
    } | changes
    _check(**{name: values[name] for name in ("kind", "text", "from_party", "to_party")})
    _check_times(values["happened_at"], values["due_at"])
    values["state"] = _corrected_state(entry, changes, kind=values["kind"])
    if values["state"]:
        _check_it_came(values["happened_at"], values["precision"], recorded_at=_first_of(entry).recorded_at)
    with transaction.atomic():
        Case.objects.select_for_update().get(pk=entry.case_id)
        if TimelineEntry.objects.filter(replaces=entry).exists():
            raise Conflict("This entry was corrected already. Correct its newest revision.")
        return _write(case=entry.case, author=author, replaces=entry, evidence=entry.evidence, **values)


def _corrected_state(entry: TimelineEntry, changes: dict[str, Any], *, kind: str) -> str:
    """Return the state that an entry brings once it is corrected.

    Another text alone leaves it as it is, unless the text is now nothing but the word of a state. An entry of another
    kind brings none.
    """
    text = changes.get("text", entry.text)
    word = _state_of(kind, changes.get("state", ""), text if text != entry.text else "")
    return word or (entry.state if kind == EntryKind.STATE else "")


def _first_of(entry: TimelineEntry) -> TimelineEntry:
    """Return the first revision of an entry."""
    while entry.replaces is not None:
        entry = entry.replaces
    return entry


def _check_it_came(happened_at: datetime, precision: str, *, recorded_at: datetime) -> None:
    """Raise Invalid for a change of state that is dated ahead: nothing would make the case so when that time comes."""
    entry = Entry("", 0, EntryKind.STATE, happened_at=happened_at, recorded_at=recorded_at, precision=precision)
    if moment_of(entry, entry) > timezone.now():
        raise Invalid.field("happened_at", AHEAD, code="ahead")


def add_machine_entry(
    *, case: Case, kind: str, happened_at: datetime, text: str, key: str, evidence: Evidence | None = None
) -> TimelineEntry | None:
    """Write an entry of the product's own, once for each key; None where it is there already."""
    if TimelineEntry.objects.filter(case=case, key=key).exists():
        return None
    return _write(case=case, author=None, kind=kind, happened_at=happened_at, text=text, key=key, evidence=evidence)


def add_machine_entries(*, case: Case, kind: str, told: Sequence[tuple[str, Evidence, str]]) -> None:
    """Write entries of the product's own about new pieces: key, piece and text of each. No such key is there yet."""
    now = timezone.now()
    TimelineEntry.objects.bulk_create(
        [
            TimelineEntry(case=case, kind=kind, happened_at=now, text=text, key=key, evidence=evidence)
            for key, evidence, text in told
        ]
    )
    Case.objects.filter(pk=case.pk).update(updated_at=now)


def _write(*, case: Case, **values: Any) -> TimelineEntry:
    """Insert the row and move the case to the top of its list."""
    with transaction.atomic():
        entry = TimelineEntry.objects.create(case=case, **values)
        Case.objects.filter(pk=case.pk).update(updated_at=timezone.now())
        if _can_move_state(entry):
            settle_state(case)
    return entry


def _can_move_state(entry: TimelineEntry) -> bool:
    """Whether the timeline can end in another state now: also one of a rough time is put beside what moves turns."""
    if entry.state or (entry.replaces and entry.replaces.state):
        return True
    if not {entry.kind, entry.replaces.kind if entry.replaces else ""} & MOVING:
        return False
    return TimelineEntry.objects.filter(case=entry.case_id, precision__in=HALF).exclude(state="").exists()


def settle_state(case: Case) -> None:
    """Make the state of a case what its timeline ends in, read as whose turn it is is read (docs/whose-turn.md)."""
    Case.objects.filter(pk=case.pk).update(state=told_state(case, now=timezone.now()))
