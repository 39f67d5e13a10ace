"""An issue without spans reaches every version of its product, as a range like those of others.

Behaviour changes, notices, and issues about which nothing was derived yet may be listed for any move. To look for them
beside the index took longer than all the rest.
"""

from django.db import migrations

WHOLE = "format('[\"%s:\",\"%s:~\")', p.prefix, p.prefix)::kb_keyrange"

FORWARD = f"""
CREATE OR REPLACE FUNCTION kb_spread_spans() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM kb_issuereach WHERE issue_id IN (SELECT issue_id FROM changed);
    IF TG_OP = 'DELETE' THEN
        INSERT INTO kb_issuereach (issue_id, affected, span)
            SELECT i.id, false, {WHOLE}
            FROM kb_knownissue i JOIN changed c ON c.issue_id = i.id,
                LATERAL (SELECT lpad(i.product_id::text, 10, '0') AS prefix) p;
    ELSE
        INSERT INTO kb_issuereach (issue_id, affected, span)
            SELECT issue_id, true, unnest(affected) FROM changed
            UNION ALL SELECT issue_id, false, unnest(possible) FROM changed;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION kb_reach_everywhere() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO kb_issuereach (issue_id, affected, span)
        SELECT i.id, false, {WHOLE}
        FROM added i, LATERAL (SELECT lpad(i.product_id::text, 10, '0') AS prefix) p;
    RETURN NULL;
END $$;

CREATE TRIGGER issue_reaches_everywhere AFTER INSERT ON kb_knownissue
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION kb_reach_everywhere();

-- The key of an issue that goes is looked at when the transaction ends: what its spans left behind goes with it.
CREATE FUNCTION kb_forget_reach() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM kb_issuereach WHERE issue_id IN (SELECT id FROM gone);
    RETURN NULL;
END $$;

CREATE TRIGGER issue_forgets_reach AFTER DELETE ON kb_knownissue
    REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION kb_forget_reach();

INSERT INTO kb_issuereach (issue_id, affected, span)
    SELECT i.id, false, {WHOLE}
    FROM kb_knownissue i, LATERAL (SELECT lpad(i.product_id::text, 10, '0') AS prefix) p
    WHERE NOT EXISTS (SELECT 1 FROM kb_issuespans s WHERE s.issue_id = i.id);
"""

BACK = """
DELETE FROM kb_issuereach r WHERE NOT EXISTS (SELECT 1 FROM kb_issuespans s WHERE s.issue_id = r.issue_id);
DROP TRIGGER issue_forgets_reach ON kb_knownissue;
DROP TRIGGER issue_reaches_everywhere ON kb_knownissue;
DROP FUNCTION kb_forget_reach();
DROP FUNCTION kb_reach_everywhere();

CREATE OR REPLACE FUNCTION kb_spread_spans() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM kb_issuereach WHERE issue_id IN (SELECT issue_id FROM changed);
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO kb_issuereach (issue_id, affected, span)
            SELECT issue_id, true, unnest(affected) FROM changed
            UNION ALL SELECT issue_id, false, unnest(possible) FROM changed;
    END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("kb", "0015_the_history_of_a_catalogue_is_kept")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
