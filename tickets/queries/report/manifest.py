"""What a report was made of: numbers and hashes by which it can be checked later."""

from django.utils.translation import gettext, ngettext, pgettext

from tickets.queries.report.gathered import Gathered
from tickets.queries.report.words import bytes_words, fact, moment_words
from tickets.report.document import Fact, Remark, Section


def manifest(of: Gathered) -> Section:
    """Return the manifest."""
    seals = [seal for entry in of.entries if (seal := getattr(entry, "seal", None))]
    head = max(seals, key=lambda seal: seal.sequence, default=None)
    corrected = sum(getattr(entry, "replaced_by", None) is not None for entry in of.entries)
    number, size = f"{of.entries_in_all:,}", sum(one.blob.size for one in of.pieces)
    facts = [
        fact(gettext("Entries of the timeline"), gettext("%(n)s, of which %(old)s were corrected") % {
            "n": number, "old": f"{corrected:,}",
        }),
        Fact(gettext("Number of the last seal"), str(head.sequence) if head else "–"),
        Fact(gettext("SHA-256 of the last seal"), head.hash if head else "–", code=True),
        fact(gettext("Pieces of evidence"), f"{len(of.pieces):,}, {bytes_words(size)}"),
        fact(gettext("Findings"), f"{sum(row['all'] for row in of.rules):,}"),
        fact(gettext("Scan of the logs"), _scan(of)),
        fact(pgettext("report", "Made for"), of.principal.user.shown_name),
    ]  # fmt: skip
    unsealed = len(of.entries) - len(seals)
    remarks = [
        Remark(
            gettext(
                "Each seal covers an entry and the seal before it, so the last one covers them all; “zenrei verify” "
                "computes them anew. A report that is made later of more entries has another last seal."
            )
        )
    ]
    if unsealed:
        told = ngettext("%(n)s entry has no seal.", "%(n)s entries have no seal.", unsealed)
        remarks.append(Remark(told % {"n": f"{unsealed:,}"}, "bad"))
    return Section("manifest", gettext("What this report was made of"), tuple(remarks), tuple(facts))


def _scan(of: Gathered) -> str:
    """Return which scan the findings are of."""
    if of.scan is None:
        return gettext("none")
    return gettext("no. %(n)s of %(when)s, rules of %(date)s, %(lines)s lines of %(pieces)s pieces") % {
        "n": of.scan.number,
        "when": moment_words(of.scan.finished_at),
        "date": of.scan.rule_set,
        "lines": f"{of.scan.lines:,}",
        "pieces": len(of.scan.evidence),
    }
