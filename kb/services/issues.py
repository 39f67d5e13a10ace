"""Recording known issues, changing and archiving them. Each change leaves its event in the issue's history."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.text import slugify

from accounts.models import Department, User
from common.errors import Conflict, Invalid
from common.revisions import require_unchanged, revision_of
from kb.conditions.predicate import PredicateError, check_predicate
from kb.models import (
    Confidence,
    IssueAlias,
    IssueAudience,
    IssueKind,
    IssueNumber,
    IssueSeverity,
    IssueSpans,
    KnownIssue,
    Product,
)
from kb.models.behaviour import BehaviourAttribute
from kb.queries.versions import compare_versions, read_place
from kb.queries.withdrawn import NOTHING_SAID, weight_of
from kb.services.history import changes_of, record_event
from kb.services.locks import lock_issue, lock_product
from kb.services.spans import refresh_spans
from kb.services.statements import NewStatement, insert_statements
from kb.upgrade.question import Direction
from kb.upgrade.replacement import Lack, Weight, lack
from kb.upgrade.stored import from_json

CHANGEABLE = (
    *("title", "summary", "symptoms", "cause", "severity", "severity_rule", "detector", "review_on"),
    *("condition", "condition_note", "verification", "audience", "move", "kind"),
)
BY_STATEMENTS = frozenset({IssueKind.DEFECT, IssueKind.LIMITATION, IssueKind.VULNERABILITY})  # one may become another
TEXT_LENGTH = 20_000
ALIAS_LENGTH = 80


@transaction.atomic
def create_issue(
    *,
    product: Product,
    author: User | None,
    department: Department | None,
    kind: str,
    title: str,
    slug: str = "",
    severity: str = IssueSeverity.UNKNOWN,
    aliases: Sequence[str] = (),
    statements: Sequence[NewStatement] = (),
    behaviour: BehaviourAttribute | None = None,
    **more: Any,
) -> KnownIssue:
    """Record a known issue of a product with what is said about it, and derive at which versions it is there."""
    if kind not in IssueKind.values:
        raise Invalid.field("kind", f"Choose one of {', '.join(IssueKind.values)}.")
    if not title.strip():
        raise Invalid.field("title", "Say in one line what happens.", code="required")
    check_kind(kind, statements=bool(statements), behaviour=behaviour, move=more.get("move"))
    check_fields(product, {"severity": severity, **more})
    if more.get("audience") == IssueAudience.DEPARTMENT and department is None:
        raise Invalid.field("audience", "Only a department can keep an issue to itself.")
    lock_product(product.pk)
    issue = _insert(
        product=product,
        department=department,
        created_by=author,
        kind=kind,
        title=title.strip(),
        slug=slug,
        severity=severity,
        behaviour=behaviour,
        **more,
    )
    IssueAlias.objects.bulk_create(IssueAlias(issue=issue, name=name) for name in _names(aliases))
    insert_statements(issue=issue, author=author, statements=statements)
    refresh_spans(issue)
    record_event(issue, "created", author)
    return issue


def _names(aliases: Sequence[str]) -> list[str]:
    """Return other names, each once."""
    names = list(dict.fromkeys(filter(None, (alias.strip() for alias in aliases))))
    if any(len(name) > ALIAS_LENGTH for name in names):
        raise Invalid.field("aliases", f"A name of more than {ALIAS_LENGTH} characters.", code="max_length")
    return names


def check_kind(kind: str, *, statements: bool, behaviour: BehaviourAttribute | None, move: Any) -> None:
    """Refuse what a kind is not judged by: it would read as known and count for nothing."""
    if kind == IssueKind.BEHAVIOUR_CHANGE and behaviour is None:
        raise Invalid.field("behaviour", "Name the behaviour whose value changes.", code="required")
    if kind != IssueKind.BEHAVIOUR_CHANGE and behaviour is not None:
        raise Invalid.field("behaviour", "Only a behaviour_change has one.")
    if kind == IssueKind.NOTICE and move is None:
        raise Invalid.field("move", 'Say for which moves the notice is: {"direction": "downgrade"}.', code="required")
    if kind != IssueKind.NOTICE and move is not None:
        raise Invalid.field("move", "Only a notice has one.")
    if statements and kind in {IssueKind.BEHAVIOUR_CHANGE, IssueKind.NOTICE}:
        raise Invalid.field(
            "statements", f"A {kind} is not judged by statements: a behaviour by its values, a notice by its move."
        )


def check_fields(product: Product, fields: dict[str, Any]) -> None:
    """Refuse values that could not be judged later."""
    if fields.get("severity", IssueSeverity.UNKNOWN) not in IssueSeverity.values:
        raise Invalid.field("severity", f"Choose one of {', '.join(IssueSeverity.values)}.")
    if fields.get("audience", IssueAudience.EVERYONE) not in IssueAudience.values:
        raise Invalid.field("audience", f"Choose one of {', '.join(IssueAudience.values)}.")
    if fields.get("condition") is not None:
        check_condition(product, fields["condition"])
    if fields.get("move") is not None:
        check_move(product, fields["move"])
    for name in ("summary", "symptoms", "cause", "severity_rule", "condition_note"):
        if len(fields.get(name) or "") > TEXT_LENGTH:
            raise Invalid.field(name, f"More than {TEXT_LENGTH} characters.", code="max_length")


def check_condition(product: Product, condition: Any) -> None:
    """Refuse a condition that cannot be judged; the message names the part."""
    try:
        check_predicate(condition, partial(compare_versions, product))
    except PredicateError as error:
        raise Invalid.field("condition", f"{error}.") from None


def check_move(product: Product, move: Any) -> None:
    """Refuse a notice's predicate that cannot be judged: `{"direction", "from": {"from", "to"}, "to": …}`."""
    if not isinstance(move, dict) or set(move) - {"direction", "from", "to"}:
        raise Invalid.field("move", 'A move has "direction", "from" and "to", nothing else.')
    if move.get("direction", "any") not in ("any", Direction.UPGRADE, Direction.DOWNGRADE):  # no set: it may be a list
        raise Invalid.field("move", '"direction" is upgrade, downgrade or any.')
    for end in ("from", "to"):
        span = move.get(end)
        if span is None:
            continue
        if not isinstance(span, dict) or set(span) - {"from", "to"}:
            raise Invalid.field("move", f'"{end}" has "from" and "to", versions or null.')
        if not all(text is None or isinstance(text, str) for text in span.values()):
            raise Invalid.field("move", f'"{end}" has "from" and "to", versions or null.')
        _check_order(product, span.get("from"), span.get("to"))


