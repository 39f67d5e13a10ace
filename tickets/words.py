"""The words of cases, with their icon and tone: a word, a shape, a colour, in that order (pages.md §1)."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.words import Word, options
from tickets.models import CaseKind, CaseState, CustodyAction, EntryKind, FindingStatus, PackState, Severity, TaskKind

CASE_KINDS: dict[str, Word] = {
    CaseKind.DEFECT: Word(_("defect")),
    CaseKind.BEHAVIOUR_QUESTION: Word(_("behaviour question")),
    CaseKind.SECURITY: Word(_("security")),
    CaseKind.RMA: Word(_("RMA")),
    CaseKind.LICENCE: Word(_("licence")),
    CaseKind.QUOTATION: Word(_("quotation")),
    CaseKind.OTHER: Word(pgettext_lazy("kind of case", "other")),
}
CASE_STATES: dict[str, Word] = {
    CaseState.OPEN: Word(pgettext_lazy("state of a case", "Open"), "open", ""),
    CaseState.PARKED: Word(_("Parked"), "parked"),
    CaseState.SOLVED: Word(_("Solved"), "solved", "good"),
    CaseState.CLOSED: Word(_("Closed"), "closed"),
}
SEVERITIES: dict[str, Word] = {
    Severity.CRITICAL: Word(_("Critical"), "sev4", "bad"),
    Severity.HIGH: Word(_("High"), "sev3", "bad"),
    Severity.MEDIUM: Word(_("Medium"), "sev2"),
    Severity.LOW: Word(_("Low"), "sev1"),
    Severity.INFO: Word(pgettext_lazy("severity", "For information"), "sev0"),
    Severity.UNKNOWN: Word(_("Severity unknown"), "unknown", "warn"),
}
ENTRY_KINDS: dict[str, Word] = {
    EntryKind.MESSAGE: Word(_("Message"), "message", ""),
    EntryKind.CALL: Word(_("Call"), "call", ""),
    EntryKind.ASK: Word(pgettext_lazy("kind of entry", "Ask"), "ask", ""),
    EntryKind.ANSWER: Word(pgettext_lazy("kind of entry", "Answer"), "answer", ""),
    EntryKind.PROMISE: Word(_("Promise"), "promise", ""),
    EntryKind.CLAIM: Word(_("Claim"), "claim", ""),
    EntryKind.CHANGE: Word(pgettext_lazy("kind of entry", "Change"), "change", "change"),
    EntryKind.EVIDENCE: Word(_("Evidence"), "clip", ""),
    EntryKind.FINDING: Word(_("Finding"), "finding", "bad"),
    EntryKind.NOTE: Word(_("Note"), "note", ""),
    EntryKind.STATE: Word(pgettext_lazy("kind of entry", "State"), "state"),
}
PROMISE_STATES: dict[str, Word] = {
    "open": Word(pgettext_lazy("state of a promise", "Open"), "promise", ""),
    "kept": Word(pgettext_lazy("state of a promise", "Answered in time"), "check", "calm"),
    "late": Word(pgettext_lazy("state of a promise", "Answered late"), "late", "warn"),
    "broken": Word(pgettext_lazy("state of a promise", "Broken"), "late", "bad"),
    "lapsed": Word(pgettext_lazy("state of a promise", "Lapsed"), "dismissed", "bad"),
}
TURN_OUTCOMES: dict[str, Word] = {
    "answered": Word(pgettext_lazy("end of a turn", "Answered"), "check", "calm"),
    "asked_back": Word(pgettext_lazy("end of a turn", "Asked back"), "flip", "calm"),
    "taken_back": Word(pgettext_lazy("end of a turn", "The other side took it over"), "open", "calm"),
    "ended": Word(pgettext_lazy("end of a turn", "The case ended without an answer"), "dismissed", "warn"),
    "waiting": Word(pgettext_lazy("end of a turn", "Not answered yet"), "late", "warn"),
}
CONTRACT_FORCE: dict[str, Word] = {
    "ahead": Word(pgettext_lazy("a contract", "not in force yet"), "late", "warn"),
    "now": Word(pgettext_lazy("a contract", "in force"), "check", "calm"),
    "over": Word(pgettext_lazy("a contract", "ended"), "dismissed", "warn"),
}
TASK_KINDS: dict[str, Word] = {
    TaskKind.TASK: Word(pgettext_lazy("kind of task", "To do"), "check"),
    TaskKind.FOLLOW_UP: Word(pgettext_lazy("kind of task", "Look again"), "late"),
}
REMINDERS: dict[str, Any] = {
    "promise_soon": _("promise falls due"),
    "promise_overdue": _("promise overdue"),
    "turn_overdue": _("answer overdue"),
    "follow_up": pgettext_lazy("of a reminder", "look again"),
    "task_due": _("to do, its day has come"),
}
PACK_STATES: dict[str, Word] = {
    PackState.MAKING: Word(_("is being made"), "running", ""),
    PackState.READY: Word(_("waits to be looked at"), "late", "warn"),
    PackState.RELEASED: Word(_("released"), "check", "good"),
    PackState.REFUSED: Word(_("no pack"), "dismissed", "bad"),
}
VALUE_KINDS: dict[str, Any] = {
    "address": _("mail address"),
    "host": _("host"),
    "ip": _("IP address"),
    "serial": _("serial number"),
    "name": pgettext_lazy("of a person", "name"),
    "session": _("id of a session"),
    "encoded": _("encoded text"),
    "text": pgettext_lazy("that somebody wrote", "text"),
    "number": pgettext_lazy("that is replaced", "number"),
    "word": _("word that is not known to be harmless"),
    "detector": _("name of a detector"),
}
WRITTEN_BY_PEOPLE = (
    EntryKind.NOTE, EntryKind.ASK, EntryKind.ANSWER, EntryKind.PROMISE, EntryKind.CLAIM, EntryKind.CHANGE,
    EntryKind.MESSAGE, EntryKind.CALL,
)  # fmt: skip
FINDING_STATUSES: dict[str, Word] = {
    FindingStatus.NEW: Word(_("Not judged yet"), "unknown", "warn"),
    FindingStatus.CONFIRMED: Word(_("Confirmed"), "check", "bad"),
    FindingStatus.DISMISSED: Word(_("Dismissed"), "dismissed"),
}
RULES: dict[str, Any] = {
    "rejected-and-delivered": _("Rejected, and delivered"),
    "delivered-twice": _("Delivered twice"),
    "accepted-and-lost": _("Accepted, and lost"),
    "verdict-order-changed": _("The order of verdicts changed"),
    "verdict-drift": _("The mix of verdicts shifted"),
}
CUSTODY: dict[str, Any] = {
    CustodyAction.RECEIVED: _("received"),
    CustodyAction.RECEIVED_AGAIN: _("received again: the same bytes"),
    CustodyAction.READ: pgettext_lazy("custody", "read"),
    CustodyAction.DOWNLOADED: _("downloaded"),
    CustodyAction.CHECKED: _("checked again"),
    CustodyAction.FACTS_CHANGED: _("facts changed"),
    CustodyAction.EXPORTED: _("lines of it exported in a pack"),
}

choices = options


def rule_words(rule: str, titles: Mapping[str, str] | None = None) -> Any:
    """Return what a rule says, in words; a detector has its title, and what has none keeps its name."""
    return RULES.get(rule) or (titles or {}).get(rule, rule)
