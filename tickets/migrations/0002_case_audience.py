"""The audience of a case is kept by the database: its owner and the departments it is shared with.

It decides who sees a case, so no code path can forget it.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION tickets_case_audience(wanted bigint, owner bigint) RETURNS integer[] LANGUAGE sql STABLE AS $$
    SELECT array_agg(DISTINCT d ORDER BY d) FROM (
        SELECT owner::integer AS d
        UNION ALL
        SELECT department_id::integer FROM tickets_caseshare WHERE case_id = wanted
    ) AS audience
$$;

CREATE FUNCTION tickets_case_set_audience() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.audience := tickets_case_audience(NEW.id, NEW.department_id);
    RETURN NEW;
END $$;

CREATE TRIGGER case_audience_of_owner BEFORE INSERT OR UPDATE OF audience, department_id ON tickets_case
    FOR EACH ROW EXECUTE FUNCTION tickets_case_set_audience();

CREATE FUNCTION tickets_caseshare_touch_case() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE tickets_case SET audience = audience
        WHERE id IN (CASE WHEN TG_OP = 'INSERT' THEN NEW.case_id ELSE OLD.case_id END,
                     CASE WHEN TG_OP = 'DELETE' THEN OLD.case_id ELSE NEW.case_id END);
    RETURN NULL;
END $$;

CREATE TRIGGER case_audience_of_share AFTER INSERT OR UPDATE OR DELETE ON tickets_caseshare
    FOR EACH ROW EXECUTE FUNCTION tickets_caseshare_touch_case();
"""

BACK = """
DROP TRIGGER case_audience_of_share ON tickets_caseshare;
DROP TRIGGER case_audience_of_owner ON tickets_case;
DROP FUNCTION tickets_caseshare_touch_case();
DROP FUNCTION tickets_case_set_audience();
DROP FUNCTION tickets_case_audience(bigint, bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0001_initial")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