def _check_order(product: Product, first: str | None, last: str | None) -> None:
    """Refuse an end of a move that holds no version: the notice would never apply."""
    begin, end = (read_place(product, text, field="move") if text else None for text in (first, last))
    if begin and end and begin.span.lo >= end.span.hi:
        raise Invalid.field("move", f"{begin.text} is newer than {end.text}.")


def _insert(*, slug: str, **fields: Any) -> KnownIssue:
    """Insert the row under its number, and a slug that is free.

    One that a department keeps to itself has its number in it: who asks for a taken slug would learn of the issue.
    """
    wanted = slugify(slug or fields["title"])[:120] or "issue"
    ref = _next_ref()
    if fields.get("audience") == IssueAudience.DEPARTMENT:
        wanted = f"{wanted}-{ref.lower()}"
    elif slug:
        try:
            with transaction.atomic():
                return KnownIssue.objects.create(ref=ref, slug=wanted, **fields)
        except IntegrityError:
            raise Conflict.taken(f"There is an issue {wanted!r} already.") from None
    if KnownIssue.objects.filter(slug=wanted).exists():
        wanted = f"{wanted}-{ref.lower()}"
    return KnownIssue.objects.create(ref=ref, slug=wanted, **fields)


def _next_ref() -> str:
    """Return the next number of this year. The row's lock is held to the end: no number is given twice."""
    year = timezone.now().year
    IssueNumber.objects.get_or_create(year=year)
    row = IssueNumber.objects.select_for_update().get(year=year)
    row.last += 1
    row.save(update_fields=["last"])
    return f"ZR-{year}-{row.last:04d}"


@transaction.atomic
def change_issue(
    *,
    issue: KnownIssue,
    author: User,
    changes: dict[str, Any],
    aliases: Sequence[str] | None = None,
    seen: str | None = None,
) -> KnownIssue:
    """Change fields of an issue, and its other names; a changed condition is nobody's validated one any more.

    ``seen`` is the revision that the author looked at: Outdated where somebody changed the issue since.
    """
    unknown = set(changes) - set(CHANGEABLE)
    if unknown:
        raise Invalid(f"Not to be changed: {', '.join(sorted(unknown))}.")
    stored = lock_issue(issue)
    require_unchanged(seen, revision_of(stored))
    if changes.get("kind", stored.kind) != stored.kind and not {changes["kind"], stored.kind} <= BY_STATEMENTS:
        raise Invalid.field("kind", f"One of {', '.join(sorted(BY_STATEMENTS))} can become another of them alone.")
    if "title" in changes and not str(changes["title"]).strip():
        raise Invalid.field("title", "Say in one line what happens.", code="required")
    if "move" in changes:
        check_kind(stored.kind, statements=False, behaviour=stored.behaviour, move=changes["move"])
    check_fields(stored.product, changes)
    if changes.get("audience") == IssueAudience.DEPARTMENT and stored.department_id is None:
        raise Invalid.field("audience", "Only a department can keep an issue to itself.")
    if changes.get("audience") == IssueAudience.DEPARTMENT:
        _refuse_to_hide_a_replacement(stored)
        if stored.detectors.exists():
            raise Conflict(f"{stored.ref} has detectors, whose findings tell of it.", code="detectors")
    if "condition" in changes and changes["condition"] != stored.condition:
        changes = changes | {"condition_validated_by": None}
    fields = changes_of(stored, changes)
    names = _change_aliases(stored, aliases) if aliases is not None else {}
    if fields or names:
        for name in fields:
            setattr(stored, name, changes[name])
        stored.save(update_fields=[*fields, "updated_at"])
        record_event(stored, "changed", author, changes=fields | names)
    return stored


