"""The timeline of a report, oldest first: both clocks, who said what to whom, corrections as such; and the claims."""

from collections.abc import Iterable

from django.utils.translation import gettext, ngettext, pgettext

from kb.claims.ledger import Said, flips
from kb.models import Claim
from kb.words import verb_of
from tickets import words
from tickets.machine_words import in_words
from tickets.models import EntryKind, LinkState, TimelineEntry
from tickets.queries.flips import flips_of_case
from tickets.queries.links import issues_of_case
from tickets.queries.report.gathered import Gathered
from tickets.queries.report.words import fact, happened_words, joined, moment_words, said_words, side, sides
from tickets.report.document import Fact, Item, Remark, Section, visible


def timeline(of: Gathered) -> Section:
    """Return the timeline."""
    remarks = [
        Remark(
            gettext(
                "Oldest first. Each entry says when it happened and when it was noted; its number is its place in the "
                "sealed chain. What was corrected stays, struck out, and counts no more."
            )
        )
    ]
    left_out = of.entries_in_all - len(of.entries)
    if left_out:
        told = ngettext(
            "%(n)s older entry is not in this report: it stands in the timeline.",
            "%(n)s older entries are not in this report: they stand in the timeline.",
            left_out,
        )
        remarks.append(Remark(told % {"n": f"{left_out:,}"}, "warn"))
    if not of.entries:
        remarks.append(Remark(gettext("Nothing is noted."), "warn"))
    return Section("timeline", gettext("Timeline"), tuple(remarks), items=tuple(_entry(of, one) for one in of.entries))


def _entry(of: Gathered, entry: TimelineEntry) -> Item:
    """Return an entry: number, when, what, from whom to whom."""
    newer = getattr(entry, "replaced_by", None)
    title = joined(
        f"{of.number(entry)}. {happened_words(entry.happened_at, entry.precision)}",
        str(words.ENTRY_KINDS[EntryKind(entry.kind)].text),
        sides(entry.from_party, entry.to_party),
    )
    machine = entry.is_machine or entry.kind == EntryKind.STATE
    text = in_words(entry.text, of.titles) if machine and newer is None else entry.text
    facts = [_noted(entry)]
    if entry.due_at:
        facts.append(fact(gettext("Due"), moment_words(entry.due_at)))
    if entry.evidence:
        facts.append(fact(gettext("Evidence"), entry.evidence.name))
    if entry.of_mail:  # type: ignore[attr-defined]
        facts.append(fact(pgettext("report", "Said in"), gettext("a mail of this case")))
    if entry.replaces:
        facts.append(fact(pgettext("report", "Corrects"), _numbered(of, entry.replaces)))
    if newer is not None:
        facts.append(fact(pgettext("report", "Corrected by"), _numbered(of, newer)))
    return Item(title, tuple(facts), text=visible(text), tone="struck" if newer is not None else "")


def _noted(entry: TimelineEntry) -> Fact:
    """Return when an entry was noted, and by whom."""
    by = visible(entry.author.shown_name) if entry.author else pgettext("report", "the product")
    return fact(pgettext("report", "Noted"), f"{moment_words(entry.recorded_at)}, {by}")


def _numbered(of: Gathered, entry: TimelineEntry) -> str:
    """Return another revision by its number."""
    return gettext("no. %(n)s of %(when)s") % {"n": of.number(entry), "when": moment_words(entry.recorded_at)}


def claims(of: Gathered) -> Section:
    """Return what was claimed: in the timeline, and on the known issues of the case; who changed its answer is told."""
    said = [_claimed(of, entry) for entry in of.entries if entry.kind == EntryKind.CLAIM and _stands(entry)]
    issues = {link.issue.pk: (link.issue, link.state) for link in issues_of_case(of.principal, of.case)}
    for flip in flips_of_case(of.principal, of.case, most=None):
        issues.setdefault(flip.after.issue_id, (flip.after.issue, ""))
    rows = Claim.objects.filter(issue__in=issues).select_related("party", "recorded_by").order_by("pk")
    by_issue: dict[int, list[Claim]] = {pk: [] for pk in issues}
    for claim in rows:
        by_issue[claim.issue_id].append(claim)
    items = list(said)
    for pk, (issue, state) in issues.items():
        items.append(Item(visible(f"{issue.ref} {issue.title}"), facts=(_link(state),)))
        items += _ledger(by_issue[pk])
    remarks = () if items else (Remark(gettext("No claim is noted, and no known issue is linked.")),)
    return Section("claims", pgettext("report", "Claims"), remarks, items=tuple(items))


def _stands(entry: TimelineEntry) -> bool:
    """Whether an entry is the newest revision."""
    return getattr(entry, "replaced_by", None) is None


def _claimed(of: Gathered, entry: TimelineEntry) -> Item:
    """Return a claim of the timeline."""
    when = happened_words(entry.happened_at, entry.precision)
    title = joined(when, sides(entry.from_party, entry.to_party))
    return Item(
        title, (fact(gettext("Timeline"), gettext("no. %(n)s") % {"n": of.number(entry)}),), text=visible(entry.text)
    )


def _link(state: str) -> Fact:
    """Return how an issue belongs to the case."""
    told = {
        LinkState.CONFIRMED: gettext("known issue, confirmed by a person"),
        "proposed": gettext("perhaps: a rule proposes it, nobody has confirmed it"),
    }.get(state, gettext("not linked to a finding: a party of the case changed its answer on it"))
    return Fact(pgettext("report", "Known issue"), told)


def _ledger(claims: Iterable[Claim]) -> list[Item]:
    """Return the claims on an issue in the order in which they were recorded, with what each of them turned round."""
    rows = list(claims)
    by_id = {claim.pk: claim for claim in rows}
    told = [Said(one.pk, one.party.slug, one.proposition, one.stance, one.said_at) for one in rows]  # type: ignore[arg-type]
    before = {flip.after.order: by_id[flip.before.order] for flip in flips(told)}
    return [_said(claim, before.get(claim.pk)) for claim in rows]


def _said(claim: Claim, before: Claim | None) -> Item:
    """Return a claim; what its party held before, where it turned round."""
    title = joined(side(claim.party), _verb(claim), said_words(claim.said_at, claim.said_about))
    remarks: tuple[Remark, ...] = ()
    if before is not None:
        held = {"verb": _verb(before), "day": said_words(before.said_at, before.said_about)}
        remarks = (Remark(gettext("Changed its answer. Before: %(verb)s (%(day)s).") % held, "bad"),)
    by = visible(claim.recorded_by.shown_name) if claim.recorded_by else gettext("a knowledge pack")
    noted = fact(pgettext("report", "Noted"), f"{moment_words(claim.recorded_at)}, {by}")
    return Item(title, (noted,), remarks, visible(claim.text))


def _verb(claim: Claim) -> str:
    """Return what a party did when it said this."""
    return str(verb_of(claim.party.kind, claim.proposition, claim.stance).text)
