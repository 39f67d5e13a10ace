"""Every timeline entry is sealed in its transaction, whoever writes it; heads of both chains queue for publication.

The seal covers what tickets/services/seals.py reads: each column as a netstring (`-,` for NULL), then the seal before.

Going back takes the seals away; forward again, entries are sealed in another order, and the heads that were published
would read as if somebody had written all chains anew. So going back puts the file of heads aside: the next one begins
with the heads of all chains as they are then. Heads that were kept elsewhere stand in the file that was put aside.
"""

import time
from typing import Any

from django.conf import settings

from django.db import migrations

FORWARD = """
CREATE FUNCTION zenrei_netstring(value text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(octet_length(value) || ':' || value || ',', '-,')
$$;

CREATE FUNCTION zenrei_microseconds(moment timestamptz) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT (extract(epoch FROM moment) * 1000000)::bigint::text
$$;

CREATE FUNCTION zenrei_seal_text(sealed tickets_timelineentry) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT zenrei_netstring(sealed.public_id::text)
        || zenrei_netstring(sealed.case_id::text)
        || zenrei_netstring(sealed.kind)
        || zenrei_netstring(zenrei_microseconds(sealed.happened_at))
        || zenrei_netstring(sealed.precision)
        || zenrei_netstring(zenrei_microseconds(sealed.recorded_at))
        || zenrei_netstring(sealed.author_id::text)
        || zenrei_netstring(sealed.from_party_id::text)
        || zenrei_netstring(sealed.to_party_id::text)
        || zenrei_netstring(sealed.text)
        || zenrei_netstring(zenrei_microseconds(sealed.due_at))
        || zenrei_netstring(sealed.replaces_id::text)
        || zenrei_netstring(sealed.evidence_id::text)
        || zenrei_netstring(sealed.state)
        || zenrei_netstring(sealed.key)
$$;

-- Rivals for a case wait for each other at its row.
CREATE FUNCTION zenrei_seal_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    case_ref text;
    before record;
    number integer;
    digest text;
BEGIN
    SELECT ref INTO case_ref FROM tickets_case WHERE id = NEW.case_id FOR NO KEY UPDATE;
    SELECT sequence, hash INTO before FROM tickets_entryseal
        WHERE case_id = NEW.case_id ORDER BY sequence DESC LIMIT 1;
    number := coalesce(before.sequence, 0) + 1;
    digest := encode(sha256(convert_to(
        zenrei_seal_text(NEW) || zenrei_netstring(coalesce(before.hash, '')), 'UTF8')), 'hex');
    INSERT INTO tickets_entryseal (entry_id, case_id, sequence, previous_hash, hash)
        VALUES (NEW.id, NEW.case_id, number, coalesce(before.hash, ''), digest);
    INSERT INTO tickets_unpublishedhead (chain, entries, hash) VALUES ('case:' || case_ref, number, digest);
    RETURN NULL;
END $$;

CREATE FUNCTION zenrei_queue_custody_head() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO tickets_unpublishedhead (chain, entries, hash)
        SELECT 'evidence:' || public_id, NEW.sequence, NEW.hash FROM tickets_evidence WHERE id = NEW.evidence_id;
    RETURN NULL;
END $$;

-- Before any row is written: a table with checks that wait for the commit takes no trigger.
CREATE TRIGGER entry_is_sealed AFTER INSERT ON tickets_timelineentry
    FOR EACH ROW EXECUTE FUNCTION zenrei_seal_entry();
CREATE TRIGGER custody_head_is_queued AFTER INSERT ON tickets_custodyentry
    FOR EACH ROW EXECUTE FUNCTION zenrei_queue_custody_head();
CREATE TRIGGER seal_is_kept BEFORE UPDATE OR DELETE ON tickets_entryseal
    FOR EACH ROW EXECUTE FUNCTION zenrei_refuse_change();
CREATE TRIGGER seal_is_not_emptied BEFORE TRUNCATE ON tickets_entryseal
    FOR EACH STATEMENT EXECUTE FUNCTION zenrei_refuse_change();

DO $$
DECLARE
    entry tickets_timelineentry;
    number integer := 0;
    current_case bigint;
    previous text := '';
    digest text;
BEGIN
    FOR entry IN SELECT * FROM tickets_timelineentry ORDER BY case_id, id LOOP
        IF current_case IS DISTINCT FROM entry.case_id THEN
            current_case := entry.case_id;
            number := 0;
            previous := '';
        END IF;
        number := number + 1;
        digest := encode(sha256(convert_to(zenrei_seal_text(entry) || zenrei_netstring(previous), 'UTF8')), 'hex');
        INSERT INTO tickets_entryseal (entry_id, case_id, sequence, previous_hash, hash)
            VALUES (entry.id, entry.case_id, number, previous, digest);
        previous := digest;
    END LOOP;
END $$;

INSERT INTO tickets_unpublishedhead (chain, entries, hash)
    SELECT DISTINCT ON (found.ref) 'case:' || found.ref, seal.sequence, seal.hash
    FROM tickets_entryseal AS seal JOIN tickets_case AS found ON found.id = seal.case_id
    ORDER BY found.ref, seal.sequence DESC;
INSERT INTO tickets_unpublishedhead (chain, entries, hash)
    SELECT DISTINCT ON (piece.id) 'evidence:' || piece.public_id, link.sequence, link.hash
    FROM tickets_custodyentry AS link JOIN tickets_evidence AS piece ON piece.id = link.evidence_id
    ORDER BY piece.id, link.sequence DESC;
"""

BACK = """
DROP TRIGGER seal_is_not_emptied ON tickets_entryseal;
DROP TRIGGER seal_is_kept ON tickets_entryseal;
DROP TRIGGER custody_head_is_queued ON tickets_custodyentry;
DROP TRIGGER entry_is_sealed ON tickets_timelineentry;
TRUNCATE tickets_unpublishedhead, tickets_entryseal;
DROP FUNCTION zenrei_queue_custody_head();
DROP FUNCTION zenrei_seal_entry();
DROP FUNCTION zenrei_seal_text(tickets_timelineentry);
DROP FUNCTION zenrei_microseconds(timestamptz);
DROP FUNCTION zenrei_netstring(text);
"""


def put_heads_aside(_apps: Any, _schema_editor: Any) -> None:
    """Move the file of published heads aside, under a name that says when."""
    heads = settings.DATA_DIR / "custody-heads.jsonl"
    if heads.exists():
        heads.rename(heads.with_name(f"custody-heads.before-{int(time.time())}.jsonl"))


class Migration(migrations.Migration):
    dependencies = [("tickets", "0011_seals_and_heads")]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, put_heads_aside),
        migrations.RunSQL(FORWARD, BACK),
    ]
