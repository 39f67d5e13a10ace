"""Every format that is data, from lines to findings: refused and delivered, delivered twice, deferred then sent."""

import pytest

from ingest.engine.formats import DATA, REGISTRY, detect
from ingest.engine.result import ScanResult
from tests.engine.gateway import REJECTED, TWICE, hits, scan_files, scan_lines

TO = "b@example.com"
CSV = "time,qid,from,to,status,reply,relay_ip"
EXCHANGE = (
    "#Fields: date-time,client-ip,client-hostname,server-hostname,source-context,source,event-id,"
    "internal-message-id,message-id,network-message-id,recipient-address,recipient-status,recipient-count,"
    "message-subject,sender-address"
)


def postfix(words: str, at: str = "08:00:00", service: str = "smtp") -> str:
    """A line of Postfix about one message."""
    return f"Jan  5 {at} mx1 postfix/{service}[101]: 4F9D1A2B3C: {words}"


def postfix_to(status: str, reply: str, at: str = "08:00:01", relay: str = "mx.example.com[198.51.100.9]:25") -> str:
    """What Postfix says of a delivery."""
    code = {"sent": "2.0.0", "deferred": "4.4.1", "bounced": "5.1.1"}[status]
    return postfix(f"to=<{TO}>, relay={relay}, delay=1, delays=0/0/0/1, dsn={code}, status={status} ({reply})", at)


def sendmail(words: str, at: str = "08:00:00") -> str:
    """A line of sendmail about one message."""
    return f"Jan  5 {at} mx1 sm-mta[101]: 605800Aa000101: {words}"


def sendmail_to(stat: str, dsn: str, at: str = "08:00:01") -> str:
    """What sendmail says of a delivery."""
    how = "delay=00:00:01, xdelay=00:00:01, mailer=esmtp, pri=1, relay=mx.example.com. [198.51.100.9]"
    return sendmail(f"to=<{TO}>, {how}, dsn={dsn}, stat={stat}", at)


def exim(words: str, at: str = "08:00:00") -> str:
    """A line of Exim about one message."""
    return f"2026-01-05 {at} 1vcabc-000001-AB {words}"


def esa(words: str, at: str = "08:00:00") -> str:
    """A line of an ESA."""
    return f"Mon Jan  5 {at} 2026 Info: {words}"


def key_values(words: str, at: str = "08:00:00") -> str:
    """A line of some gateway that writes key=value."""
    return f'Jan  5 {at} gw1 mailgw[101]: qid=77AB from="a@example.net" to="{TO}" {words}'


def row(status: str, reply: str = "", at: str = "08:00:00", ip: str = "198.51.100.9") -> str:
    """A row of some gateway's table."""
    return f"2026-01-05 {at},77AB,a@example.net,{TO},{status},{reply},{ip}"


def json_line(status: str, reply: str = "", at: str = "08:00:00") -> str:
    """A line of some gateway that writes JSON."""
    head = f'"time": "2026-01-05T{at}Z", "qid": "77AB", "from": "a@example.net", "to": "{TO}"'
    return f'{{{head}, "status": "{status}", "reply": "{reply}"}}'


def exchange(event: str, status: str = "", context: str = "", at: str = "08:00:00", subject: str = "hello") -> str:
    """A row of Exchange's message tracking log."""
    where = "EX1,mx.example.com" if event == "SEND" else "mail.example.net,EX1"
    ids = "101,<1@example.net>,6f0c1d5e-0000-4000-8000-000000000001"
    what = f'"{context}",SMTP,{event},{ids},{TO},{status},1,"{subject}",a@example.net'
    return f"2026-01-05T{at}.000Z,192.0.2.66,{where},{what}"


def smtpd(words: str, at: str = "08:00:00") -> str:
    """A line of OpenSMTPD."""
    return f"Jan  5 {at} mx1 smtpd[101]: 5df87c9c42abeddb {words}"


def smtpd_to(result: str, stat: str, at: str = "08:00:01") -> str:
    """What OpenSMTPD says of a delivery."""
    way = 'rcpt=<-> source="198.51.100.1" relay="198.51.100.9 (mx.example.com)" delay=1s'
    who = f"evpid=f6e94209918f7e7b from=<a@example.net> to=<{TO}>"
    return smtpd(f'mta delivery {who} {way} result="{result}" stat="{stat}"', at)


