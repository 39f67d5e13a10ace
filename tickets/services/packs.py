"""Evidence packs: asked for, made by a worker, released by a person. Without a clean last check there is none."""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from common.errors import Conflict, Invalid
from common.jobs.claims import GivenUp
from common.jobs.kinds import Handle
from common.jobs.models import Job
from common.jobs.outbox import submit_job
from common.storage import evidence_store
from kb.models import Party, PartyKind
from tickets.models import (
    Blob,
    Case,
    Contact,
    ContactLanguage,
    CustodyAction,
    EntryKind,
    Evidence,
    Pack,
    PackSecret,
    PackState,
    Pseudonym,
)
from tickets.queries.integrity import broken_pieces_of
from tickets.queries.packs import cited_pieces, entries_of_case, fallen_findings, order_of, report_of
from tickets.redact.leaks import Leak
from tickets.redact.pack import Pack as Made
from tickets.redact.pack import make_pack
from tickets.redact.pseudonyms import SECRET_BYTES
from tickets.redact.values import Entry
from tickets.services.custody import record_custody
from tickets.services.entries import add_machine_entry

MAKE_PACK = "make-pack"
FINDINGS_ALLOWED = 100
QUESTIONS_ALLOWED = 20_000
LEAKS_TOLD = 5
LEAKS_SHOWN = 50


@transaction.atomic
def ask_pack(
    *,
    case: Case,
    author: User,
    findings: Sequence[str],
    recipient: Party,
    questions: str = "",
    language: str = "",
    background: bool = False,
    at_once: bool = False,
) -> Pack:
    """Promise a pack of findings of a case, given by their public ids; Invalid names what is at fault.

    `at_once`: it is released as soon as it is made, unless a check found evidence that it cites broken. Else a person
    looks at what is replaced, and releases it.
    """
    chosen = list(dict.fromkeys(findings))
    _check_findings(case, chosen)
    if recipient.kind == PartyKind.US:
        raise Invalid.field("recipient", "Name the party that gets the pack: we have the evidence ourselves.")
    if len(questions) > QUESTIONS_ALLOWED:
        raise Invalid.field("questions", f"At most {QUESTIONS_ALLOWED} characters.", code="max_length")
    pack = Pack.objects.create(
        case=case,
        created_by=author,
        recipient=recipient,
        findings=chosen,
        questions=questions.strip(),
        language=_language(recipient, language),
        background=background,
        at_once=at_once,
    )
    pack.job = submit_job(kind=MAKE_PACK, args={"case": case.ref, "pack": str(pack.public_id)})
    pack.save(update_fields=["job", "updated_at"])
    return pack


def _check_findings(case: Case, chosen: Sequence[str]) -> None:
    """Raise Invalid for findings of which no pack can be made."""
    if not chosen:
        raise Invalid.field("findings", "Choose at least one finding.", code="required")
    if len(chosen) > FINDINGS_ALLOWED:
        raise Invalid.field("findings", f"At most {FINDINGS_ALLOWED} findings a pack.", code="too_many")
    found = case.findings.filter(public_id__in=chosen).values_list("rule", "lines")
    if len(found) < len(chosen):
        raise Invalid.field("findings", "No such finding in this case.", code="unknown")
    if rule := next((rule for rule, lines in found if not lines), None):
        raise Invalid.field("findings", f"A finding of {rule} cites no line: it proves nothing.", code="no_lines")
    for told in fallen_findings(case, chosen):
        raise Invalid.field("findings", told, code="fallen")


def _check_they_hold(pack: Pack) -> None:
    """Raise Conflict where a finding of a pack has fallen since it was chosen: it must not leave as proof."""
    for told in fallen_findings(pack.case, pack.findings):
        raise Conflict(told, code="fallen")


def _language(recipient: Party, language: str) -> str:
    """Return the language of a pack: the one asked for, else that of the first contact at the recipient."""
    if language and language not in ContactLanguage.values:
        raise Invalid.field("language", f"Choose one of {', '.join(ContactLanguage.values)}.")
    contact = Contact.objects.filter(party=recipient).order_by("pk").values_list("language", flat=True).first()
    return language or contact or ContactLanguage.EN


def make_pack_of_job(handle: Handle) -> None:
    """The handler: make the pack, check it, store it, end the job. GivenUp where the check finds a value."""
    pack = Pack.objects.select_related("case__product", "recipient", "created_by").get(
        public_id=handle.job.args["pack"]
    )
    if pack.state in {PackState.READY, PackState.RELEASED}:
        return handle.finish(lambda: _told(pack))
    try:
        while not _make_and_record(handle, pack):
            continue  # it is made anew, with the map as it is now
    except Conflict as error:
        raise GivenUp(str(error)) from error


class _Overtaken(Exception):
    """Another pack of the case was recorded while this one was made: its pseudonyms may be others."""


