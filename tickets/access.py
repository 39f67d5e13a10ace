"""The object rules: what a reader may see and change. Pages, API and search all begin here, and nowhere else.

A department sees its own cases and those shared with it. What a reader may not see does not exist for that reader:
it is in no list, no count, and raises NotVisible by its name.
"""

import re
import uuid

from django.db.models import Exists, OuterRef, Q, QuerySet, UUIDField
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from accounts.models import Department, User
from accounts.principal import Principal
from common.errors import Forbidden, NotVisible
from common.jobs.models import Job
from common.rows import columns_of, fetch, split
from kb.models import Product
from tickets.models import (
    Case,
    Contact,
    Contract,
    Evidence,
    Finding,
    Mail,
    MailAttachment,
    MailCopy,
    MailImport,
    OwnView,
    Pack,
    TimelineEntry,
)


def visible_cases(principal: Principal) -> QuerySet[Case]:
    """Return the cases that the reader may see."""
    return Case.objects.filter(audience__overlap=principal.department_ids)


def cases_told_of(principal: Principal) -> QuerySet[Case]:
    """Return the cases that the reader may not see, but whose owners let it be told *that* there is one."""
    return Case.objects.filter(department__tells_of_cases=True).exclude(audience__overlap=principal.department_ids)


# Every request about a case asks this: by the ORM, and planned each time, it took 5 ms more. A test holds it to
# `visible_cases`.
_CASE = f"""
SELECT {columns_of(Case, "found")}, {columns_of(Department, "department")}, {columns_of(Product, "product")},
    {columns_of(User, "assignee")}, {columns_of(User, "author")}
FROM tickets_case AS found
    JOIN accounts_department AS department ON department.id = found.department_id
    JOIN accounts_user AS author ON author.id = found.created_by_id
    LEFT JOIN kb_product AS product ON product.id = found.product_id
    LEFT JOIN accounts_user AS assignee ON assignee.id = found.assignee_id
WHERE found.ref = %s AND found.audience && %s::integer[]
"""  # noqa: S608  (column names of our own models)


def get_case(principal: Principal, ref: str) -> Case:
    """Return a case by its reference, or raise NotVisible."""
    found = fetch(_CASE, [ref, principal.department_ids])
    if not found:
        raise NotVisible
    case, case.department, case.product, case.assignee, case.created_by = split(
        found[0], Case, Department, Product, User, User
    )
    return case  # type: ignore[no-any-return]


def get_case_to_write(principal: Principal, ref: str) -> Case:
    """Return a case that the reader may change; Forbidden for one that may only be read."""
    case = get_case(principal, ref)
    require_write(principal, case)
    return case


def require_write(principal: Principal, case: Case) -> None:
    """Raise Forbidden unless the principal is an operator of the department that owns the case."""
    if not principal.may_write(case.department_id):
        raise Forbidden(f"{case.ref} is yours to read. Only operators of the department that owns it may change it.")


def get_case_to_share(principal: Principal, ref: str) -> Case:
    """Return a case whose audience the reader may change: a manager of the department that owns it."""
    case = get_case(principal, ref)
    if not principal.may_manage(case.department_id):
        raise Forbidden("Only managers of the department that owns the case may change who sees it.")
    return case


def visible_evidence(principal: Principal) -> QuerySet[Evidence]:
    """Return the evidence of the cases that the reader may see."""
    return Evidence.objects.filter(case__audience__overlap=principal.department_ids)


def get_evidence(principal: Principal, case: Case, public_id: str) -> Evidence:
    """Return a piece of evidence of a case by its public id, or raise NotVisible."""
    evidence = (
        visible_evidence(principal)
        .select_related("blob", "device")
        .filter(case=case, public_id=as_public_id(public_id))
        .first()
    )
    if evidence is None:
        raise NotVisible
    return evidence


def visible_entries(principal: Principal) -> QuerySet[TimelineEntry]:
    """Return the timeline entries of the cases that the reader may see."""
    return TimelineEntry.objects.filter(case__audience__overlap=principal.department_ids)


def visible_findings(principal: Principal) -> QuerySet[Finding]:
    """Return the findings of the cases that the reader may see."""
    return Finding.objects.filter(case__audience__overlap=principal.department_ids)


def visible_evidence_jobs(principal: Principal) -> QuerySet[Job]:
    """Return the jobs about evidence which the reader may see: by what they name, since a piece can be read again."""
    named = Cast(KeyTextTransform("evidence", OuterRef("args")), UUIDField())
    return Job.objects.filter(Exists(visible_evidence(principal).filter(public_id=named)))


