"""Mails by hand: a person puts one into a case, and takes it out again. Nothing is lost by either."""

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from common.errors import Conflict, Invalid
from tickets.models import Case, CustodyAction, EntryKind, FiledBy, Mail, MailFiling, TimelineEntry
from tickets.services.custody import record_custody
from tickets.services.entries import settle_state
from tickets.services.mail_filing import hold_mails, put_into
from tickets.services.mail_threads import follow

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

    Its attachments stay evidence of the case, for evidence is never taken away; their custody says what happened.
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
    _note_custody(stored, filing, actor, why.strip())


def _strike(filing: MailFiling, actor: User, why: str) -> None:
    """Replace the newest revision of a mail's entry by the note that it was taken out."""
    newest = filing.entry
    while (newer := TimelineEntry.objects.filter(replaces=newest).first()) is not None:
        newest = newer
    TimelineEntry.objects.create(
        case_id=filing.case_id,
        author=actor,
        kind=EntryKind.NOTE,
        happened_at=newest.happened_at,
        precision=newest.precision,
        text=f"Mail taken out of the case: {why}",
        replaces=newest,
    )
    if newest.state:
        settle_state(filing.case)


def _note_custody(mail: Mail, filing: MailFiling, actor: User, why: str) -> None:
    """Say in the custody of what was attached that the mail is gone from the case."""
    attached = mail.attachments.filter(evidence__case=filing.case_id).select_related("evidence")
    for piece in {one.evidence for one in attached if one.evidence is not None}:
        details = {"mail": str(mail.public_id), "mail_taken_out": why[:500]}
        record_custody(evidence=piece, actor=actor, action=CustodyAction.FACTS_CHANGED, details=details)
