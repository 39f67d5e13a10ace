-- Fills an empty, migrated database: bench.cases cases and ten times as many entries, the same ones every time.
-- bench.user and bench.department are the measured person's; other departments own three cases in ten, and share
-- every fourth of theirs with the measured one.

CREATE TEMPORARY TABLE word (part text, place int, value text, PRIMARY KEY (part, place));
INSERT INTO word
SELECT part, row_number() OVER (PARTITION BY part) - 1, value FROM (VALUES
    ('thing', 'Mail queue'), ('thing', 'IMAP log-in'), ('thing', 'Quarantine report'), ('thing', 'HA failover'),
    ('thing', 'Session profile'), ('thing', 'TLS certificate'), ('thing', 'SAML single sign-on'), ('thing', 'DNS proxy'),
    ('thing', 'BGP neighbour'), ('thing', 'VPN tunnel'), ('thing', 'Log disk'), ('thing', 'Antispam verdict'),
    ('thing', 'メール配送'), ('thing', '隔離通知'), ('thing', '冗長構成の切替'), ('thing', '証明書の更新'),
    ('thing', 'ログ転送'), ('thing', '送信ドメイン認証'), ('thing', '迷惑メール判定'), ('thing', '管理画面'),
    ('fault', 'stops after the upgrade'), ('fault', 'takes minutes'), ('fault', 'is answered twice'),
    ('fault', 'rejects what it delivers'), ('fault', 'differs between the two units'), ('fault', 'loses its settings'),
    ('fault', 'shows error 0x31'), ('fault', 'cannot be downgraded'), ('fault', 'leaks memory'),
    ('fault', 'が更新後に停止する'), ('fault', 'に数分かかる'), ('fault', 'が二重に届く'), ('fault', 'の設定が消える'),
    ('fault', 'の結果が機器ごとに異なる'), ('fault', 'の仕様を確認したい'),
    ('place', 'Tokyo'), ('place', 'Osaka'), ('place', '札幌'), ('place', '福岡'), ('place', 'Sendai'), ('place', '那覇'),
    ('place', 'Nagoya'), ('place', '広島'),
    ('line', 'We see it on both units since the maintenance window of last night; a restart of the service does not help.'),
    ('line', 'The vendor asks for the event log and the configuration of the time before the change.'),
    ('line', 'Engineering could reproduce it in the laboratory with the same policy and a mail of 12 recipients.'),
    ('line', 'この動作は仕様かどうか、リリースノートの該当箇所とあわせてご回答ください。'),
    ('line', 'ログを添付します。1通のメールに対して拒否と配送の両方が記録されています。'),
    ('line', '次回の定例までに恒久対策の提供予定日をお知らせいただけますでしょうか。'),
    ('line', 'A workaround is to order the actions so that the first one is final. We have not tried it in production.'),
    ('line', 'They promise a fixed build by the end of the week; it will carry a number of its own.'),
    ('line', '回避策を適用しましたが、事象は再現しています。優先度の引き上げをお願いします。')
) AS given (part, value);

CREATE FUNCTION pg_temp.say(wanted text, number bigint) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT value FROM word WHERE part = wanted
        AND place = number % (SELECT count(*) FROM word WHERE part = wanted)
$$;
-- A number that looks random and is the same every time.
CREATE FUNCTION pg_temp.mix(number bigint, salt int) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT (hashint8extended(number, salt) & 1073741823)
$$;

INSERT INTO accounts_department (name, slug, code, last_case_number)
SELECT name, slug, code, 0 FROM (VALUES
    ('Network Services', 'network-services', 'NET'), ('Security Operations', 'security-operations', 'SEC'),
    ('Data Centre', 'data-centre', 'DC'), ('大阪支社', 'osaka', 'OSA')) AS other (name, slug, code);

INSERT INTO accounts_user (password, is_superuser, email, name, language, time_zone, is_active, is_staff, joined_at)
SELECT '!', false, 'person' || n || '@example.jp', 'Person ' || n, '', 'Asia/Tokyo', true, false, '2020-01-01T00:00:00Z'
FROM generate_series(1, 40) AS n;
INSERT INTO accounts_membership (user_id, department_id, role)
SELECT person.id, department.id, 'operator'
FROM accounts_user AS person
JOIN accounts_department AS department ON person.id % (SELECT count(*) FROM accounts_department) = department.id % (SELECT count(*) FROM accounts_department)
ON CONFLICT DO NOTHING;

INSERT INTO kb_party (created_at, updated_at, name, slug, kind, note)
SELECT now(), now(), initcap(kind) || ' ' || n, kind || '-' || n, kind, ''
FROM generate_series(1, 24) AS n, LATERAL (SELECT CASE n % 3 WHEN 0 THEN 'reseller' ELSE 'vendor' END AS kind) AS chosen;
INSERT INTO kb_product (created_at, updated_at, name, slug, vendor_id, scheme, path_needed, downgrades, revision)
SELECT now(), now(), 'Product ' || n, 'product-' || n,
       (SELECT id FROM kb_party WHERE kind = 'vendor' ORDER BY id OFFSET n LIMIT 1), 'general', true, false, gen_random_uuid()