SMTPD_BEGIN = [
    smtpd("smtp connected address=192.0.2.66 host=mail.example.net"),
    smtpd("smtp message msgid=f6e94209 size=802 nrcpt=1 proto=ESMTP"),
    smtpd(f"smtp envelope evpid=f6e94209918f7e7b from=<a@example.net> to=<{TO}>"),
]
ESA_BEGIN = [
    esa("New SMTP ICID 5 interface Management (198.51.100.1) address 192.0.2.66 reverse dns host x verified no"),
    esa("Start MID 6 ICID 5"),
    esa("MID 6 ICID 5 From: <a@example.net>"),
    esa(f"MID 6 ICID 5 RID 0 To: <{TO}>"),
    esa("New SMTP DCID 8 interface 198.51.100.1 address 198.51.100.9 port 25"),
]
POSTFIX_BEGIN = [
    postfix("client=mail.example.net[192.0.2.66]", service="smtpd"),
    postfix("from=<a@example.net>, size=1105, nrcpt=1 (queue active)", service="qmgr"),
]
SENDMAIL_BEGIN = [sendmail("from=<a@example.net>, size=1105, class=0, nrcpts=1, msgid=<1@example.net>, proto=ESMTP")]
EXIM_BEGIN = [exim("<= a@example.net H=mail.example.net [192.0.2.66] P=esmtp S=1105 id=1@example.net")]
EXIM_WAY = "R=dnslookup T=remote_smtp H=mx.example.com [198.51.100.9]"

CONTRADICTIONS = {
    "postfix": [
        *POSTFIX_BEGIN,
        postfix(
            "milter-reject: END-OF-MESSAGE from mail.example.net[192.0.2.66]: 5.7.1 Spam; "
            f"from=<a@example.net> to=<{TO}> proto=ESMTP helo=<mail.example.net>",
            service="cleanup",
        ),
        postfix_to("sent", "250 2.0.0 Ok: queued as 77AB"),
    ],
    "sendmail": [
        *SENDMAIL_BEGIN,
        sendmail("Milter: data, reject=554 5.7.1 Spam"),
        sendmail(f"to=<{TO}>, delay=00:00:00, pri=1, stat=Spam"),
        sendmail_to("Sent (ok: queued as 77AB)", "2.0.0"),
    ],
    "exim": [
        *EXIM_BEGIN,
        exim("H=mail.example.net [192.0.2.66] F=<a@example.net> rejected after DATA: spam"),
        exim(f'=> {TO} {EXIM_WAY} C="250 2.0.0 Ok: queued as 77AB"'),
    ],
    "cisco_esa": [
        *ESA_BEGIN,
        esa("MID 6 rejected by DMARC policy"),
        esa("Message done DCID 8 MID 6 to RID [0]"),
    ],
    "syslog_kv": [
        key_values('status=rejected reply="550 5.7.1 no"'),
        key_values('status=delivered reply="250 ok queued as 99CD" relay_ip=198.51.100.9'),
    ],
    "csv": [CSV, row("rejected", "550 no", ip=""), row("delivered", "250 ok queued as 99CD")],
    "json_lines": [json_line("rejected", "550 no"), json_line("delivered", "250 ok queued as 99CD")],
}
TWICE_DELIVERED = {
    "postfix": [*POSTFIX_BEGIN, *(postfix_to("sent", f"250 2.0.0 Ok: queued as 77A{n}") for n in "BC")],
    "sendmail": [*SENDMAIL_BEGIN, *(sendmail_to(f"Sent (ok: queued as 77A{n})", "2.0.0") for n in "BC")],
    "exim": [*EXIM_BEGIN, *(exim(f'=> {TO} {EXIM_WAY} C="250 Ok: queued as 77A{n}"') for n in "BC")],
    "cisco_esa": [*ESA_BEGIN, *(esa(f"Message done DCID {n} MID 6 to RID [0]") for n in "89")],
    "opensmtpd": [*SMTPD_BEGIN, *(smtpd_to("Ok", f"250 2.0.0 Ok: queued as 77A{n}") for n in "BC")],
    "exchange_tracking": [
        EXCHANGE,
        exchange("RECEIVE"),
        *(exchange("SEND", "250 2.1.5 OK", f"08DA;250 2.6.0 [InternalId={n}] Queued mail") for n in "12"),
    ],
    "syslog_kv": [key_values(f'status=sent reply="250 ok queued as 77A{n}"') for n in "BC"],
    "csv": [CSV, *(row("sent", f"250 ok queued as 77A{n}") for n in "BC")],
    "json_lines": [json_line("sent", f"250 ok queued as 77A{n}") for n in "BC"],
}
DEFERRED_THEN_SENT = {
    "postfix": [
        *POSTFIX_BEGIN,
        postfix_to("deferred", "connect to mx.example.com[198.51.100.9]:25: Connection timed out"),
        postfix_to("sent", "250 2.0.0 Ok: queued as 77AB", "12:00:00"),
    ],
    "sendmail": [
        *SENDMAIL_BEGIN,
        sendmail_to("Deferred: Connection refused by mx.example.com.", "4.0.0"),
        sendmail_to("Sent (ok: queued as 77AB)", "2.0.0", "12:00:00"),
    ],
    "exim": [
        *EXIM_BEGIN,
        exim(f"== {TO} R=dnslookup T=remote_smtp defer (-44) H=mx.example.com [198.51.100.9]: 451 later"),
        exim(f'=> {TO} {EXIM_WAY} C="250 Ok: queued as 77AB"', "12:00:00"),
    ],
    "cisco_esa": [
        *ESA_BEGIN,
        esa("Delayed: DCID 7 MID 6 to RID 0 - 4.3.2 - Not accepting messages at this time ('421', ['later']) []"),
        esa("Message done DCID 8 MID 6 to RID [0]", "12:00:00"),
    ],
    "opensmtpd": [
        *SMTPD_BEGIN,
        smtpd_to("TempFail", "421 4.7.0 later"),
        smtpd_to("Ok", "250 2.0.0 Ok: queued as 77AB", "12:00:00"),
    ],
    "exchange_tracking": [
        EXCHANGE,
        exchange("RECEIVE"),
        exchange("DEFER"),
        exchange("SEND", "250 2.1.5 OK", "08DA;250 2.6.0 [InternalId=1] Queued mail", "12:00:00"),
    ],
    "syslog_kv": [key_values("status=deferred"), key_values('status=sent reply="250 ok queued as 77AB"', "12:00:00")],
    "csv": [CSV, row("deferred", "451 later"), row("sent", "250 ok queued as 77AB", "12:00:00")],
    "json_lines": [json_line("deferred", "451 later"), json_line("sent", "250 ok queued as 77AB", "12:00:00")],
}


