"""The ranges of each issue one a row, kept by triggers: a multirange is indexed by its outer bounds alone.

An issue that touches the first and the last train would be looked at for every version between.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION kb_spread_spans() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM kb_issuereach WHERE issue_id IN (SELECT issue_id FROM changed);
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO kb_issuereach (issue_id, affected, span)
            SELECT issue_id, true, unnest(affected) FROM changed
            UNION ALL SELECT issue_id, false, unnest(possible) FROM changed;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER spans_spread_by_insert AFTER INSERT ON kb_issuespans
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION kb_spread_spans();
CREATE TRIGGER spans_spread_by_update AFTER UPDATE ON kb_issuespans
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION kb_spread_spans();
CREATE TRIGGER spans_spread_by_delete AFTER DELETE ON kb_issuespans
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION kb_spread_spans();

INSERT INTO kb_issuereach (issue_id, affected, span)
    SELECT issue_id, true, unnest(affected) FROM kb_issuespans
    UNION ALL SELECT issue_id, false, unnest(possible) FROM kb_issuespans;
"""

BACK = """
DROP TRIGGER spans_spread_by_delete ON kb_issuespans;
DROP TRIGGER spans_spread_by_update ON kb_issuespans;
DROP TRIGGER spans_spread_by_insert ON kb_issuespans;
DROP FUNCTION kb_spread_spans();
"""


class Migration(migrations.Migration):
    dependencies = [("kb", "0009_issue_reach")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
