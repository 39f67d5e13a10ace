"""A reminder of a promise, drafted in the language of the contact. A draft: the product sends nothing by itself."""

from dataclasses import dataclass

from django.utils import translation
from django.utils.translation import gettext

from accounts.models import User
from common.errors import Conflict, NotVisible
from kb.models import US, Party
from tickets.models import Case, Contact, ContactLanguage, TimelineEntry
from tickets.queries.turns import case_turns
from tickets.queries.turns_words import day_of
from tickets.turns.promises import Promise


@dataclass(frozen=True, slots=True)
class Chaser:
    """The draft. `contact` None: nobody at the party is recorded, so that it is written to the party itself."""

    promise: Promise
    party: Party
    contact: Contact | None
    contacts: list[Contact]
    language: str
    subject: str
    body: str


def chaser_of(case: Case, entry_id: str, *, sender: User, contact_id: str = "", language: str = "") -> Chaser:
    """Return the draft of a reminder of a promise that another party made to us and that is overdue.

    NotVisible for what is no such promise, Conflict for one that is not overdue: the draft would say what is not so.
    It is written to the contact that is asked for, else to the first one with an address, in that contact's language
    unless another is asked for.
    """
    promise = next((one for one in case_turns(case).promises if one.entry == entry_id and one.to == US), None)
    if promise is None:
        raise NotVisible
    if not promise.is_overdue:
        raise Conflict("This promise is not overdue: it was answered, has time left, or its case is over.")
    entry = TimelineEntry.objects.select_related("from_party").get(case=case, public_id=entry_id)
    party = Party.objects.get(slug=promise.party)
    contacts = sorted(Contact.objects.filter(party=party).order_by("pk"), key=lambda one: not one.email)
    contact = next((one for one in contacts if str(one.public_id) == contact_id), contacts[0] if contacts else None)
    if language not in ContactLanguage.values:
        language = contact.language if contact else (translation.get_language() or "en")[:2]
    numbers = list(case.party_tickets.filter(party=party).values_list("number", flat=True))
    with translation.override(language):
        subject = gettext("%(token)s Reminder: %(title)s") % {"token": case.mail_subject_token, "title": case.title}
        body = _body(case, entry, promise, numbers, to=contact.name if contact else "", party=party.name, sender=sender)
    return Chaser(promise, party, contact, contacts, language, subject, body)


def _body(
    case: Case, entry: TimelineEntry, promise: Promise, numbers: list[str], *, to: str, party: str, sender: User
) -> str:
    """Return the text of the draft, in the language that is in force."""
    greeting = gettext("Dear %(name)s,") % {"name": to} if to else gettext("To %(party)s,") % {"party": party}
    made = gettext("On %(day)s you promised:") % {"day": day_of(promise.made_at, entry.precision)}
    dated = promise.due.source == "entry"
    due = gettext("It was due on %(day)s.") if dated else gettext("No date was named; we expected it by %(day)s.")
    lines = [
        greeting,
        "",
        made,
        f"  {entry.text.strip()}",
        "",
        due % {"day": day_of(promise.due.at)} + " " + gettext("It has not reached us."),
        gettext("When can we expect it?"),
        "",
        gettext("Our case: %(ref)s, %(title)s") % {"ref": case.ref, "title": case.title},
        *([gettext("Your number: %(numbers)s") % {"numbers": gettext(", ").join(numbers)}] if numbers else []),
        "",
        sender.shown_name,
    ]
    return "\n".join(lines)
