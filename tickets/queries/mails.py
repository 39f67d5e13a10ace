"""Mails as the API and the pages tell them."""

from typing import Any

from django.db.models import Prefetch, QuerySet

from accounts.principal import Principal
from tickets.models import Evidence, Mail, MailAttachment, MailCopy, MailFiling

_LONG = ("text", "html")


def for_rows(mails: QuerySet[Mail]) -> QuerySet[Mail]:
    """Add to a query of mails what a row shows; their texts stay where they are."""
    attachments = MailAttachment.objects.select_related("blob", "evidence").order_by("position")
    found = mails.select_related("department", "case", "selected_case", "recorded_by").defer(*_LONG)
    return found.prefetch_related(Prefetch("attachments", attachments))


def mail_row(mail: Mail) -> dict[str, Any]:
    """Return a mail as the API tells it; `mail` comes out of `for_rows`."""
    return {
        "id": mail.public_id,
        "message_id": mail.message_id,
        "department": mail.department.slug,
        "case": mail.case.ref if mail.case else None,
        "happened_at": mail.happened_at,
        "precision": mail.precision,
        "recorded_at": mail.recorded_at,
        "subject": mail.subject,
        "from": {"name": mail.from_name, "address": mail.from_address},
        "recipients": mail.recipients,
        "kind": mail.kind,
        "reason": mail.reason,
        "selected_case": mail.selected_case.ref if mail.selected_case else None,
        "doubts": mail.doubts,
        "damage": mail.damage,
        "undelivered": mail.undelivered,
        "sha256": mail.blob_id,
        "attachments": [attachment_row(one) for one in mail.attachments.all()],
    }


def attachment_row(one: MailAttachment) -> dict[str, Any]:
    """Return an attachment; `evidence` is the piece that it is in the mail's case."""
    return {
        "id": one.public_id,
        "name": one.name,
        "content_type": one.content_type,
        "size": one.blob.size,
        "sha256": one.blob_id,
        "inline": one.inline,
        "evidence": one.evidence.public_id if one.evidence else None,
    }


def filings_of(principal: Principal, mail: Mail) -> QuerySet[MailFiling]:
    """Return where a mail was and is filed, the oldest first; of cases that the reader may see."""
    found = mail.filings.filter(case__audience__overlap=principal.department_ids)
    return found.select_related("case", "filed_by", "taken_back_by", "entry").order_by("pk")


def filing_row(filing: MailFiling) -> dict[str, Any]:
    """Return one filing; `filing` comes out of `filings_of`."""
    return {
        "case": filing.case.ref,
        "by": filing.by,
        "filed_at": filing.filed_at,
        "filed_by": filing.filed_by.shown_name,
        "entry": filing.entry.public_id,
        "taken_out_at": filing.taken_back_at,
        "taken_out_by": filing.taken_back_by.shown_name if filing.taken_back_by else None,
        "why": filing.why,
    }


def originals_of(mail: Mail) -> list[MailCopy]:
    """Return every original of a mail, the one that came first first."""
    return list(mail.copies.select_related("blob", "mail_import").order_by("pk"))


def original_row(principal: Principal, copy: MailCopy) -> dict[str, Any]:
    """Return one original. The name of the file that it came in is for the department to which that was given."""
    given = copy.mail_import
    return {
        "sha256": copy.blob_id,
        "size": copy.blob.size,
        "file": given.name if given.department_id in principal.department_ids else None,
        "place": copy.place,
        "received_at": given.received_at,
    }


def pieces_of(mail: Mail, attachments: QuerySet[MailAttachment]) -> list[Evidence]:
    """Return the evidence that attachments of a mail are, in each case that the mail is or was in."""
    cases, blobs = mail.filings.values("case"), attachments.filter(inline=False).values("blob")
    return list(Evidence.objects.filter(case__in=cases, blob__in=blobs).order_by("pk"))


def mail_detail(principal: Principal, mail: Mail) -> dict[str, Any]:
    """Return one mail whole, but for its HTML, which is shown by its page alone."""
    row = mail_row(for_rows(Mail.objects.filter(pk=mail.pk)).get())
    return row | {
        "text": mail.text,
        "filings": [filing_row(one) for one in filings_of(principal, mail)],
        "originals": [original_row(principal, one) for one in originals_of(mail)],
    }
