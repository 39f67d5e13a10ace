"""The report of a case: one document, in the language that was asked for, on the reader's clock."""

import zoneinfo

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext, pgettext

from accounts.principal import Principal
from common.errors import Invalid
from tickets.models import Case
from tickets.queries.case_page import with_parts
from tickets.queries.report.evidence import broken, evidence
from tickets.queries.report.findings import detectors, findings
from tickets.queries.report.gaps import gaps
from tickets.queries.report.gathered import Gathered, gather
from tickets.queries.report.head import head, turns
from tickets.queries.report.manifest import manifest
from tickets.queries.report.promises import promises
from tickets.queries.report.timeline import claims, timeline
from tickets.queries.report.words import moment_words
from tickets.report.document import Document, Remark, visible

LANGUAGES = tuple(code for code, _ in settings.LANGUAGES)


def language_of(principal: Principal, asked: str | None) -> str:
    """Return the language of a report: the one asked for, else the reader's, else that of the request."""
    if asked and asked not in LANGUAGES:
        raise Invalid.field("language", f"No report in {asked[:20]!r}. Languages: {', '.join(LANGUAGES)}.")
    return asked or principal.user.language or (translation.get_language() or LANGUAGES[0])[:2]


def case_report(principal: Principal, case: Case, *, language: str) -> tuple[Document, Gathered]:
    """Return the report of a case that the reader may see, and what it is made of; a constant number of queries."""
    with timezone.override(zoneinfo.ZoneInfo(principal.user.time_zone)), translation.override(language):
        of = gather(principal, case, with_parts(case))
        return _document(of, language), of


def _document(of: Gathered, language: str) -> Document:
    """Return what was gathered as a document."""
    warning = gettext(
        "This report holds originals: names, addresses and lines as they stand in the logs. It is for ourselves and is "
        "not to be given away; evidence packs are for that, in which they are replaced."
    )
    foot = gettext("%(ref)s, as of %(when)s. Holds originals: not to be given away.")
    sections = (
        head(of), broken(of), turns(of), promises(of), claims(of), findings(of), detectors(of), gaps(of), evidence(of),
        timeline(of), manifest(of),
    )  # fmt: skip
    return Document(
        ref=of.case.ref,
        title=visible(gettext("Report of %(ref)s: %(title)s") % {"ref": of.case.ref, "title": of.case.title}),
        language=language,
        note=Remark(warning, "warn"),
        foot=foot % {"ref": of.case.ref, "when": moment_words(of.now)},
        page=pgettext("report", "Sheet"),
        sections=tuple(section for section in sections if section is not None),
    )