def jobs_of_visible_cases(principal: Principal, kind: str) -> QuerySet[Job]:
    """Return the jobs of a kind about the cases which the reader may see."""
    named = KeyTextTransform("case", OuterRef("args"))
    return Job.objects.filter(Exists(visible_cases(principal).filter(ref=named)), kind=kind)


def visible_mails(principal: Principal) -> QuerySet[Mail]:
    """Return the mails of the cases that the reader may see, and those that wait in the inboxes of own departments."""
    ids = principal.department_ids
    return Mail.objects.filter(Q(case__audience__overlap=ids) | Q(case=None, department__in=ids))


def get_mail(principal: Principal, public_id: str) -> Mail:
    """Return a mail by its public id, or raise NotVisible."""
    found = visible_mails(principal).select_related("department", "case", "selected_case", "recorded_by", "blob")
    mail = found.filter(public_id=as_public_id(public_id)).first()
    if mail is None:
        raise NotVisible
    return mail


def attachment_of(mail: Mail, public_id: uuid.UUID) -> MailAttachment:
    """Return an attachment of a mail by its public id, or raise NotVisible."""
    one = mail.attachments.select_related("mail").filter(public_id=public_id).first()
    if one is None:
        raise NotVisible
    return one


def original_of(mail: Mail, sha256: str) -> MailCopy:
    """Return an original of a mail by its SHA-256, or raise NotVisible."""
    one = mail.copies.filter(blob=sha256).first() if re.fullmatch("[0-9a-f]{64}", sha256) else None
    if one is None:
        raise NotVisible
    return one


def get_mail_to_write(principal: Principal, public_id: str) -> Mail:
    """Return a mail that the reader may file: an operator of the department that it belongs to."""
    mail = get_mail(principal, public_id)
    if not principal.may_write(mail.department_id):
        raise Forbidden("This mail is yours to read. Only operators of the department that has it may file it.")
    return mail


def visible_mail_imports(principal: Principal) -> QuerySet[MailImport]:
    """Return the files of mail that were given to the reader's departments."""
    return MailImport.objects.filter(department__in=principal.department_ids)


def visible_mail_jobs(principal: Principal) -> QuerySet[Job]:
    """Return the jobs that read the mail of the reader's departments."""
    return Job.objects.filter(mail_imports__in=visible_mail_imports(principal))


def get_pack(principal: Principal, public_id: uuid.UUID) -> Pack:
    """Return an evidence pack of a case that the reader may see, or raise NotVisible."""
    packs = Pack.objects.filter(case__audience__overlap=principal.department_ids)
    pack = packs.select_related("case", "recipient", "created_by", "released_by", "job", "blob").filter(
        public_id=public_id
    )
    if (found := pack.first()) is None:
        raise NotVisible
    return found


def visible_contracts(principal: Principal) -> QuerySet[Contract]:
    """Return the contracts of the reader's departments, and those that are shared."""
    return Contract.objects.filter(Q(department__in=principal.department_ids) | Q(shared=True))


def sees_contract(principal: Principal, contract: Contract) -> bool:
    """Whether the reader may see a contract that is at hand: what `visible_contracts` asks the database."""
    return contract.shared or contract.department_id in principal.department_ids


def get_contract(principal: Principal, public_id: uuid.UUID) -> Contract:
    """Return a contract by its public id, or raise NotVisible."""
    found = visible_contracts(principal).select_related("party", "product", "department").filter(public_id=public_id)
    if (contract := found.first()) is None:
        raise NotVisible
    return contract


def get_contract_to_write(principal: Principal, public_id: uuid.UUID) -> Contract:
    """Return a contract that the reader may change: an operator of the department that has it."""
    contract = get_contract(principal, public_id)
    if not principal.may_write(contract.department_id):
        raise Forbidden("This contract is yours to read. Only operators of the department that has it may change it.")
    return contract


def visible_own_views(principal: Principal) -> QuerySet[OwnView]:
    """Return what parties said of themselves to the reader's departments, and what is shared of it."""
    return OwnView.objects.filter(Q(department__in=principal.department_ids) | Q(shared=True))


def get_contact(public_id: uuid.UUID) -> Contact:
    """Return a contact by its public id, or raise NotVisible. Like parties, contacts are there for all."""
    contact = Contact.objects.select_related("party").filter(public_id=public_id).first()
    if contact is None:
        raise NotVisible
    return contact


def get_contact_to_write(principal: Principal, public_id: uuid.UUID) -> Contact:
    """Return a contact that the reader may change: every operator may, as contacts are there for all."""
    principal.require_write_anywhere()
    return get_contact(public_id)


def as_public_id(raw: str) -> uuid.UUID:
    """Return a public id from an address; what is none is NotVisible, like any unknown id."""
    try:
        return uuid.UUID(str(raw))
    except ValueError:
        raise NotVisible from None
