"""The words of knowledge and of the upgrade check, with their icon and tone."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.words import Word
from kb.models import (
    Confidence,
    IssueAudience,
    IssueKind,
    IssueSeverity,
    Proposition,
    RemediationCategory,
    SourceKind,
    Stance,
    StatementSays,
)

VERDICTS: dict[str, Word] = {
    "enters": Word(pgettext_lazy("verdict", "Enters"), "enters"),
    "reintroduced": Word(pgettext_lazy("verdict", "Comes back"), "reintroduced"),
    "crossed": Word(pgettext_lazy("verdict", "Crossed on the way"), "crossed"),
    "changes": Word(pgettext_lazy("verdict", "Changes"), "changes"),
    "applies": Word(pgettext_lazy("verdict", "To be heeded"), "applies"),
    "unknown": Word(pgettext_lazy("verdict", "Unknown"), "unknown"),
    "stays": Word(pgettext_lazy("verdict", "Stays"), "stays"),
    "leaves": Word(pgettext_lazy("verdict", "Leaves"), "leaves"),
    "not_applicable": Word(pgettext_lazy("verdict", "Does not apply"), "not_applicable"),
}
SEVERITIES: dict[str, Word] = {
    IssueSeverity.UNKNOWN: Word(_("Severity unknown"), "unknown", "warn"),
    IssueSeverity.CRITICAL: Word(_("Critical"), "sev4", "bad"),
    IssueSeverity.HIGH: Word(_("High"), "sev3", "bad"),
    IssueSeverity.MEDIUM: Word(_("Medium"), "sev2"),
    IssueSeverity.LOW: Word(_("Low"), "sev1"),
    IssueSeverity.INFO: Word(pgettext_lazy("severity", "For information"), "sev0"),
}
CONFIDENCES: dict[str, Word] = {
    Confidence.WORK_IN_PROGRESS: Word(_("In progress"), "c-wip", "warn"),
    Confidence.NOT_VALIDATED: Word(_("Not validated"), "c-not", "warn"),
    Confidence.VALIDATED: Word(_("Validated"), "c-yes", "good"),
    Confidence.ARCHIVED: Word(_("Archived"), "c-old"),
}
KINDS: dict[str, Word] = {
    IssueKind.DEFECT: Word(_("defect")),
    IssueKind.BEHAVIOUR_CHANGE: Word(_("change of behaviour")),
    IssueKind.LIMITATION: Word(_("limitation")),
    IssueKind.VULNERABILITY: Word(_("vulnerability")),
    IssueKind.NOTICE: Word(_("upgrade notice")),
}
AUDIENCES: dict[str, Word] = {
    IssueAudience.EVERYONE: Word(_("everybody")),
    IssueAudience.DEPARTMENT: Word(_("my department alone")),
}
SAYS: dict[str, Word] = {
    StatementSays.SEEN: Word(_("seen on")),
    StatementSays.INTRODUCED: Word(_("introduced in")),
    StatementSays.FIXED: Word(_("fixed in")),
    StatementSays.LAST_AFFECTED: Word(_("last affected version")),
    StatementSays.BEFORE: Word(_("affected before")),
    StatementSays.LAST_SEEN_GOOD: Word(_("seen good on")),
    StatementSays.RANGES: Word(_("listed as affected")),
    StatementSays.HOTFIX: Word(_("gone with the hot-fix")),
}
POSITIONS: dict[str, Word] = {
    "confirms_defect": Word(_("confirms the defect"), "check", "admits"),
    "by_design": Word(_("works as designed"), "stays", "by_design"),
    "denies": Word(_("denies"), "not_applicable", "denies"),
    "fixed": Word(pgettext_lazy("vendor's position", "fixed"), "check", "fixed"),
    "unknown": Word(_("none on record"), "unknown", "retracts"),
}
PROPOSITIONS: dict[str, Any] = {
    Proposition.EXISTS: _("that it exists"),
    Proposition.IS_DEFECT: _("that it is a defect"),
    Proposition.IS_FIXED: _("that it is fixed"),
    Proposition.IS_AVOIDED_BY: _("that there is a way round it"),
}
STANCES: dict[str, Any] = {
    Stance.YES: pgettext_lazy("stance", "yes"),
    Stance.NO: pgettext_lazy("stance", "no"),
    Stance.RETRACTED: pgettext_lazy("stance", "takes it back"),
}
REMEDIATIONS: dict[str, Any] = {
    RemediationCategory.WORKAROUND: _("Workaround"),
    RemediationCategory.MITIGATION: _("Mitigation"),
    RemediationCategory.VENDOR_FIX: _("Fixed in"),
    RemediationCategory.FIX_PLANNED: _("Fix planned"),
    RemediationCategory.NO_FIX_PLANNED: _("No fix planned"),
    RemediationCategory.NONE_AVAILABLE: _("No way out"),
    RemediationCategory.DOWNGRADE: _("Downgrade"),
}
SOURCE_KINDS: dict[str, Any] = {
    SourceKind.VENDOR: pgettext_lazy("whose document", "the vendor’s"),
    SourceKind.OWN: pgettext_lazy("whose document", "our own"),
    SourceKind.THIRD_PARTY: pgettext_lazy("whose document", "somebody else’s"),
}
VALUE_SAYS: dict[str, Any] = {
    "seen": _("seen on"),
    "from": pgettext_lazy("before a version", "from"),
    "and_later": pgettext_lazy("before a version", "from, later trains too:"),
}
EVENTS: dict[str, Any] = {
    "created": _("recorded"),
    "changed": pgettext_lazy("history of an issue", "changed"),
    "claim": _("a claim was recorded"),
    "flip": _("a party changed its answer"),
    "statement": _("a statement was added"),
    "taken_back": _("a statement was taken back"),
    "value_taken_back": _("a value was taken back"),
    "confirmation": _("a department told what it sees"),
    "confirmation_accepted": _("a confirmation was accepted"),
    "validated": pgettext_lazy("history of an issue", "validated"),
    "condition_validated": _("the condition was validated"),
    "archived": pgettext_lazy("history of an issue", "archived"),
    "way_out": _("a way out was recorded"),
    "way_out_removed": _("a way out was removed"),
    "pack": _("taken over from a pack"),
    "detector_added": _("a detector was added"),
    "detector_changed": _("a detector was changed"),
}
CATALOGUE_EVENTS: dict[str, Any] = {
    "release_changed": _("a release was changed"),
    "path_changed": _("the upgrade path was changed"),
    "source_changed": _("a source follows a pack"),
}
OUR_VERBS = {("exists", "yes"): Word(_("sees it"), "claim", "asserts")}
VERBS: dict[tuple[str, str], Word] = {
    ("exists", "yes"): Word(_("admits"), "check", "admits"),
    ("exists", "no"): Word(_("denies"), "not_applicable", "denies"),
    ("is_defect", "yes"): Word(_("calls it a defect"), "claim", "asserts"),
    ("is_defect", "no"): Word(_("works as designed"), "stays", "by_design"),
    ("is_fixed", "yes"): Word(_("says it is fixed"), "check", "fixed"),
    ("is_fixed", "no"): Word(_("says it is not fixed"), "not_applicable", "denies"),
    ("is_avoided_by", "yes"): Word(_("names a way round"), "claim", "asserts"),
    ("is_avoided_by", "no"): Word(_("sees no way round"), "not_applicable", "denies"),
}
# Beside a verdict that is bad: a vendor's "fixed" is about other releases, and what it admits cures nothing.
CALM_VERBS: dict[tuple[str, str], Word] = {("is_fixed", "yes"): Word(_("names a fix"), "claim", "asserts")}
REASSURING = frozenset({"admits", "fixed"})
TAKES_BACK = Word(_("takes back"), "flip", "retracts")


def verb_of(kind: str, proposition: str, stance: str) -> Word:
    """Return what a party of a kind did when it said this."""
    if stance == Stance.RETRACTED:
        return TAKES_BACK
    theirs = VERBS.get((proposition, stance), Word(stance, "claim", "asserts"))
    return theirs if kind in {"vendor", "reseller"} else OUR_VERBS.get((proposition, stance), theirs)


def calm_verb_of(kind: str, proposition: str, stance: str) -> Word:
    """Return what a party did when it said this, in a word and tone that reassure nobody."""
    word = verb_of(kind, proposition, stance)
    if word.tone not in REASSURING:
        return word
    return CALM_VERBS.get((proposition, stance), Word(word.text, "claim", "asserts"))