FROM generate_series(0, 11) AS n;
INSERT INTO kb_device (public_id, created_at, updated_at, department_id, product_id, name, serial, zone)
SELECT md5('device' || department.id || '/' || n)::uuid, now(), now(), department.id,
       (SELECT id FROM kb_product ORDER BY id OFFSET n % 12 LIMIT 1), 'unit-' || n, 'S' || (100000 + n), 'Asia/Tokyo'
FROM accounts_department AS department, generate_series(1, 40) AS n;

-- 0 is the measured department.
CREATE TEMPORARY TABLE owner AS
SELECT id, code, (row_number() OVER (ORDER BY id <> current_setting('bench.department')::bigint, id) - 1) AS place FROM accounts_department;
CREATE TEMPORARY TABLE chosen_product AS SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM kb_product;
CREATE TEMPORARY TABLE chosen_party AS
SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM kb_party WHERE kind <> 'us';
CREATE TEMPORARY TABLE chosen_person AS SELECT id, row_number() OVER (ORDER BY id) - 1 AS place FROM accounts_user;

CREATE TEMPORARY TABLE planned AS
SELECT *, code || '-' || lpad(number::text, greatest(4, length(number::text)), '0') AS ref FROM (
SELECT n, owner.id AS department_id,
       owner.code, row_number() OVER (PARTITION BY owner.id ORDER BY n) AS number,
       owner.place > 0 AND pg_temp.mix(n, 2) % 4 = 0 AS shared,
       '2022-01-01T00:00:00Z'::timestamptz + make_interval(mins => (n * (1700000.0 / current_setting('bench.cases')::int))::int) AS opened_at
FROM generate_series(1, current_setting('bench.cases')::int) AS n
JOIN owner ON owner.place = CASE WHEN pg_temp.mix(n, 1) % 10 < 7 THEN 0 ELSE 1 + pg_temp.mix(n, 1) % 4 END
) AS numbered;

INSERT INTO tickets_case (created_at, updated_at, ref, title, kind, state, severity, release, opened_at, mail_token, audience,
                          assignee_id, created_by_id, department_id, product_id)
SELECT p.opened_at, p.opened_at + make_interval(hours => (pg_temp.mix(p.n, 3) % 900)::int), p.ref,
       pg_temp.say('thing', pg_temp.mix(p.n, 4)) || ' ' || pg_temp.say('fault', pg_temp.mix(p.n, 5))
           || ' (' || pg_temp.say('place', pg_temp.mix(p.n, 6)) || ' ' || pg_temp.mix(p.n, 7) % 1000 || ')',
       (ARRAY['defect', 'defect', 'behaviour_question', 'security', 'rma', 'licence', 'quotation', 'other'])[1 + pg_temp.mix(p.n, 8) % 8],
       (ARRAY['open', 'open', 'parked', 'solved', 'solved', 'closed', 'closed', 'closed', 'closed', 'closed'])[1 + pg_temp.mix(p.n, 9) % 10],
       (ARRAY['critical', 'high', 'medium', 'low', 'info', 'unknown'])[1 + pg_temp.mix(p.n, 10) % 6],
       '7.' || pg_temp.mix(p.n, 11) % 5 || '.' || pg_temp.mix(p.n, 12) % 9, p.opened_at, substr(md5('mail' || p.n), 1, 26),
       CASE WHEN p.shared THEN (SELECT array_agg(d ORDER BY d) FROM unnest(ARRAY[p.department_id, current_setting('bench.department')::bigint]) AS d)
            ELSE ARRAY[p.department_id] END,
       CASE WHEN pg_temp.mix(p.n, 13) % 3 > 0 THEN person.id END, person.id, p.department_id, product.id
FROM planned AS p
JOIN chosen_person AS person ON person.place = pg_temp.mix(p.n, 14) % (SELECT count(*) FROM chosen_person)
JOIN chosen_product AS product ON product.place = pg_temp.mix(p.n, 15) % (SELECT count(*) FROM chosen_product)
ORDER BY p.n;
UPDATE accounts_department AS d SET last_case_number = coalesce((SELECT max(number) FROM planned WHERE department_id = d.id), 0);

CREATE TEMPORARY TABLE made AS
SELECT c.id, p.n, p.shared, c.department_id, c.opened_at, c.created_by_id FROM planned AS p JOIN tickets_case AS c USING (ref);

