"""Letting mails find their cases: what decides is tickets/mail/thread.py, what is known of the department is here."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Lower

from accounts.models import Department, Membership, User
from accounts.principal import WRITING_ROLES
from tickets.mail.thread import Known, Letter, settle
from tickets.models import Case, Contact, ContactEvent, FiledBy, Mail, MailFiling
from tickets.services.mail_filing import file_decided, in_chunks

# Why a mail waits of which nothing could be read, or which may be one that is here, in another form. A person decides.
UNREADABLE, SAME_ID = "unreadable", "same-id"

# What decides about a mail; the rest can be megabytes.
_LETTER = ("pk", "message_id", "senders", "tokens", "references", "in_reply_to")


@dataclass(frozen=True, slots=True)
class Settled:
    """How many of the given mails were filed, and how many that waited before followed them."""

    filed: int
    followed: int


def settle_mails(*, department: Department, mails: Sequence[int], actor: User) -> Settled:
    """Decide about new mails (by primary key), and about those that waited for one of them."""
    filed = _settle(department, [Mail.objects.filter(pk__in=chunk) for chunk in in_chunks(mails)], actor)
    return Settled(len(filed), follow(department=department, message_ids=filed, actor=actor))


def follow(*, department: Department, message_ids: Collection[str], actor: User) -> int:
    """Decide anew about the mails that wait and answer messages which are in a case now; return how many went there.

    What a person took out of a case waits for a person.
    """
    followed = 0
    while message_ids:
        ids = list(message_ids)
        waiting = Mail.objects.filter(department=department, case=None, held=False)
        answers = waiting.filter(Q(references__overlap=ids) | Q(in_reply_to__overlap=ids))
        filed = _settle(department, [answers], actor)
        followed += len(filed)
        message_ids = [one for one in filed if one]
    return followed


def _settle(department: Department, mails: Sequence[QuerySet[Mail]], actor: User) -> list[str]:
    """Decide about mails that are in no case; return the ids of those that were filed (one for each, perhaps empty)."""
    found = [one.filter(case=None).exclude(reason__in=[UNREADABLE, SAME_ID]).values_list(*_LETTER) for one in mails]
    letters = [
        Letter(key, message_id, tuple(senders), tuple(tokens), tuple(references), tuple(in_reply_to))
        for rows in found
        for key, message_id, senders, tokens, references, in_reply_to in rows
    ]
    if not letters:
        return []
    decisions = settle(letters, known_of(department, letters))
    file_decided(decisions=decisions, actor=actor)
    return [letter.message_id for letter in letters if decisions[letter.key].case is not None]


def known_of(department: Department, letters: Sequence[Letter]) -> Known:
    """Return what is known of a department that bears on some letters: its own cases, and no others."""
    tokens = {token for letter in letters for token in letter.tokens}
    ids = {one for letter in letters for one in (*letter.references, *letter.in_reply_to)}
    own = Case.objects.filter(department=department)
    cases_of_ids: dict[str, set[int]] = defaultdict(set)
    for chunk in in_chunks(ids):
        stands = Mail.objects.filter(department=department, message_id__in=chunk, case__isnull=False)
        for message_id, case in stands.values_list("message_id", "case"):
            cases_of_ids[message_id].add(case)
    cases_of_tokens: dict[str, int] = {}
    for chunk in in_chunks(tokens):
        cases_of_tokens |= dict(own.filter(mail_token__in=chunk).values_list("mail_token", "pk"))
    cases = {*cases_of_tokens.values(), *(case for found in cases_of_ids.values() for case in found)}
    return Known(cases_of_tokens, dict(cases_of_ids), addresses_of(department, cases))


def addresses_of(department: Department, cases: Iterable[int]) -> dict[int, set[str]]:
    """Return the addresses that each case knows, in lower case: our own people, and the contacts of its parties.

    Contacts are there for all departments, and any of them can write one. So a contact counts where an operator of the
    case's own department wrote its address, or where somebody filed a mail of it into the case by hand.
    """
    members = Membership.objects.filter(department=department)
    ours = set(members.filter(user__is_active=True).values_list(Lower("user__email"), flat=True))
    trusted = set(members.filter(role__in=WRITING_ROLES).values_list("user", flat=True))
    found = {case: set(ours) for case in cases}
    confirmed = _confirmed(list(found))
    wrote = ContactEvent.objects.filter(
        Q(kind="recorded") | Q(detail__changes__has_key="email"), contact=OuterRef("pk")
    )
    contacts = Contact.objects.filter(party__cases__in=list(found)).exclude(email="")
    told = contacts.annotate(writer=Subquery(wrote.order_by("-pk").values("by")[:1]))
    for case, address, writer in told.values_list("party__cases", Lower("email"), "writer"):
        if case in found and (writer in trusted or (case, address) in confirmed):
            found[case].add(address)
    return found


def _confirmed(cases: list[int]) -> set[tuple[int, str]]:
    """Return the cases into which a person filed a mail, with its sender, where that stands."""
    filed = MailFiling.objects.filter(case__in=cases, by=FiledBy.PERSON, taken_back_at=None, mail__senders__len=1)
    return set(filed.values_list("case", "mail__from_address").distinct())
