"""What a mail was, its originals and where it was filed are history: the database refuses, whoever asks."""

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from tests.conftest import Person
from tests.mail.letters import mixed, part
from tests.tickets.mails import make_desk, only_mail, taken_in
from tickets.models import Mail, MailAttachment, MailCopy, MailFiling, MailImport, Pack
from tickets.services.mail_by_hand import take_mail_out

pytestmark = pytest.mark.django_db
MAY_CHANGE = {
    Mail: {"case_id", "reason", "selected_case_id", "held"},
    MailAttachment: {"evidence_id"},
    MailFiling: {"taken_back_at", "taken_back_by_id", "why"},
    MailImport: {"report"},
    MailCopy: set(),
}


def refused(statement: str) -> bool:
    """Whether the database refuses a statement because of what it would change."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(statement)
            transaction.set_rollback(True)
    except IntegrityError as error:
        return "is refused: its rows are history" in str(error)
    return False


def test_nothing_of_a_mail_changes_but_where_it_is(alice: Person, charlie: Person) -> None:
    desk = make_desk(alice, charlie)
    taken_in(alice, mixed(part(b"hi"), part(b"n=1\n", "application/x; name=a.log"), subject=desk.subject("A")))
    changed = [
        f"UPDATE {model._meta.db_table} SET {connection.ops.quote_name(str(field.column))} = NULL"
        for model, may_change in MAY_CHANGE.items()
        for field in model._meta.concrete_fields
        if field.column not in may_change
    ]
    assert len(changed) > 45
    deleted = [f"DELETE FROM {model._meta.db_table}" for model in MAY_CHANGE]
    assert [one for one in [*changed, *deleted] if not refused(one)] == []

    take_mail_out(mail=only_mail(), actor=alice.user, why="No.")
    assert refused("UPDATE tickets_mailfiling SET why = 'Never mind.'")


def test_no_table_of_mails_or_packs_is_emptied() -> None:
    """Asked of the catalogue: TRUNCATE … CASCADE is refused by any one of the tables that hang together."""
    kept: list[type[models.Model]] = [
        model
        for model in apps.get_app_config("tickets").get_models()
        if model.__module__ in {Mail.__module__, Pack.__module__}
    ]
    assert len(kept) == 8
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal AND tgtype & 32 <> 0")
        watched = {table for (table,) in cursor.fetchall()}
    assert {model._meta.db_table for model in kept} - watched == set()
    assert refused("TRUNCATE tickets_mailfiling")
