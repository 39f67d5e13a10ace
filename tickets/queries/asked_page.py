"""What was found of a question that may have been asked already, in words: why each is offered, where it stands."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext, ngettext

from common.refusals import in_words
from kb.models import Party
from tickets.models import CaseState
from tickets.queries.asked import Found, Question, parties_named
from tickets.queries.turns_words import party_words
from tickets.words import rule_words

QUOTED, ANSWER_SHOWN = 100, 200  # characters
TOO_SHORT = "The text: each run of its words is too short."


@dataclass(frozen=True, slots=True)
class AskedPage:
    """The answer as it is shown."""

    rows: list[dict[str, Any]]
    more: bool
    searched: list[str]
    not_searched: list[str]
    elsewhere: dict[str, bool]
    is_empty: bool


def asked_page(found: Found) -> AskedPage:
    """Return an answer in words; one query."""
    question, parties = found.question, parties_named(found.rows)
    return AskedPage(
        rows=[_row(row, question, parties) for row in found.rows],
        more=found.more,
        searched=_searched(question),
        not_searched=_not_searched(question),
        elsewhere=found.elsewhere,
        is_empty=question.is_empty,
    )


def address_of(row: dict[str, Any]) -> str:
    """Return the address of the page of a case or an issue."""
    return reverse("case", args=[row["id"]]) if row["type"] == "case" else reverse("issue", args=[row["slug"]])


def searched_of(question: Question) -> dict[str, Any]:
    """Return what was searched for, as data."""
    return {
        "title": question.title or None,
        "error_texts": [one.shown for one in question.errors],
        "rule": question.rule or None,
        "product": question.product.slug if question.product else None,
        "version": question.version if question.point else None,
        "not_searched": [
            *([f"version: {question.refused}"] if question.refused else []),
            *([TOO_SHORT] if question.too_short else []),
        ],
    }


def _row(row: dict[str, Any], question: Question, parties: dict[str, Party]) -> dict[str, Any]:
    why = [_why(reason, row["type"], question) for reason in row["reasons"]]
    shown = row | {"url": address_of(row), "why": why}
    if row["type"] == "case":
        shown["turn"] = _turn(row, parties)
        if row["last_answer"]:
            text = Truncator(row["last_answer"]["text"]).chars(ANSWER_SHOWN)
            shown["last_answer"] = row["last_answer"] | {"text": text}
    return shown


def _why(reason: dict[str, Any], of: str, question: Question) -> str:
    """Return a reason in words. What the spans of an issue do not tell is never told as if it were not there."""
    name = reason["reason"]
    words = {
        "error_text": gettext("same error text: “%(text)s”"),
        "error_words": gettext("same words: “%(text)s”"),
        "rule": gettext("same finding: %(rule)s"),
        "title": gettext("similar title"),
        "product": gettext("same product"),
        "case version": gettext("same product, version %(text)s"),
        "case version_unknown": gettext("same product; on which version is not recorded"),
        "issue version": gettext("affects %(product)s %(version)s"),
        "issue version_unknown": gettext("may affect %(product)s %(version)s: what is known does not tell"),
    }
    return (words.get(name) or words[f"{of} {name}"]) % {
        "text": Truncator(reason["detail"] or "").chars(QUOTED),
        "rule": rule_words(question.rule),
        "product": question.product,
        "version": question.version,
    }


def _turn(row: dict[str, Any], parties: dict[str, Party]) -> str:
    """Return whose turn it is; empty where the case is not open, which its state tells."""
    if row["state"] != CaseState.OPEN:
        return ""
    names = [party_words(parties[slug]) for slug in row["holders"] if slug in parties]
    if not names:
        return gettext("Nobody’s turn: nothing is asked or promised.")
    words = gettext("Turn: %(parties)s") % {"parties": gettext(", ").join(names)}
    return gettext("%(words)s, overdue") % {"words": words} if row["overdue"] else words


def _searched(question: Question) -> list[str]:
    """Return what was searched for, in words."""
    found = []
    if question.title:
        found.append(gettext("the title"))
    if question.errors:
        n = len(question.errors)
        words = ngettext(
            "%(n)d error text, numbers and addresses left out", "%(n)d error texts, numbers and addresses left out", n
        )
        found.append(words % {"n": n})
    if question.rule:
        found.append(gettext("the finding “%(rule)s”") % {"rule": rule_words(question.rule)})
    if question.product and question.point:
        found.append(
            gettext("%(product)s, version %(version)s") % {"product": question.product, "version": question.version}
        )
    elif question.product:
        found.append(str(question.product))
    return found


def _not_searched(question: Question) -> list[str]:
    """Return what was typed and could not be searched for, with the reason."""
    found = []
    if question.refused:
        found.append(gettext("the version: %(why)s") % {"why": in_words(question.refused)})
    if question.too_short:
        found.append(gettext("the text: each run of its words is so short that it stands in any text"))
    return found