def scanned(name: str, lines: list[str]) -> ScanResult:
    """Scan lines that must be taken for a format, every one of them read."""
    result = scan_lines(*lines)
    assert [file.format for file in result.files] == [name]
    assert result.complete, result.files[0].unread_examples
    return result


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_refused_and_delivered_is_found(name: str) -> None:
    result = scanned(name, CONTRADICTIONS[name])

    assert hits(result) == [(REJECTED, "high", TO)]
    [finding] = result.findings
    assert {one.says for one in finding.evidence} == {"rejected", "delivered"}
    assert all(one.transaction for one in finding.evidence)


@pytest.mark.parametrize("name", TWICE_DELIVERED)
def test_delivered_twice_is_found_by_two_receipts(name: str) -> None:
    assert hits(scanned(name, TWICE_DELIVERED[name])) == [(TWICE, "medium", TO)]


@pytest.mark.parametrize("name", TWICE_DELIVERED)
def test_the_same_lines_in_two_files_are_one_delivery_each(name: str) -> None:
    log = "".join(f"{line}\n" for line in TWICE_DELIVERED[name][:-1])
    result = scan_files(log, log, devices=("MX", "MX"))

    assert hits(result) == []
    assert result.messages == 1


@pytest.mark.parametrize("name", DEFERRED_THEN_SENT)
def test_deferred_and_later_sent_is_no_finding(name: str) -> None:
    result = scanned(name, DEFERRED_THEN_SENT[name])

    assert (hits(result), result.messages) == ([], 1)


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_the_refused_alone_and_the_delivered_alone_are_no_finding(name: str) -> None:
    lines = CONTRADICTIONS[name]

    assert hits(scan_lines(*lines[:-1])) == []
    assert hits(scan_lines(*(line for line in lines if "reject" not in line))) == []


