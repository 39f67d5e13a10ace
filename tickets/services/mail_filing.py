"""Putting mails into cases: their entries, the history of their filing, their attachments as evidence."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from django.db import connection
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.models import Department, Membership, User
from common.storage import StoredBlob
from kb.models import US, Party
from tickets.mail.dates import said_of
from tickets.mail.thread import Decision
from tickets.models import Case, Contact, EntryKind, FiledBy, Mail, MailAttachment, MailFiling, TimelineEntry
from tickets.services.evidence import EvidenceFacts, Given, store_pieces

SHOWN = 20_000  # characters of a mail that stand in the timeline; the mail's page has all
AT_ONCE = 1000  # mails in one statement
LOCKED = 0x7A72  # the namespace of our advisory locks: "zr"
Chunked = TypeVar("Chunked")
UNPROVEN = (
    "It came by mail, and nothing proves who sent that. What it says can explain findings away: look at it, then "
    "let it be read."
)


@dataclass(frozen=True, slots=True)
class _Sides:
    """Who writes to whom in a case, by address: each address of a contact that is of one party alone, and ours."""

    us: Party
    parties: Mapping[str, Party]

    def of(self, mail: Mail) -> tuple[Party | None, Party | None]:
        """Return from whom and to whom a mail is, where that is one party each."""
        sender = self.parties.get(mail.from_address) if len(mail.senders) == 1 else None
        named = {self.parties[one["address"]] for one in mail.recipients if one["address"] in self.parties}
        others = named - {sender}
        if sender is not None and sender != self.us:
            return sender, self.us if self.us in others or not others else _only(others)
        return sender, _only(others - {self.us})


def _only(parties: Iterable[Party]) -> Party | None:
    """Return the one party; None where there are several, or none."""
    found = list(parties)
    return found[0] if len(found) == 1 else None


def hold_mails(department: Department) -> None:
    """Let imports and filings of a department wait for each other, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCKED, department.pk])


def in_chunks(keys: Iterable[Chunked], size: int = AT_ONCE) -> Iterator[list[Chunked]]:
    """Yield keys, as many as go into one statement."""
    waiting = iter(keys)
    while chunk := list(islice(waiting, size)):
        yield chunk


def file_decided(*, decisions: Mapping[int, Decision], actor: User) -> None:
    """Carry out what was decided about mails, by primary key, inside the caller's transaction."""
    waiting: dict[tuple[str, int | None], list[int]] = defaultdict(list)
    by: dict[int, dict[int, str]] = defaultdict(dict)
    for key, decision in decisions.items():
        if decision.case is None:
            waiting[decision.reason, decision.selected].append(key)
        else:
            by[decision.case][key] = decision.by
    for (reason, selected), keys in waiting.items():
        for chunk in in_chunks(keys):
            Mail.objects.filter(pk__in=chunk).update(reason=reason, selected_case=selected)
    # All cases are locked before anything of theirs is written, in one order: rivals wait for each other.
    for case in Case.objects.select_for_update().filter(pk__in=list(by)).order_by("pk"):
        sides = _sides(case)
        for filed in in_chunks(by[case.pk].items()):
            put_into(case, dict(filed), actor, sides)


def put_into(case: Case, by: Mapping[int, str], actor: User, sides: "_Sides | None" = None) -> list[MailFiling]:
    """Put mails (primary key to what decided) into a case that the caller has locked."""
    mails = list(Mail.objects.filter(pk__in=list(by)).defer("html").order_by("happened_at", "pk"))
    sides = sides or _sides(case)
    entries = TimelineEntry.objects.bulk_create([_entry(case, mail, sides, actor) for mail in mails])
    filings = MailFiling.objects.bulk_create(
        [
            MailFiling(mail=mail, case=case, by=by[mail.pk], filed_by=actor, entry=entry)
            for mail, entry in zip(mails, entries, strict=True)
        ]
    )
    Mail.objects.filter(pk__in=list(by)).update(case=case, reason="", selected_case=None, held=False)
    Case.objects.filter(pk=case.pk).update(updated_at=timezone.now())
    _give_evidence(case, mails, by, actor)
    return filings


def _sides(case: Case) -> _Sides:
    """Return who is who in a case."""
    us = Party.objects.get(slug=US)
    found: dict[str, set[Party]] = defaultdict(set)
    for contact in Contact.objects.filter(party__cases=case).exclude(email="").select_related("party"):
        found[contact.email.lower()].add(contact.party)
    members = Membership.objects.filter(department=case.department_id)
    for address in members.values_list(Lower("user__email"), flat=True):
        found[address].add(us)
    return _Sides(us, {address: parties.copy().pop() for address, parties in found.items() if len(parties) == 1})


def _entry(case: Case, mail: Mail, sides: _Sides, actor: User) -> TimelineEntry:
    """Return the entry of a mail: a message, which moves no turn until somebody says what it does."""
    sender, receiver = sides.of(mail)
    text = f"{mail.subject or '–'}\n\n{mail.text.strip()}".strip()
    told = [text if len(text) <= SHOWN else f"{text[:SHOWN]} …"]
    told += [said] if (said := said_of(mail.doubts)) else []
    return TimelineEntry(
        case=case,
        author=actor,
        kind=EntryKind.MESSAGE,
        happened_at=mail.happened_at,
        precision=mail.precision,
        text="\n\n".join(told),
        from_party=sender,
        to_party=receiver,
    )


def _give_evidence(case: Case, mails: Sequence[Mail], by: Mapping[int, str], actor: User) -> None:
    """Make the attachments of mails evidence of the case. Pictures that a text shows are none.

    Nothing proves who sent a mail. So a piece is from nobody, its note says whom the mail names, and it is read at once
    only where a person put the mail there.
    """
    attached = MailAttachment.objects.filter(mail__in=mails, inline=False, blob__size__gt=0)
    rows = list(
        attached.select_related("mail", "blob").defer("mail__html", "mail__text").order_by("mail__happened_at", "pk")
    )
    for some in in_chunks(rows, 200):
        given = [_given(one, "" if by[one.mail_id] == FiledBy.PERSON else UNPROVEN) for one in some]
        for one, (piece, _) in zip(some, store_pieces(case=case, giver=actor, given=given), strict=True):
            one.evidence = piece
        MailAttachment.objects.bulk_update(some, ["evidence"])


def _given(one: MailAttachment, held: str) -> Given:
    """Return an attachment as evidence."""
    named = ", ".join(one.mail.senders[:3])[:500] or "nobody"
    facts = EvidenceFacts(
        note=f"Attached to the mail {one.mail.subject[:200] or '–'}, which says that it is from {named}"
    )
    return Given(StoredBlob(one.blob_id, one.blob.size), one.name, facts, held)
