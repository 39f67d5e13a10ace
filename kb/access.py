"""The object rules of knowledge: which issues a reader may see and change. Pages, API and search begin here.

Knowledge is for everybody, but for issues that their department keeps to itself. An issue that is hidden from a reader
still counts in an upgrade check: the check says that something is hidden, and is not clear.
"""

from django.db.models import Q, QuerySet

from accounts.principal import Principal
from common.errors import Forbidden, NotVisible
from kb.models import IssueAudience, KnownIssue, Product


def visible_issues(principal: Principal) -> QuerySet[KnownIssue]:
    """Return the issues that the reader may see."""
    return KnownIssue.objects.filter(Q(audience=IssueAudience.EVERYONE) | Q(department__in=principal.department_ids))


def issues_told_of(principal: Principal) -> QuerySet[KnownIssue]:
    """Return the issues that the reader may not see, but whose owners let it be told *that* there is one."""
    kept = KnownIssue.objects.filter(audience=IssueAudience.DEPARTMENT, department__tells_of_issues=True)
    return kept.exclude(department__in=principal.department_ids)


def may_see(principal: Principal, issue: KnownIssue) -> bool:
    """Whether an issue that is at hand is among those that the reader may see."""
    return issue.audience == IssueAudience.EVERYONE or issue.department_id in principal.department_ids


def get_issue(principal: Principal, name: str) -> KnownIssue:
    """Return an issue by its number (`ZR-2026-0001`) or slug, or raise NotVisible."""
    named = visible_issues(principal).filter(Q(ref=name) | Q(slug=name))
    issue = named.select_related("product__vendor", "department", "behaviour", "replaced_by").first()
    if issue is None:
        raise NotVisible
    return issue


def get_issue_to_write(principal: Principal, name: str) -> KnownIssue:
    """Return an issue that the reader may change; Forbidden for one that may only be read."""
    issue = get_issue(principal, name)
    require_write(principal, issue)
    return issue


def require_write(principal: Principal, issue: KnownIssue) -> None:
    """Raise Forbidden unless the principal may write: in the owning department, or anywhere for what has no owner."""
    if issue.department_id is None:
        principal.require_write_anywhere()
    elif not principal.may_write(issue.department_id):
        raise Forbidden(f"{issue.ref} is yours to read. Only operators of the department that owns it may change it.")


def get_product(slug: str) -> Product:
    """Return a product by its slug, or raise NotVisible."""
    product = Product.objects.select_related("vendor").filter(slug=slug).first()
    if product is None:
        raise NotVisible
    return product
