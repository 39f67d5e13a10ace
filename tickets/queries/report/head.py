"""The head of a report: which case, of what, with whom, where it stands."""

from django.utils.translation import gettext, ngettext, pgettext

from common.templatetags.moments import zone_words
from tickets import words
from tickets.queries.answer import answer_of
from tickets.queries.report.gathered import Gathered, KnownDevice
from tickets.queries.report.words import days_words, fact, joined, moment_words, side, since_words
from tickets.queries.turns_words import lead_of
from tickets.report.document import Fact, Item, Remark, Section, visible


def head(of: Gathered) -> Section:
    """Return the head."""
    case, state, severity = of.case, words.CASE_STATES[of.case.state], words.SEVERITIES[of.case.severity]
    product = f"{case.product} {case.release or gettext('version unknown')}" if case.product else ""
    facts = [
        fact(gettext("Case"), case.ref),
        fact(gettext("What it is about"), case.title),
        fact(gettext("Kind"), str(words.CASE_KINDS[case.kind].text)),
        fact(gettext("State"), str(state.text)),
        fact(gettext("Severity"), str(severity.text), "warn" if case.severity == "unknown" else ""),
        fact(gettext("Product and release"), product or gettext("no product named")),
        *(_device(one) for one in of.devices),
        *(_party(side(party), numbers) for party, numbers in of.parts["parties"]),
        fact(pgettext("report", "Department"), str(case.department)),
        *(fact(pgettext("report", "Shared with"), str(share.department)) for share in of.parts["shares"]),
        fact(gettext("Assigned to"), case.assignee.shown_name if case.assignee else gettext("nobody")),
        fact(pgettext("report", "Opened"), f"{since_words(case.opened_at)}, {case.created_by.shown_name}"),
        fact(pgettext("report", "As of"), f"{moment_words(of.now)}, {zone_words()}"),
    ]
    return Section("head", gettext("The case"), facts=tuple(facts), remarks=_state(of))


def _device(one: KnownDevice) -> Fact:
    """Return a device, with what it runs."""
    name = gettext("Device")
    if not one.is_seen:
        return fact(name, one.device.name)
    serial = gettext("serial number %(serial)s") % {"serial": one.device.serial} if one.device.serial else ""
    firmware = gettext("runs %(version)s") % {"version": one.firmware} if one.firmware else gettext("version unknown")
    return fact(name, joined(one.device.name, serial, firmware), "" if one.firmware else "warn")


def _party(name: str, numbers: list[str]) -> Fact:
    """Return a party with the numbers that it gave the case."""
    told = (
        gettext("number %(numbers)s") % {"numbers": gettext(", ").join(numbers)}
        if numbers
        else pgettext("report", "no number")
    )
    return fact(gettext("Party"), joined(name, told))


def _state(of: Gathered) -> tuple[Remark, ...]:
    """Return whose turn it is, what the logs prove, and loudly what does not hold."""
    precisions = {str(entry.public_id): entry.precision for entry in of.entries}
    lead = lead_of(of.turns, of.parties, precisions)
    judged = of.scan is not None and bool(of.scan.finding_counts)
    doubts = sum(row["hits"] is None for row in of.detectors) + of.hidden_doubts
    answer = answer_of(of.coverage, of.rules, of.titles, judged=judged, doubts=doubts)
    broken = []
    if of.broken:
        told = ngettext(
            "Evidence is not what was given: %(n)d check found it broken. Rely on nothing that rests on it.",
            "Evidence is not what was given: %(n)d checks found it broken. Rely on nothing that rests on it.",
            len(of.broken),
        )
        broken = [Remark(told % {"n": len(of.broken)}, "bad")]
    late = [leg.is_overdue for leg in of.turns.legs if leg.holder]  # one sentence each, where somebody has the turn
    late = late if len(late) == len(lead.sentences) else [False] * len(lead.sentences)
    turn = [Remark(visible(told), "bad" if is_late else "") for told, is_late in zip(lead.sentences, late, strict=True)]
    proved = Remark(visible(answer.lead), "bad" if answer.tone == "bad" else "warn" if answer.tone == "warn" else "")
    return (*broken, *turn, proved)


def turns(of: Gathered) -> Section:
    """Return how many days each party had, by leg."""
    items = []
    for leg in of.turns.legs:
        one, other = (of.parties[slug] for slug in leg.leg)
        had = tuple(fact(side(of.parties[slug]), days_words(days)) for slug, days in leg.days.items())
        items.append(Item(f"{side(one)} – {side(other)}", facts=had))
    remarks = [] if items else [Remark(gettext("Nobody was asked, and nothing was promised."))]
    if of.turns.unplaced:
        told = ngettext(
            "%(n)d entry names too little to tell whose turn it moves: it counts for nobody.",
            "%(n)d entries name too little to tell whose turn they move: they count for nobody.",
            len(of.turns.unplaced),
        )
        remarks.append(Remark(told % {"n": len(of.turns.unplaced)}, "warn"))
    return Section("turns", gettext("Days with each party"), tuple(remarks), items=tuple(items))
