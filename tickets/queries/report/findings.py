"""The findings of a report with the lines that prove them, as they stand in the logs; and the answers of detectors."""

from typing import Any

from django.utils.translation import gettext, ngettext, pgettext

from tickets import words
from tickets.models import Finding
from tickets.queries.cited import sessions_of
from tickets.queries.report.gathered import FINDINGS_TOLD, Gathered
from tickets.queries.report.words import fact, joined, moment_words
from tickets.report.document import Fact, Item, Quote, Remark, Section, Tone, visible

LINES_TOLD = 200


def findings(of: Gathered) -> Section:
    """Return the findings, the worst first: those that fell or were dismissed stand last, and say so."""
    counts = tuple(_count(of, row) for row in of.rules)
    in_all = sum(row["all"] for row in of.rules)
    remarks = []
    if in_all > len(of.findings):
        told = gettext(
            "Only the first %(n)s of %(all)s findings are in this report, the worst ones. The others stand in the case."
        )
        remarks.append(Remark(told % {"n": f"{len(of.findings):,}", "all": f"{in_all:,}"}, "warn"))
    if not of.findings:
        told = gettext("There is no finding. What that is worth stands under what was not read or not judged.")
        remarks.append(Remark(told, "warn"))
    names = {str(piece.public_id): piece.name for piece in of.pieces}
    items = tuple(_finding(of, number, one, names) for number, one in enumerate(of.findings[:FINDINGS_TOLD], 1))
    return Section("findings", gettext("Findings"), tuple(remarks), counts, items)


def _count(of: Gathered, row: dict[str, Any]) -> Fact:
    """Return how many findings a rule has, and how many of them stand."""
    told = gettext("%(stand)s of %(all)s stand") % {"stand": f"{row['stand']:,}", "all": f"{row['all']:,}"}
    return fact(str(words.rule_words(row["rule"], of.titles)), told)


def _finding(of: Gathered, number: int, one: Finding, names: dict[str, str]) -> Item:
    """Return a finding with its lines."""
    rule = visible(str(words.rule_words(one.rule, of.titles)))
    facts = [
        _status(one),
        fact(gettext("Severity"), str(words.SEVERITIES[one.severity].text)),
        fact(gettext("Rule"), gettext("%(rule)s of %(date)s") % {"rule": one.rule, "date": one.rule_set or "–"}),
        fact(pgettext("report", "Happened"), moment_words(one.happened_at)),
        fact(gettext("Recipient"), one.recipient or "–"),
        fact(pgettext("report", "Transaction"), one.transaction or "–"),
        fact(
            gettext("Device"),
            joined(one.device or gettext("device unknown"), one.firmware or gettext("version unknown")),
        ),
        fact(pgettext("report", "What it says"), one.summary),
    ]
    if link := of.links.get(one.pk):
        facts.append(
            fact(pgettext("report", "Known issue"), joined(f"{link.issue.ref} {link.issue.title}", _link(link.state)))
        )
    lines = [cited.line for session in sessions_of(one) for cited in session.lines]
    remarks = []
    if len(lines) > LINES_TOLD:
        told = gettext("Only the first %(n)s of %(all)s lines are in this report. The others stand in the case.")
        remarks.append(Remark(told % {"n": LINES_TOLD, "all": f"{len(lines):,}"}, "warn"))
    if not lines:
        remarks.append(Remark(gettext("No line is cited: this finding proves nothing by itself."), "warn"))
    stands = one.holds and one.status != "dismissed"
    return Item(
        f"{number}. {rule}",
        tuple(facts),
        tuple(remarks),
        quotes=tuple(_quote(line, names) for line in lines[:LINES_TOLD]),
        tone="" if stands else "struck",
    )


def _status(one: Finding) -> Fact:
    """Return what became of a finding: whether it holds, and what a person made of it."""
    tone: Tone = ""
    told = str(words.FINDING_STATUSES[one.status].text)
    if one.status_by:
        told = joined(told, visible(one.status_by.shown_name), moment_words(one.status_at))
    if not one.holds:
        told, tone = joined(gettext("no longer holds: more evidence explained it"), told), "warn"
    return Fact(pgettext("report", "Status"), told, tone)


def _link(state: str) -> str:
    """Return how sure it is that a finding is an issue."""
    return {
        "confirmed": gettext("confirmed by a person"),
        "refused": gettext("refused by a person"),
    }.get(state, gettext("proposed, not confirmed"))


def _quote(line: dict[str, Any], names: dict[str, str]) -> Quote:
    """Return a cited line with its place."""
    piece = str(line.get("evidence") or "")
    name = names.get(piece, piece)
    file = str(line.get("file") or "")
    place = gettext("%(name)s, line %(n)s") % {
        "name": f"{name} / {file}" if file else name,
        "n": line.get("line") or "–",
    }
    says = gettext("says: %(says)s") % {"says": line["says"]} if line.get("says") else ""
    cut = gettext("(cut here; the whole line is in the evidence)") if line.get("truncated") else ""
    return Quote(visible(joined(place, says, cut)), visible(str(line.get("text") or "")))


def detectors(of: Gathered) -> Section:
    """Return what each detector said of the case."""
    items = tuple(_detector(row) for row in of.detectors)
    remarks = () if items else (Remark(gettext("No detector that you may see looks at this product.")),)
    return Section("detectors", gettext("Detectors"), remarks, items=items)


def _detector(row: dict[str, Any]) -> Item:
    """Return the answer of a detector: how many hits, over how much; none is only said of all that the case has."""
    if row["hits"] is None:
        answer = Fact(pgettext("report", "Answer"), gettext("none: it could not judge all of this case"), "warn")
    else:
        hits = ngettext("%(n)s hit", "%(n)s hits", row["hits"]) % {"n": f"{row['hits']:,}"}
        partly = "" if row["current"] else gettext("it did not look at all logs of the case")
        answer = Fact(pgettext("report", "Answer"), joined(hits, partly), "" if row["current"] else "warn")
    facts = [answer, fact(pgettext("report", "Known issue"), row["issue"])]
    if row["finished_at"]:
        ran = gettext("revision %(n)s, %(lines)s lines, %(when)s") % {
            "n": row["revision"], "lines": f"{row['lines']:,}", "when": moment_words(row["finished_at"]),
        }  # fmt: skip
        facts.append(fact(pgettext("report", "Last run"), ran))
    facts += [fact(gettext("Why"), str(one["reason"]), "warn") for one in row["not_judged"]]
    return Item(visible(row["title"] or row["name"]), tuple(facts))
