"""Has somebody asked this already? Similar cases and known issues, the best first, each with the reasons why.

Only what the reader may see is told. That others have more is told where its owner lets it be told, by what does not
give texts away: a whole error text, a rule, a version; never by a part of a text or by what a title is like.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.models import Department
from accounts.principal import Principal
from common.errors import Invalid
from common.text import storable
from kb.access import issues_told_of, visible_issues
from kb.models import Party, Product
from kb.queries import alike as issues_alike
from kb.queries.catalogue import catalogue_of
from kb.queries.points import points_of
from kb.queries.products import product_by_slug
from kb.upgrade.question import Point
from tickets.access import cases_told_of, visible_cases
from tickets.asked.error_text import ErrorText, error_texts, is_the_same, likeness
from tickets.asked.ranking import MOST_SHOWN, Hit, best_first
from tickets.models import Case
from tickets.queries import alike
from tickets.queries.standing import standing_of_cases, standing_row
from tickets.turns.standing import Standing
from tickets.words import RULES

LOOKED_AT = 100  # of what one reason finds
TEXTS_LOOKED_AT = 300  # a case can say the same many times
TELLS = ("tells_of_cases", "tells_of_issues")
TITLE_READ, TEXT_READ = 300, 20_000
LEAST_TITLE = 3  # characters


@dataclass(frozen=True, slots=True)
class Question:
    """What is typed, as it is searched for. `refused` says why `version` was not: it is no version of the product.

    `too_short`: a text was typed, but each run of its words is so short that it stands in any text.
    """

    title: str
    errors: tuple[ErrorText, ...]
    rule: str
    product: Product | None
    version: str
    point: Point | None
    refused: str
    too_short: bool

    @property
    def patterns(self) -> list[str]:
        """The error texts as patterns."""
        return [one.pattern for one in self.errors]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to search for."""
        return not (self.title or self.errors or self.rule or self.product)


@dataclass(frozen=True, slots=True)
class Found:
    """What was found: rows for the API and the pages, whether there are more, and whether others have something."""

    question: Question
    rows: list[dict[str, Any]]
    more: bool
    elsewhere: dict[str, bool]


def question_of(*, title: str = "", text: str = "", product: str = "", version: str = "", rule: str = "") -> Question:
    """Read what is typed; Invalid for a product that does not exist. A rule may also be named in the text."""
    title, text = storable(title[:TITLE_READ]).strip(), storable(text[:TEXT_READ])
    version, rule = storable(version).strip(), storable(rule).strip()
    known = product_by_slug(storable(product))
    point, refused = _point(known, version)
    named = next((one for one in RULES if one in text or one in title), "")
    errors = error_texts(text)
    return Question(
        title=title if len(title) >= LEAST_TITLE else "",
        errors=errors or error_texts(title),
        rule=rule or named,
        product=known,
        version=version,
        point=point,
        refused=refused,
        too_short=bool(text.strip()) and not errors,
    )


def _point(product: Product | None, version: str) -> tuple[Point | None, str]:
    """Return the version of a product, and else why it is none."""
    if not version:
        return None, ""
    if product is None:
        return None, "Name the product whose version it is."
    try:
        (point,), _ = points_of(catalogue_of(product), [("version", version)])
    except Invalid as error:
        return None, error.fields.get("version", error.detail)
    return point, ""


def already_asked(principal: Principal, question: Question) -> Found:
    """Return what is like a question, at most `MOST_SHOWN`; a constant number of queries for what is asked by."""
    hits: dict[tuple[str, int], Hit] = {}
    cut = _look_into_cases(hits, visible_cases(principal), question) | _look_into_issues(
        hits, visible_issues(principal), question
    )
    details = {"case": _cases(hits, question), "issue": _issues(hits, question)}
    ordered = best_first(hit for hit in hits.values() if hit.reasons)
    shown = ordered[:MOST_SHOWN]
    return Found(
        question=question,
        rows=_rows(shown, details),
        more=len(ordered) > MOST_SHOWN or cut,
        elsewhere=_elsewhere(principal, question),
    )


