"""Mails as their pages show them."""

import base64
from datetime import timedelta

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from accounts.principal import Principal
from common.storage import evidence_store
from tickets.access import visible_mail_imports, visible_mails
from tickets.mail.page import PICTURE_ALLOWED, PICTURE_TYPES, Page, with_pictures
from tickets.models import Case, Mail, MailAttachment, MailFiling, MailImport, TimelineEntry

IMPORTS_SHOWN = 10
CASES_OFFERED = 200


def listed(principal: Principal, *, view: str) -> QuerySet[Mail]:
    """Return the mails of the list: those that wait, or all."""
    found = visible_mails(principal).select_related("case", "selected_case", "department").defer("text", "html")
    found = found if view == "all" else found.filter(case=None)
    return found.annotate(pieces=Count("attachments", filter=Q(attachments__inline=False)))


def imports_of(principal: Principal) -> list[MailImport]:
    """Return the newest files of mail, with their jobs: of the last week."""
    newest = visible_mail_imports(principal).filter(received_at__gt=timezone.now() - timedelta(days=7))
    return list(newest.select_related("job", "received_by").order_by("-pk")[:IMPORTS_SHOWN])


def cases_offered(mail: Mail) -> list[Case]:
    """Return the cases into which a mail can be filed, the newest first."""
    return list(Case.objects.filter(department=mail.department_id).order_by("-updated_at", "-pk")[:CASES_OFFERED])


def newest_revision(filing: MailFiling) -> TimelineEntry:
    """Return what the entry of a mail says now."""
    entry = filing.entry
    while (newer := TimelineEntry.objects.filter(replaces=entry).first()) is not None:
        entry = newer
    return entry


def page_of_mail(mail: Mail) -> Page:
    """Return the HTML of a mail as it may be shown, with its own pictures in it."""
    pictures = _pictures(mail)
    page = with_pictures(mail.html, lambda content_id: _as_data(pictures.get(content_id)))
    return Page(page.html, mail.left_out + page.left_out)


def left_out_of(mail: Mail) -> int:
    """Return how many pictures the HTML of a mail would show and does not; no picture is read for it."""
    there = {key: evidence_store().path(one.blob_id).exists() for key, one in _pictures(mail).items()}
    return (
        mail.left_out + with_pictures(mail.html, lambda content_id: "there" if there.get(content_id) else None).left_out
    )


def _pictures(mail: Mail) -> dict[str, MailAttachment]:
    """Return the pictures that a mail's HTML can show, by their content ids."""
    attached = mail.attachments.filter(content_type__in=PICTURE_TYPES, blob__size__lte=PICTURE_ALLOWED)
    return {one.content_id: one for one in attached.exclude(content_id="").order_by("position")}


def _as_data(one: MailAttachment | None) -> str | None:
    """Return a picture as an address that holds it; None where its bytes are not in the store."""
    if one is None:
        return None
    try:
        with evidence_store().open(one.blob_id) as file:
            return f"data:{one.content_type};base64,{base64.b64encode(file.read()).decode()}"
    except FileNotFoundError:
        return None
