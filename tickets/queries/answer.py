"""The one sentence on top of a case: what its logs prove, as far as they were read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext, ngettext

from tickets.queries.reading import Coverage
from tickets.words import rule_words


@dataclass(frozen=True, slots=True)
class Answer:
    """The sentence and its tone. Nothing found is never good: it is only as much as was read."""

    lead: str
    tone: str


def answer_of(
    coverage: Coverage, rules: Sequence[dict[str, Any]], titles: Mapping[str, str], *, judged: bool, doubts: int
) -> Answer:
    """Return the sentence: findings first, then what is being read, then why nothing is known.

    `titles` names the detectors among the rules; `doubts` is how many detectors could not judge what was read.
    """
    standing = [row for row in rules if row["stand"]]
    if standing:
        serious = any(row["serious"] for row in standing)
        return Answer(_found(coverage, standing, titles), "bad" if serious else "calm")
    if not coverage.usable or coverage.waiting:
        return _not_known(coverage)
    if not judged:
        return Answer(gettext("Nothing could be judged: what was read lacks the lines that the rules need."), "warn")
    if rules:
        return Answer(_settled(coverage, sum(row["all"] for row in rules)), "warn")
    return Answer(_none(coverage, doubts), "" if coverage.whole and not doubts else "warn")


def _not_known(coverage: Coverage) -> Answer:
    """Say why nothing is known: no log, not read yet, or not to be read."""
    if coverage.pieces == coverage.taken_out:
        return Answer(gettext("Nothing read yet: no log is attached."), "warn")
    if coverage.waiting:
        words = ngettext("%(n)d log is being read.", "%(n)d logs are being read.", coverage.waiting)
        return Answer(words % {"n": coverage.waiting}, "")
    return Answer(_unread(coverage), "bad" if coverage.failed else "warn")


def _found(coverage: Coverage, standing: Sequence[dict[str, Any]], titles: Mapping[str, str]) -> str:
    """Say what was found, the worst rule first, and in how much."""
    parts = []
    for row in standing:
        findings = ngettext("%(n)s finding", "%(n)s findings", row["stand"]) % {"n": f"{row['stand']:,}"}
        rule = rule_words(row["rule"], titles)
        parts.append(gettext("%(rule)s: %(findings)s") % {"rule": rule, "findings": findings})
    return gettext("%(found)s in %(read)s.") % {"found": gettext("; ").join(parts), "read": _read(coverage)}


def _read(coverage: Coverage) -> str:
    """Say how many logs were read, and how many of them not to their end."""
    words = gettext("%(read)d of %(logs)d logs read") % {"read": coverage.usable, "logs": coverage.logs}
    if not coverage.partly:
        return words
    return gettext("%(words)s, %(n)d of them only in part") % {"words": words, "n": coverage.partly}


def _unread(coverage: Coverage) -> str:
    """Say that nothing could be read, and why."""
    if coverage.failed:
        words = ngettext("%(n)d log could not be read.", "%(n)d logs could not be read.", coverage.failed)
        return words % {"n": coverage.failed}
    if coverage.held:
        words = ngettext(
            "%(n)d piece came by mail and waits until somebody lets it be read.",
            "%(n)d pieces came by mail and wait until somebody lets them be read.",
            coverage.held,
        )
        return words % {"n": coverage.held}
    return gettext("Nothing read: what is attached is no log that is known.")


def _settled(coverage: Coverage, findings: int) -> str:
    """Say that there are findings, but that people dismissed them or more evidence explained them."""
    words = ngettext(
        "%(n)s finding, dismissed or no longer holding; %(read)s.",
        "%(n)s findings, all dismissed or no longer holding; %(read)s.",
        findings,
    )
    return words % {"n": f"{findings:,}", "read": _read(coverage)}


def _none(coverage: Coverage, doubts: int) -> str:
    """Say that no rule found anything, and never without how much was read, and what could not judge it."""
    words = gettext("No finding in what was read: %(read)s.") % {"read": _read(coverage)}
    if not doubts:
        return words
    more = ngettext("%(n)d detector could not judge it.", "%(n)d detectors could not judge it.", doubts)
    return gettext("%(words)s %(more)s") % {"words": words, "more": more % {"n": doubts}}