def _hit(hits: dict[tuple[str, int], Hit], kind: Any, number: int) -> Hit:
    return hits.setdefault((kind, number), Hit(kind, number))


def _look_into_cases(hits: dict[tuple[str, int], Hit], cases: Any, question: Question) -> bool:
    """Note the cases that are like a question; True where more than are looked at may be."""
    counts, cut = [], False
    if question.errors:
        for source in (alike.texts_saying, alike.lines_saying, alike.titles_saying):
            said = source(cases, question.patterns, TEXTS_LOOKED_AT)
            cut = cut or len(said) == TEXTS_LOOKED_AT
            _note_texts(hits, "case", question, said)
    if question.rule:
        ids = alike.cases_with_rule(cases, question.rule, LOOKED_AT)
        counts.append(_note(hits, "case", ids, "rule", question.rule))
    if question.title:
        titled = alike.cases_titled(cases, question.title, LOOKED_AT)
        counts.append(_note_titles(hits, "case", titled))
    if question.product:
        ids = alike.cases_of(cases, question.product, question.point, LOOKED_AT)
        counts.append(_note(hits, "case", ids))
    return cut or LOOKED_AT in counts


def _look_into_issues(hits: dict[tuple[str, int], Hit], issues: Any, question: Question) -> bool:
    """Note the issues that are like a question; True where more than are looked at may be."""
    counts = []
    if question.errors:
        said = issues_alike.issues_saying(issues, question.patterns, LOOKED_AT)
        counts.append(len(said))
        _note_texts(hits, "issue", question, said)
    if question.rule:
        ids = issues_alike.issues_of_rule(issues, question.rule, question.product, LOOKED_AT)
        counts.append(_note(hits, "issue", ids, "rule", question.rule))
    if question.title:
        counts.append(_note_titles(hits, "issue", issues_alike.issues_titled(issues, question.title, LOOKED_AT)))
    if question.product:
        ids = issues_alike.issues_at(issues, question.product, question.point, LOOKED_AT)
        counts.append(_note(hits, "issue", ids))
    return LOOKED_AT in counts


def _note(hits: dict[tuple[str, int], Hit], kind: str, ids: Sequence[int], reason: str = "", detail: str = "") -> int:
    """Note what was found; without a reason what is known of it gives one. Return how many."""
    for number in ids:
        hit = _hit(hits, kind, number)
        if reason:
            hit.add(reason, detail)
    return len(ids)


def _note_titles(hits: dict[tuple[str, int], Hit], kind: str, titled: Sequence[tuple[int, float]]) -> int:
    for number, share in titled:
        hit = _hit(hits, kind, number)
        hit.add("title")
        hit.likeness = share
    return len(titled)


def _note_texts(
    hits: dict[tuple[str, int], Hit], kind: str, question: Question, said: Iterable[tuple[int, str]]
) -> None:
    """Note whose texts say it: a pattern finds too much, since it takes anything for a blank."""
    for number, text in said:
        reason, detail = likeness(question.errors, text)
        if reason:
            _hit(hits, kind, number).add(reason, detail)


def _cases(hits: dict[tuple[str, int], Hit], question: Question) -> dict[int, dict[str, Any]]:
    """Return what is told of the cases that were found, and note of each what product and version add."""
    ids = [hit.id for hit in hits.values() if hit.kind == "case"]
    names = ("pk", "ref", "title", "kind", "state", "severity", "product_id", "product__slug", "product__name")
    found = {row["pk"]: row for row in Case.objects.filter(pk__in=ids).values(*names, "release")}
    for number, row in found.items():
        if reason := _reason_of(question, row["product_id"], row["release"]):
            hits["case", number].add(reason, row["release"])
    return found


def _reason_of(question: Question, product: int | None, release: str) -> str:
    """Return what the product and version of a case say; empty where they are others, or nobody asks for them."""
    if question.product is None or product != question.product.pk:
        return ""
    if question.point is None:
        return "product"
    if not release:
        return "version_unknown"
    return "version" if alike.is_version(question.product, release, question.point) else ""


