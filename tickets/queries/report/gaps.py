"""What was not read or not judged: it has a section of its own, also where there is nothing in it."""

from django.utils.translation import gettext, ngettext, pgettext

from tickets.models import ReadingState
from tickets.queries.reading import reading_of, state_of
from tickets.queries.report.evidence import reading_words
from tickets.queries.report.gathered import Gathered
from tickets.queries.report.words import fact
from tickets.report.document import Fact, Item, Remark, Section, visible
from tickets.words import rule_words

READ = (ReadingState.READ, ReadingState.PARTLY)


def gaps(of: Gathered) -> Section:
    """Return all that says nothing: of it, no finding is no answer."""
    items = [*_unread(of), *_unseen(of), *_rules(of), *_detectors(of)]
    return Section("gaps", gettext("Not read, or not judged"), _lead(of, len(items)), items=tuple(items))


def _lead(of: Gathered, gaps: int) -> tuple[Remark, ...]:
    """Return what the section comes to."""
    if of.scan is None or not of.scan.finding_counts:
        return (Remark(gettext("Unknown, not clean: no rule has judged anything of this case."), "warn"),)
    if gaps:
        told = ngettext(
            "Unknown, not clean: of this %(n)d, no finding is no answer.",
            "Unknown, not clean: of these %(n)d, no finding is no answer.",
            gaps,
        )
        return (Remark(told % {"n": gaps}, "warn"),)
    return (Remark(gettext("Every piece was read to its last line, and every rule could judge it.")),)


def _unread(of: Gathered) -> list[Item]:
    """Return the pieces that were not read to their last line."""
    pieces = [one for one in of.pieces if state_of(one) != ReadingState.READ or _lines_unread(one)]
    return [
        Item(visible(one.name), (Fact(pgettext("report", "Reading"), reading_words(one), "warn"),)) for one in pieces
    ]


def _lines_unread(piece: object) -> bool:
    """Whether lines of a piece were not read, however its reading ended."""
    reading = reading_of(piece)  # type: ignore[arg-type]
    return reading is not None and reading.unread_lines > 0


def _unseen(of: Gathered) -> list[Item]:
    """Return the logs that were read, but not by the newest scan of the case."""
    covered = set(of.scan.evidence) if of.scan else set()
    logs = [one for one in of.pieces if state_of(one) in READ and str(one.public_id) not in covered]
    told = gettext("read, but the newest scan of the case does not cover it")
    return [Item(visible(one.name), (Fact(pgettext("report", "Scan"), told, "warn"),)) for one in logs]


def _rules(of: Gathered) -> list[Item]:
    """Return the rules that could not judge."""
    items = []
    for row in of.scan.not_judged if of.scan else []:
        facts = [fact(gettext("Why"), str(row.get("reason", "")), "warn")]
        if row.get("transactions"):
            facts.append(fact(pgettext("report", "Transactions"), f"{row['transactions']:,}"))
        items.append(Item(visible(str(rule_words(str(row.get("rule", "")), of.titles))), tuple(facts)))
    return items


def _detectors(of: Gathered) -> list[Item]:
    """Return the detectors that could not judge; those that the reader may not see are counted."""
    items = []
    for row in of.detectors:
        if row["hits"] is None:
            why = "; ".join(str(one["reason"]) for one in row["not_judged"])
            why = why or gettext("It has not run over all logs yet.")
            items.append(Item(visible(row["title"]), (fact(gettext("Detector"), why, "warn"),)))
    if of.hidden_doubts:
        told = ngettext(
            "%(n)d detector of an issue that its department keeps to itself could not judge this case.",
            "%(n)d detectors of issues that their department keeps to itself could not judge this case.",
            of.hidden_doubts,
        )
        items.append(Item(told % {"n": of.hidden_doubts}))
    return items