INSERT INTO tickets_caseshare (case_id, department_id, shared_by_id, shared_at)
SELECT id, current_setting('bench.department')::bigint, created_by_id, opened_at FROM made WHERE shared ORDER BY n;
INSERT INTO tickets_caseparty (case_id, party_id, position)
SELECT made.id, party.id, k
FROM made, generate_series(0, 1) AS k
JOIN LATERAL (SELECT (pg_temp.mix(made.n, 16) + k * 7) % (SELECT count(*) FROM chosen_party) AS place) AS pick ON true
JOIN chosen_party AS party USING (place)
ORDER BY made.n, k;
INSERT INTO tickets_partyticket (case_id, party_id, number, added_at)
SELECT case_id, party_id, 'SR' || (7000000 + case_id), now() FROM tickets_caseparty WHERE position = 0 AND case_id % 2 = 0;
INSERT INTO tickets_case_devices (case_id, device_id)
SELECT made.id, device.id FROM made JOIN kb_device AS device
    ON device.department_id = made.department_id AND device.name = 'unit-' || (1 + pg_temp.mix(made.n, 17) % 40)
ORDER BY made.n;

-- Half of the cases have evidence that was read, and one finding in it.
INSERT INTO tickets_blob (sha256, size, stored_at)
SELECT encode(sha256(n::text::bytea), 'hex'), 1000000 + n, opened_at FROM made WHERE n % 2 = 0;
INSERT INTO jobs_job (public_id, kind, args, state, progress, detail, claims, deaths, failures, due_at, created_at, finished_at)
SELECT md5('job' || n)::uuid, 'read_evidence', '{}', 'done', 1, '', 1, 0, 0, opened_at, opened_at, opened_at FROM made WHERE n % 2 = 0;
INSERT INTO tickets_evidence (public_id, name, received_at, firmware, zone, note, blob_id, case_id, received_by_id, job_id)
SELECT md5('evidence' || n)::uuid, 'event-' || n || '.log.gz', made.opened_at, '7.0.2', 'Asia/Tokyo', '', encode(sha256(n::text::bytea), 'hex'), made.id,
       made.created_by_id, job.id
FROM made JOIN jobs_job AS job ON job.public_id = md5('job' || n)::uuid WHERE n % 2 = 0 ORDER BY n;
INSERT INTO tickets_reading (evidence_id, state, reason, lines, unread_lines, first_time, last_time, files, rule_set, read_at)
SELECT id, 'read', '', 20000 + id % 5000, 0, '', '', '[]', '1', received_at FROM tickets_evidence;
INSERT INTO tickets_custodyentry (evidence_id, sequence, happened_at, actor_id, action, details, previous_hash, hash)
SELECT id, k, received_at, CASE k WHEN 1 THEN received_by_id END, CASE k WHEN 1 THEN 'received' ELSE 'read' END, '{}',
       CASE k WHEN 1 THEN '' ELSE encode(sha256(('custody' || id || '/1')::bytea), 'hex') END,
       encode(sha256(('custody' || id || '/' || k)::bytea), 'hex')
FROM tickets_evidence, generate_series(1, 2) AS k ORDER BY id, k;
INSERT INTO tickets_finding (public_id, created_at, updated_at, key, rule, severity, transaction, recipient, device, firmware, summary, rule_set,
                             happened_at, lines, holds, status, case_id)
SELECT md5('finding' || n)::uuid, opened_at, opened_at, encode(sha256(('finding' || n)::bytea), 'hex'), 'rejected-and-delivered', 'high',
       '25809Eex' || n || '-25809Ef' || n, 'hanako@example.jp', 'unit-1', '7.0.2', 'Told the sender "rejected", delivered to hanako@example.jp.', '1',
       opened_at, '[]', true, 'new', id
FROM made WHERE n % 2 = 0 ORDER BY n;

-- Ten entries a case on average: from 5 to 15, their sum exactly ten times the cases (an even number of them).
INSERT INTO tickets_timelineentry (public_id, kind, happened_at, precision, recorded_at, text, state, case_id, author_id, from_party_id, to_party_id, evidence_id)
SELECT md5('entry' || made.n || '/' || k)::uuid,
       (ARRAY['message', 'ask', 'answer', 'message', 'promise', 'note', 'message', 'call', 'claim', 'state'])[1 + (k + made.n) % 10],
       made.opened_at + make_interval(hours => (k * 19)::int), 'minute', made.opened_at + make_interval(hours => (k * 19)::int),
       one.value || chr(10) || chr(10) || two.value, '', made.id, person.id,
       CASE WHEN k % 2 = 0 THEN party.party_id ELSE us.id END, CASE WHEN k % 2 = 0 THEN us.id ELSE party.party_id END,
       NULL
FROM made
CROSS JOIN LATERAL generate_series(1, 10 + (CASE made.n % 2 WHEN 0 THEN 1 ELSE -1 END) * (((made.n + 1) / 2) % 6)::int) AS k
JOIN chosen_person AS person ON person.place = (made.n + k) % (SELECT count(*) FROM chosen_person)
JOIN word AS one ON one.part = 'line' AND one.place = (made.n * 3 + k) % 9
JOIN word AS two ON two.part = 'line' AND two.place = (made.n * 5 + k * 2) % 9
JOIN tickets_caseparty AS party ON party.case_id = made.id AND party.position = k % 2
JOIN kb_party AS us ON us.slug = 'us'
ORDER BY made.n, k;