def _issues(hits: dict[tuple[str, int], Hit], question: Question) -> dict[int, issues_alike.AlikeIssue]:
    """Return what is told of the issues that were found, and note of each what product and version add."""
    ids = [hit.id for hit in hits.values() if hit.kind == "issue"]
    found = issues_alike.alike_issues(ids, question.product, question.point)
    for number, issue in found.items():
        if question.product is None or issue.product_id != question.product.pk:
            continue
        if question.point is None:
            hits["issue", number].add("product")
        elif issue.affected is not None:
            hits["issue", number].add("version" if issue.affected else "version_unknown")
    return found


def _rows(shown: Sequence[Hit], details: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what is shown, as data; whose turn it is and the last answer are asked for these alone."""
    cases = [hit.id for hit in shown if hit.kind == "case"]
    standing, answers = standing_of_cases(cases), alike.last_answers(cases)
    rows = []
    for hit in shown:
        told = details[hit.kind][hit.id]
        row: dict[str, Any] = {"type": hit.kind, "reasons": _reasons(hit)}
        if hit.kind == "case":
            row |= _case_row(told) | standing_row(standing.get(hit.id, Standing()))
            row["last_answer"] = answers.get(hit.id)
        else:
            row |= _issue_row(told)
        rows.append(row)
    return rows


def _reasons(hit: Hit) -> list[dict[str, Any]]:
    shares = {"title": round(hit.likeness, 2)}
    return [
        {"reason": reason, "detail": detail or None, "likeness": shares.get(reason)}
        for reason, detail in hit.reasons.items()
    ]


def _case_row(case: dict[str, Any]) -> dict[str, Any]:
    names = ("title", "kind", "state", "severity", "release")
    return {
        "id": case["ref"],
        "slug": None,
        "product": case["product__slug"],
        "product_name": case["product__name"],
    } | {name: case[name] for name in names}


def _issue_row(issue: issues_alike.AlikeIssue) -> dict[str, Any]:
    names = ("slug", "title", "kind", "severity", "confidence", "vendor_position", "disputed")
    affects = {True: "yes", False: "unknown", None: None}[issue.affected]
    return {"id": issue.ref, "product_name": issue.product, "affects": affects} | {
        name: getattr(issue, name) for name in names
    }


def parties_named(rows: Sequence[dict[str, Any]]) -> dict[str, Party]:
    """Return the parties that have the turn in what is shown, by slug; one query."""
    slugs = {slug for row in rows for slug in row.get("holders", ())}
    return {party.slug: party for party in Party.objects.filter(slug__in=slugs)}


def _elsewhere(principal: Principal, question: Question) -> dict[str, bool]:
    """Return whether departments that let it be told have something that the reader may not see."""
    others = list(Department.objects.exclude(pk__in=principal.department_ids).values_list(*TELLS))
    tells_cases, tells_issues = (any(told) for told in zip(*others, strict=True)) if others else (False, False)
    return {
        "cases": tells_cases and _has_case(cases_told_of(principal), question),
        "issues": tells_issues and _has_issue(issues_told_of(principal), question),
    }


def _has_case(cases: Any, question: Question) -> bool:
    if question.errors:
        for source in (alike.texts_saying, alike.lines_saying):
            said = source(cases, question.patterns, TEXTS_LOOKED_AT)
            if any(is_the_same(question.errors, one.text) for one in said):
                return True
    if question.rule and alike.cases_with_rule(cases, question.rule, 1):
        return True
    return bool(question.product and question.point and alike.cases_of(cases, question.product, question.point, 1))


def _has_issue(issues: Any, question: Question) -> bool:
    if question.rule and issues_alike.issues_of_rule(issues, question.rule, question.product, 1):
        return True
    return bool(
        question.product and question.point and issues_alike.issues_at(issues, question.product, question.point, 1)
    )
