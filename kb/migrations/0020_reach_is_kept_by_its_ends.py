"""The ranges of issues by their two ends, which an ordinary index finds and answers from.

The index of ranges grew poor by insertion: of a hundred pages that it looked at five held an answer.
"""

from django.db import migrations, models

PREFIX = "lpad(i.product_id::text, 10, '0')"


def functions(columns: str, spread: str, whole: str) -> str:
    """Return the functions that keep the rows, and the rows."""
    filled = f"INSERT INTO kb_issuereach (issue_id, affected, {columns})"
    return f"""
    CREATE OR REPLACE FUNCTION kb_spread_spans() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        DELETE FROM kb_issuereach WHERE issue_id IN (SELECT issue_id FROM changed);
        IF TG_OP = 'DELETE' THEN
            {filled} SELECT i.id, false, {whole} FROM kb_knownissue i JOIN changed c ON c.issue_id = i.id;
        ELSE
            {filled}
                SELECT issue_id, true, {spread} FROM changed, unnest(affected) AS one
                UNION ALL SELECT issue_id, false, {spread} FROM changed, unnest(possible) AS one;
        END IF;
        RETURN NULL;
    END $$;

    CREATE OR REPLACE FUNCTION kb_reach_everywhere() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        {filled} SELECT i.id, false, {whole} FROM added i;
        RETURN NULL;
    END $$;

    {filled}
        SELECT issue_id, true, {spread} FROM kb_issuespans, unnest(affected) AS one
        UNION ALL SELECT issue_id, false, {spread} FROM kb_issuespans, unnest(possible) AS one
        UNION ALL SELECT i.id, false, {whole} FROM kb_knownissue i
            WHERE NOT EXISTS (SELECT 1 FROM kb_issuespans s WHERE s.issue_id = i.id);
    """


BY_ENDS = functions("lo, hi", "lower(one), upper(one)", f"{PREFIX} || ':', {PREFIX} || ':~'")
BY_RANGE = functions("span", "one", f"format('[\"%s:\",\"%s:~\")', {PREFIX}, {PREFIX})::kb_keyrange")
NOTHING = "DELETE FROM kb_issuereach;"


def index(name: str, *, affected: bool) -> models.Index:
    return models.Index(
        fields=["lo", "hi"], include=["issue"], condition=models.Q(("affected", affected)), name=name
    )


def end() -> models.TextField:
    return models.TextField(db_collation="C")


class Migration(migrations.Migration):
    dependencies = [("kb", "0019_a_derivation_is_read_whole")]

    operations = [
        migrations.RunSQL(NOTHING, BY_RANGE),
        migrations.RemoveIndex("issuereach", "reach_affected"),
        migrations.RemoveIndex("issuereach", "reach_possible"),
        migrations.RemoveField("issuereach", "span"),
        migrations.AddField("issuereach", "lo", end(), preserve_default=False),
        migrations.AddField("issuereach", "hi", end(), preserve_default=False),
        migrations.AddIndex("issuereach", index("reach_affected", affected=True)),
        migrations.AddIndex("issuereach", index("reach_possible", affected=False)),
        migrations.RunSQL(BY_ENDS, NOTHING),
    ]
