"""Opening cases, changing them, sharing them. Each change leaves its entry in the timeline."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Department, User
from accounts.principal import Principal
from accounts.services.departments import next_case_number
from common.errors import Forbidden, Invalid
from common.moments import check_moment
from common.revisions import require_unchanged
from kb.models import Device, Party, Product
from tickets.models import Case, CaseKind, CaseParty, CaseShare, EntryKind, PartyTicket, Severity, TimelineEntry
from tickets.services.tasks import end_watches_of_strangers

CHANGEABLE = ("title", "kind", "state", "severity", "product", "release", "assignee")
CHANGED_SINCE = "Somebody changed the case since you looked at it. Look at it again, then change it."
SEEN = ("title", "kind", "state", "severity", "product_id", "release", "assignee_id")


@transaction.atomic(savepoint=False)  # inside a request's transaction a failure undoes all of it anyway
def open_case(
    *,
    department: Department,
    author: User,
    title: str,
    kind: str,
    severity: str = Severity.UNKNOWN,
    product: Product | None = None,
    release: str = "",
    parties: Sequence[Party] = (),
    devices: Sequence[Device] = (),
    opened_at: datetime | None = None,
) -> Case:
    """Open a case of a department and return it with its reference."""
    if kind not in CaseKind.values:
        raise Invalid.field("kind", f"Choose one of {', '.join(CaseKind.values)}.")
    if not title.strip():
        raise Invalid.field("title", "Name the case by what is wrong.", code="required")
    if any(device.department_id != department.pk for device in devices):
        raise Invalid.field("devices", "Devices of another department cannot be named.")
    check_moment(opened_at, field="opened_at")
    number = next_case_number(department)
    case = Case.objects.create(
        ref=f"{department.code}-{number:04d}",
        department=department,
        title=title.strip(),
        kind=kind,
        severity=severity,
        product=product,
        release=release,
        opened_at=opened_at or timezone.now(),
        created_by=author,
        audience=[department.pk],
    )
    if parties:
        _name_parties(case, list(dict.fromkeys(parties)))
    if devices:
        case.devices.set(devices)
    return case


def _name_parties(case: Case, parties: Sequence[Party]) -> None:
    """Make these the parties of a new case, in this order."""
    with connection.cursor() as cursor:  # the ORM needs twice as long to write the same
        cursor.execute(
            "INSERT INTO tickets_caseparty (case_id, party_id, position)"
            " SELECT %s, party, place - 1 FROM unnest(%s::bigint[]) WITH ORDINALITY AS named(party, place)",
            [case.pk, [party.pk for party in parties]],
        )


def revision_of(case: Case) -> str:
    """Return what tells one state of the changeable fields of a case from another; its timeline does not enter."""
    seen = [str(getattr(case, name)) for name in SEEN]
    return hashlib.sha256(json.dumps(seen).encode()).hexdigest()[:32]


@transaction.atomic
def change_case(*, case: Case, author: User, changes: dict[str, Any], seen: str | None = None) -> Case:
    """Change fields of a case; what changed becomes one entry of the kind `state`.

    ``seen`` is the revision that the author looked at: Outdated where somebody changed the case since.
    """
    unknown = set(changes) - set(CHANGEABLE)
    if unknown:
        raise Invalid(f"Not to be changed: {', '.join(sorted(unknown))}.")
    if "title" in changes and not str(changes["title"]).strip():
        raise Invalid.field("title", "Name the case by what is wrong.", code="required")
    stored = Case.objects.select_for_update().get(pk=case.pk)
    require_unchanged(seen, revision_of(stored), CHANGED_SINCE)
    told, case_state = [], stored.state
    for name, new in changes.items():
        old = getattr(stored, name)
        if old != new:
            setattr(stored, name, new)
            told.append(f"{name}: {_shown(old)} → {_shown(new)}")
    if told:
        changed = stored.state != case_state
        stored.save(update_fields=[*changes, "updated_at"])
        _record(stored, author, "; ".join(told), state=stored.state if changed else "")
    return stored


def _shown(value: Any) -> str:
    """Return a field's value as the timeline tells it."""
    if value in (None, ""):
        return "–"
    return str(getattr(value, "shown_name", value))


def _record(case: Case, author: User, text: str, *, state: str = "") -> None:
    """Write who changed what about the case itself; `state` is the state that it has from here on, if that changed."""
    TimelineEntry.objects.create(
        case=case, author=author, kind=EntryKind.STATE, happened_at=timezone.now(), text=text, state=state
    )


@transaction.atomic
def share_case(*, principal: Principal, case: Case, department: Department) -> None:
    """Let another department see a case; managers of the owning department may."""
    if not principal.may_manage(case.department_id):
        raise Forbidden("Only managers of the department that owns the case may share it.")
    if department.pk == case.department_id:
        raise Invalid.field("department", "This department owns the case.")
    _, made = CaseShare.objects.get_or_create(case=case, department=department, defaults={"shared_by": principal.user})
    if made:
        _record(case, principal.user, f"shared with {department.name}")


@transaction.atomic
def unshare_case(*, principal: Principal, case: Case, department: Department) -> None:
    """Take a case back from another department."""
    if not principal.may_manage(case.department_id):
        raise Forbidden("Only managers of the department that owns the case may take it back.")
    removed, _ = CaseShare.objects.filter(case=case, department=department).delete()
    if removed:
        _record(case, principal.user, f"no longer shared with {department.name}")
        end_watches_of_strangers(case)


@transaction.atomic
def add_party(*, case: Case, author: User, party: Party) -> None:
    """Make a party one of the case."""
    _, made = CaseParty.objects.get_or_create(
        case=case, party=party, defaults={"position": CaseParty.objects.filter(case=case).count()}
    )
    if made:
        _record(case, author, f"party added: {party.name}")


@transaction.atomic
def add_party_ticket(*, case: Case, author: User, party: Party, number: str) -> PartyTicket:
    """Note the number that a party gave the case; the party becomes one of the case."""
    if not number.strip():
        raise Invalid.field("number", "Write the number as the party writes it.", code="required")
    add_party(case=case, author=author, party=party)
    ticket, made = PartyTicket.objects.get_or_create(case=case, party=party, number=number.strip())
    if made:
        _record(case, author, f"ticket {ticket.number} at {party.name}")
    return ticket