def _make_and_record(handle: Handle, pack: Pack) -> bool:
    """Make a pack with the map of its case and record it. False where the map has grown meanwhile: nothing is kept."""
    handle.tell(0.1, "")
    _check_they_hold(pack)
    known = entries_of_case(pack.case)
    try:
        made = make_pack(order_of(pack), secret=_secret_of(pack.case), known=known)
    except ValueError as error:
        raise GivenUp(f"The pack could not be made: {error}.") from error
    if made.leaks:
        _tell_leaks(pack, made.leaks)
        told = "; ".join(list(dict.fromkeys(map(str, made.leaks)))[:LEAKS_TOLD])
        raise GivenUp(f"No pack is given, since a value that must not leave stands in it still: {told}.")
    try:
        handle.finish(lambda: _record(pack, made, len(known)))
    except _Overtaken:
        return False
    return True


def _tell_leaks(pack: Pack, leaks: Sequence[Leak]) -> None:
    """Keep which values would have left, for the page of the pack: the reason is told by the API and by the job."""
    told = [[leak.kind, leak.value, leak.member] for leak in leaks[:LEAKS_SHOWN]]
    Pack.objects.filter(pk=pack.pk, state=PackState.MAKING).update(report={"leaks": told})


def _secret_of(case: Case) -> bytes:
    """Return the secret of a case; the first pack draws it."""
    row, _ = PackSecret.objects.get_or_create(case=case, defaults={"secret": secrets.token_bytes(SECRET_BYTES)})
    return bytes(row.secret)


def _record(pack: Pack, made: Made, known: int) -> str:
    """Write what was made: the map, and the pack with what its preview shows.

    Two packs of a case wait for each other here. Raises _Overtaken where the map has no longer the `known` rows with
    which the pack was made: it may hold a pseudonym that the map gives to nothing, and an answer could not be read.
    """
    Case.objects.select_for_update(no_key=True).only("pk").get(pk=pack.case_id)
    if pack.case.pseudonyms.count() != known:
        raise _Overtaken
    _keep_pseudonyms(pack.case, made.entries)
    with evidence_store().writer() as writer:
        writer.write(made.archive)
        blob = writer.commit()
    Blob.objects.get_or_create(sha256=blob.sha256, defaults={"size": blob.size})
    pack.blob_id = blob.sha256
    pack.state = PackState.READY
    pack.reason = ""
    pack.lines = len(made.content.lines)
    pack.members = list(made.members)
    pack.replaced = made.content.replaced
    pack.report = report_of(made)
    pack.save()
    if pack.at_once and not broken_pieces_of(pack.case, cited_pieces(pack)):
        _release(pack, pack.created_by)
    return _told(pack)


def _told(pack: Pack) -> str:
    return f"{pack.lines:,} lines, {sum(pack.replaced.values()):,} values replaced"


def _keep_pseudonyms(case: Case, entries: Iterable[Entry]) -> None:
    """Add what is new to the map of a case; what it has already, the entries say too."""
    Pseudonym.objects.bulk_create(
        [
            Pseudonym(
                case=case,
                key=hashlib.sha256(entry.canonical.encode("utf-8", "surrogatepass")).hexdigest(),
                kind=entry.kind,
                canonical=entry.canonical,
                original=entry.original,
                pseudonym=entry.pseudonym,
            )
            for entry in entries
        ],
        ignore_conflicts=True,
    )


@transaction.atomic
def release_pack(*, pack: Pack, author: User) -> Pack:
    """Let a pack leave, once somebody has seen what it replaces; the timeline and custody keep who, for whom, what."""
    held = Pack.objects.select_for_update(of=("self",)).select_related("case", "recipient").get(pk=pack.pk)
    if held.state != PackState.READY:
        raise Conflict("Only a pack that waits to be looked at can be released.")
    _release(held, author)
    return held


def _release(pack: Pack, author: User) -> None:
    """Write that a pack was released: into the pack, the timeline, and the custody of every piece that it cites."""
    _check_they_hold(pack)
    now = timezone.now()
    pack.state, pack.released_by, pack.released_at = PackState.RELEASED, author, now
    pack.save(update_fields=["state", "released_by", "released_at", "updated_at"])
    add_machine_entry(
        case=pack.case,
        kind=EntryKind.EVIDENCE,
        happened_at=now,
        text=f"evidence pack for {pack.recipient.name} released by {author.shown_name}: {pack.lines:,} lines,"
        f" SHA-256 {pack.blob_id}",
        key=f"pack:{pack.public_id}",
    )
    details: dict[str, Any] = {
        "pack": str(pack.public_id),
        "recipient": pack.recipient.slug,
        "sha256": pack.blob_id,
    }
    for piece in Evidence.objects.filter(case=pack.case, public_id__in=cited_pieces(pack)).order_by("pk"):
        lines = [line["line"] for line in pack.report["lines"] if line["evidence"] == str(piece.public_id)]
        record_custody(evidence=piece, actor=author, action=CustodyAction.EXPORTED, details=details | {"lines": lines})


def give_up_pack(job: Job, reason: str) -> None:
    """Let the pack say that there is none, and why."""
    Pack.objects.filter(public_id=job.args["pack"], state=PackState.MAKING).update(
        state=PackState.REFUSED, reason=reason, updated_at=timezone.now()
    )