def _change_aliases(issue: KnownIssue, aliases: Sequence[str]) -> dict[str, dict[str, list[str]]]:
    """Give an issue these other names; those of a pack stay, since it would bring them back."""
    known = {alias.name: alias for alias in issue.aliases.all()}
    wanted = _names(aliases)
    if known.keys() == set(wanted):
        return {}
    if kept := [name for name, alias in known.items() if alias.origin and name not in wanted]:
        raise Invalid.field("aliases", f"{', '.join(kept)} came with a pack, which would bring it back.", code="pack")
    issue.aliases.filter(name__in=known.keys() - set(wanted)).delete()
    IssueAlias.objects.bulk_create(IssueAlias(issue=issue, name=name) for name in wanted if name not in known)
    return {"aliases": {"old": list(known), "new": wanted}}


def _refuse_to_hide_a_replacement(issue: KnownIssue) -> None:
    """Refuse to keep from others what replaces an issue that they may see: they would be left with neither."""
    shown = issue.replaces.filter(audience=IssueAudience.EVERYONE).first()
    if shown is not None:
        raise Conflict(f"{issue.ref} replaces {shown.ref}, which everybody may see.", code="replaces")


@transaction.atomic
def archive_issue(*, issue: KnownIssue, author: User, reason: str, replaced_by: KnownIssue | None = None) -> KnownIssue:
    """Archive an issue: withdrawn as wrong, or replaced by another one, which then counts.

    One that affects some version cannot be archived away: what replaces it must count for all that it counts for, and
    withdrawing it as wrong needs its statements taken back first. What becomes of either later is up to each check
    (`kb.queries.withdrawn`).
    """
    stored = lock_issue(issue)
    if not reason.strip():
        raise Invalid.field("reason", "Say why: withdrawn as wrong, or what replaces it.", code="required")
    if replaced_by is not None:
        _check_replacement(stored, KnownIssue.objects.get(pk=replaced_by.pk))  # as it is under the lock
    elif _affects(stored):
        raise Conflict(
            f"{stored.ref} is said to affect versions. Take those statements back first, or name the issue that"
            " replaces it.",
            code="affects",
        )
    stored.confidence, stored.archived_reason, stored.replaced_by = Confidence.ARCHIVED, reason.strip(), replaced_by
    stored.save(update_fields=["confidence", "archived_reason", "replaced_by", "updated_at"])
    record_event(stored, "archived", author, reason=reason.strip(), replaced_by=replaced_by and replaced_by.ref)
    return stored


def _affects(issue: KnownIssue) -> bool:
    """Whether anything stands that says that it affects a version."""
    if issue.kind == IssueKind.BEHAVIOUR_CHANGE:
        return bool(issue.behaviour and issue.behaviour.values.filter(taken_back_at=None).exists())
    spans = getattr(issue, "spans", None)
    return bool(spans and from_json(spans.pieces).known.affected)


_LESS = {
    Lack.KIND: "{new} is judged in another way than {old}: it is of another kind.",
    Lack.SUBJECT: "{new} is about another behaviour, or other moves.",
    Lack.READERS: "{new} is not for everybody who can see {old}.",
    Lack.SEVERITY: "{new} is less severe than {old}. Change one of them first.",
    Lack.CONDITION: "{new} applies under a condition that {old} does not have.",
    Lack.AFFECTED: "{new} does not affect every version that {old} affects.",
    Lack.POSSIBLE: "{new} is known to be absent from versions that {old} may affect.",
}


def _check_replacement(issue: KnownIssue, other: KnownIssue) -> None:
    """Refuse a replacement that would count for less."""
    if other.pk == issue.pk or other.product_id != issue.product_id or other.confidence == Confidence.ARCHIVED:
        raise Invalid.field("replaced_by", "Name another issue of this product that is not archived.")
    if (less := lack(_weight(other), _weight(issue))) is not None:
        raise Invalid.field("replaced_by", _LESS[less].format(new=other.ref, old=issue.ref))


def _weight(issue: KnownIssue) -> Weight:
    spans = IssueSpans.objects.filter(issue=issue).first()
    return weight_of(issue, from_json(spans.pieces).known if spans else NOTHING_SAID)