def test_every_format_has_its_file_and_its_tests() -> None:
    assert {name for name, entry in REGISTRY.items() if entry.spec} == set(DATA)
    # A FortiGate delivers nothing: it tells what was refused, and that is all.
    assert set(DATA) - {"fortigate"} == set(TWICE_DELIVERED) == set(DEFERRED_THEN_SENT)
    # Exchange writes no refusal into this log, and OpenSMTPD none that names a message.
    assert set(DATA) - {"fortigate", "exchange_tracking", "opensmtpd"} == set(CONTRADICTIONS)


def test_a_fortigate_says_who_was_refused_and_never_that_something_was_delivered() -> None:
    head = 'date=2026-01-05 time=08:00:00 devid="FG1" logid="0508020480" type="utm" subtype="emailfilter" sessionid=1'
    result = scanned("fortigate", [f'{head} action="blocked" from="a@example.net" to="{TO}" subject="status=sent"'])

    assert (hits(result), result.messages) == ([], 1)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("postfix", "queued as 77AB"),
        ("sendmail", "77AB"),
        ("exim", "77AB"),
        ("syslog_kv", "99CD"),
        ("csv", "99CD"),
        ("json_lines", "99CD"),
    ],
)
def test_a_finding_quotes_the_answer_and_the_receipt(name: str, words: str) -> None:
    [finding] = scanned(name, CONTRADICTIONS[name]).findings

    assert words.removeprefix("queued as ") in finding.summary
    assert any(word in finding.summary for word in ("Spam", "spam", "550"))


@pytest.mark.parametrize("name", ["postfix", "sendmail"])
def test_the_deciding_words_of_a_line_are_marked(name: str) -> None:
    [finding] = scanned(name, CONTRADICTIONS[name]).findings
    [delivered] = [one for one in finding.evidence if one.says == "delivered"]
    [(begin, end)] = delivered.spans

    assert delivered.text[begin:end].lower().startswith("sent")


@pytest.mark.parametrize("lines", [*CONTRADICTIONS.values(), *TWICE_DELIVERED.values()])
def test_order_and_repetition_of_lines_change_nothing(lines: list[str]) -> None:
    """But for tables, whose header must come first, and the ESA's, whose lines name things by earlier ones."""
    head = 1 if lines[0] in {CSV, EXCHANGE} else len(ESA_BEGIN) if "ICID" in lines[0] else 0
    turned = [*lines[:head], *reversed(lines[head:])]

    assert hits(scan_lines(*lines)) == hits(scan_lines(*turned)) == hits(scan_lines(*lines[:head], *turned, *turned))


ALL = {name: lines for group in (TWICE_DELIVERED, CONTRADICTIONS) for name, lines in group.items()}


@pytest.mark.parametrize("name", ALL)
def test_each_log_is_taken_for_its_own_format_and_for_no_other(name: str) -> None:
    matches = detect(ALL[name])

    assert matches[0].name == name
    assert matches[0].score == 1.0
    assert f"read as {name}" in matches[0].reason
    assert all(match.score < 0.5 or REGISTRY[match.name].generic for match in matches[1:])


def test_generic_formats_are_asked_only_where_no_other_knows_the_lines() -> None:
    fortimail = REGISTRY["fortimail"].sample
    framed = f"Jan  5 08:00:00 gw1 fml: {fortimail}"

    assert [match.name for match in detect([framed, framed])] == ["fortimail"]
    assert detect([*CONTRADICTIONS["postfix"], *CONTRADICTIONS["syslog_kv"]])[0].name == "postfix"


def test_lines_of_other_programs_in_the_same_file_are_read_and_say_nothing() -> None:
    foreign = "Jan  5 08:00:00 mx1 dovecot: imap-login: Login: user=<b>, status=sent, reject=554"
    result = scanned("postfix", [foreign, *CONTRADICTIONS["postfix"], foreign, foreign])

    assert hits(result) == [(REJECTED, "high", TO)]


@pytest.mark.parametrize(
    "line",
    [
        "hello",
        "Jan  5 08:00:00 mx1 kernel: eth0 up",
        "{}",
        "a,b,c",
        "{" * 3000,
        '{"a":' * 3000,
        "2026-01-05 08:00:00 x",
    ],
)
def test_what_is_no_mail_log_is_taken_for_none(line: str) -> None:
    assert detect([line]) == []
