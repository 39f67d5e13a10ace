"""The evidence of a report: each piece with its SHA-256, what was read of it, whether it still is what was given."""

from django.utils.translation import gettext, ngettext, pgettext

from common.templatetags.moments import covers
from tickets.models import Evidence, IntegrityCheck, ReadingState
from tickets.queries.reading import WAITING, reading_of, state_of
from tickets.queries.report.gathered import Gathered
from tickets.queries.report.words import bytes_words, fact, joined, moment_words, side
from tickets.report.document import Fact, Item, Remark, Section, Tone, visible

BREAKS_TOLD = 20
TONES: dict[str, Tone] = {ReadingState.READ: "", WAITING: "warn", ReadingState.FAILED: "bad"}


def broken(of: Gathered) -> Section | None:
    """Return what is not what was given; None where nothing was found broken."""
    if not of.broken:
        return None
    return Section(
        "broken",
        gettext("Evidence is not what was given"),
        (Remark(gettext("Rely on nothing that rests on it. A backup may still have it whole."), "bad"),),
        items=tuple(_broken(check) for check in of.broken),
    )


def _broken(check: IntegrityCheck) -> Item:
    """Return a check that found something broken, with the places."""
    name = visible(check.evidence.name) if check.evidence else gettext("Timeline")
    places = [fact(_place(one), str(one.get("what", "")), "bad") for one in check.breaks[:BREAKS_TOLD]]
    if len(check.breaks) > BREAKS_TOLD:
        more = gettext("%(n)d more places") % {"n": len(check.breaks) - BREAKS_TOLD}
        places.append(fact(pgettext("report", "And"), more, "bad"))
    return Item(name, (fact(pgettext("report", "Found"), moment_words(check.checked_at)), *places), tone="bad")


def _place(one: dict[str, object]) -> str:
    """Return where something is broken."""
    part = visible(str(one.get("part", "")))
    return gettext("%(part)s, entry %(n)s") % {"part": part, "n": one["entry"]} if one.get("entry") else part


def evidence(of: Gathered) -> Section:
    """Return the list of evidence, in the order in which it came."""
    remarks = () if of.pieces else (Remark(gettext("No evidence is attached."), "warn"),)
    items = tuple(_piece(of, number, piece) for number, piece in enumerate(of.pieces, 1))
    return Section("evidence", gettext("Evidence"), remarks, items=items)


def _piece(of: Gathered, number: int, piece: Evidence) -> Item:
    """Return a piece."""
    reading, check = reading_of(piece), getattr(piece, "integrity", None)
    given = {"when": moment_words(piece.received_at), "name": piece.received_by.shown_name}
    came = side(piece.from_party) if piece.from_party else gettext("not told from whom")
    facts = [
        Fact("SHA-256", piece.blob_id, code=True),
        fact(gettext("Size"), bytes_words(piece.blob.size)),
        fact(
            pgettext("report", "Received"),
            joined(gettext("%(when)s by %(name)s") % given, came),
        ),
        _custody(check),
        _log_of(of, piece),
        Fact(pgettext("report", "Reading"), reading_words(piece), TONES.get(state_of(piece), "warn")),
        fact(gettext("Device, version, zone"), joined(*_of_device(piece))),
    ]
    if reading is not None and (reading.first_time or reading.last_time):
        facts.append(fact(gettext("Covers"), covers(reading.first_time, reading.last_time)))
    if piece.note:
        facts.append(fact(gettext("Note"), piece.note))
    is_broken = check is not None and check.is_broken
    return Item(f"{number}. {visible(piece.name)}", tuple(facts), tone="bad" if is_broken else "")


def _of_device(piece: Evidence) -> tuple[str, str, str]:
    """Return what is known of where a piece comes from; what is not known is said."""
    return (
        str(piece.device) if piece.device else gettext("device unknown"),
        piece.firmware or gettext("version unknown"),
        piece.zone or gettext("zone unknown"),
    )


def _custody(check: IntegrityCheck | None) -> Fact:
    """Return whether a piece is still what was given, as far as it was read again."""
    name = pgettext("report", "Checked")
    if check is None:
        return Fact(
            name, gettext("not read again since it came: nobody knows whether it still is what was given"), "warn"
        )
    at = moment_words(check.checked_at)
    if check.is_broken:
        return Fact(name, gettext("BROKEN, found %(when)s: it is not what was given") % {"when": at}, "bad")
    return Fact(name, gettext("whole, read again %(when)s") % {"when": at})


def _log_of(of: Gathered, piece: Evidence) -> Fact:
    """Return how long the custody log of a piece is, and the hash that covers all of it."""
    number, told = of.custody.get(piece.pk, (0, ""))
    words = ngettext("%(n)d entry, the last has", "%(n)d entries, the last has", number) % {"n": number}
    return fact(pgettext("report", "Custody log"), f"{words} {told or '–'}")


def reading_words(piece: Evidence) -> str:
    """Return how far a piece was read."""
    state, reading = state_of(piece), reading_of(piece)
    if state == WAITING or reading is None:
        return gettext("not read yet") if state == WAITING else gettext("could not be read")
    lines, unread = f"{reading.lines:,}", f"{reading.unread_lines:,}"
    told = {
        ReadingState.READ: gettext("whole: %(n)s lines") % {"n": lines},
        ReadingState.PARTLY: gettext("in part: %(unread)s of %(n)s lines unread") % {"unread": unread, "n": lines},
        ReadingState.NOT_A_LOG: gettext("not a log: not judged"),
        ReadingState.FAILED: gettext("could not be read"),
        ReadingState.HELD: gettext("came by mail: not read yet"),
        ReadingState.TAKEN_OUT: gettext("its mail was taken out: not read"),
    }[ReadingState(state)]
    return joined(told, visible(reading.reason))
