"""Mails by hand: a person puts one into a case, and takes it out again. Nothing is lost by either."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from common.errors import Conflict, Invalid
from tickets.models import (
    Case,
    CustodyAction,
    EntryKind,
    Evidence,
    FiledBy,
    Mail,
    MailAttachment,
    MailFiling,
    TimelineEntry,
)
from tickets.services.custody import record_custody
from tickets.services.entries import correct_entry
from tickets.services.mail_filing import hold_mails, put_into
from tickets.services.mail_threads import follow
from tickets.services.readings import leave_out

TAKEN_OUT = "taken-out"


@transaction.atomic
def file_mail(*, mail: Mail, case: Case, actor: User) -> int:
    """Put a mail that waits into a case, as a person says; return how many that answer it followed."""
    hold_mails(mail.department)
    stored = Mail.objects.select_for_update().get(pk=mail.pk)
    if case.department_id != stored.department_id:
        raise Invalid.field("case", "A mail goes into a case of its own department.")
    if stored.case_id is not None:
        raise Conflict("This mail is in a case already. Take it out there first.")
    put_into(Case.objects.select_for_update().get(pk=case.pk), {stored.pk: FiledBy.PERSON}, actor)
    ids = [stored.message_id] if stored.message_id else []
    return follow(department=mail.department, message_ids=ids, actor=actor)


@transaction.atomic
def take_mail_out(*, mail: Mail, actor: User, why: str) -> None:
    """Take a mail out of its case: back into the inbox, with its entry struck through and said why.

    Its attachments stay evidence of the case, for evidence is never taken away; their custody says what happened. One
    that was never read, and came with no other mail of the case, does not wait to be read any more.
    """
    if not why.strip():
        raise Invalid.field("why", "Say why it does not belong there.", code="required")
    hold_mails(mail.department)
    stored = Mail.objects.select_for_update().get(pk=mail.pk)
    filing = stored.filings.select_related("entry").filter(taken_back_at=None).first()
    if filing is None:
        raise Conflict("This mail is in no case.")
    Case.objects.select_for_update().get(pk=filing.case_id)
    _strike(filing, actor, why.strip())
    filing.taken_back_at, filing.taken_back_by, filing.why = timezone.now(), actor, why.strip()
    filing.save(update_fields=["taken_back_at", "taken_back_by", "why"])
    Mail.objects.filter(pk=stored.pk).update(case=None, reason=TAKEN_OUT, held=True)
    Case.objects.filter(pk=filing.case_id).update(updated_at=timezone.now())
    _leave_out(_note_custody(stored, filing, actor, why.strip()), filing, why.strip())


def _strike(filing: MailFiling, actor: User, why: str) -> None:
    """Replace the newest revision of a mail's entry by the note that it was taken out."""
    newest = filing.entry
    while (newer := TimelineEntry.objects.filter(replaces=newest).first()) is not None:
        newest = newer
    nobody = {"from_party": None, "to_party": None, "due_at": None}
    note = {"kind": EntryKind.NOTE, "text": f"Mail taken out of the case: {why}"}
    correct_entry(entry=newest, author=actor, changes=note | nobody)


def _note_custody(mail: Mail, filing: MailFiling, actor: User, why: str) -> list[Evidence]:
    """Say in the custody of what was attached that the mail is gone from the case; return these pieces."""
    pieces = list(Evidence.objects.filter(case=filing.case_id, mail_attachments__mail=mail).distinct().order_by("pk"))
    for piece in pieces:
        details = {"mail": str(mail.public_id), "mail_taken_out": why[:500]}
        record_custody(evidence=piece, actor=actor, action=CustodyAction.FACTS_CHANGED, details=details)
    return pieces


def _leave_out(pieces: Sequence[Evidence], filing: MailFiling, why: str) -> None:
    """Let those of a mail's pieces wait no more that no other mail of the case has brought."""
    others = MailAttachment.objects.filter(mail__case=filing.case_id).values("blob")
    leave_out(pieces=list(Evidence.objects.filter(pk__in=[one.pk for one in pieces]).exclude(blob__in=others)), why=why)
