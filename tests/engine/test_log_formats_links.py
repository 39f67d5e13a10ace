"""Ids that belong together: a filter's second queue id, rewritten MIDs, recipients and clients by their numbers."""

import os
import tempfile
from pathlib import Path

import pytest

from ingest.engine.event import Event
from ingest.engine.formats import make_format
from ingest.engine.result import ScanResult
from ingest.engine.scan import scan
from ingest.engine.source import Source
from tests.engine.gateway import REJECTED, TWICE, hits, reasons, scan_files, scan_lines
from tests.engine.test_log_formats import ESA_BEGIN, SMTPD_BEGIN, TO, esa, exim, sendmail, sendmail_to, smtpd_to

PARENT, CHILD, GRANDCHILD = "4F9D1A2B3C", "5AB77C01D2", "3QKtYd2t31z4xB"


def line(qid: str, words: str, at: str = "08:00:00", service: str = "smtp", host: str = "mx1") -> str:
    """A line of Postfix about a queue id."""
    return f"2026-01-05T{at}+09:00 {host} postfix/{service}[101]: {qid}: {words}"


def given(qid: str, reply: str, relay: str = "127.0.0.1[127.0.0.1]:10024", at: str = "08:00:02", to: str = TO) -> str:
    """A delivery that was taken with a reply."""
    return line(qid, f"to=<{to}>, relay={relay}, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent ({reply})", at)


def begin(qid: str, at: str = "08:00:01", host: str = "mx1") -> str:
    """The line by which a queue id begins."""
    return line(qid, "from=<a@example.net>, size=1, nrcpt=1 (queue active)", at, "qmgr", host)


REFUSED = line(
    PARENT,
    "milter-reject: END-OF-MESSAGE from mail.example.net[192.0.2.66]: 5.7.1 Spam; from=<a@example.net> "
    "to=<b@example.com> proto=ESMTP helo=<x>",
    service="cleanup",
)
AMAVIS = "250 2.0.0 from MTA(smtp:[127.0.0.1]:10025): 250 2.0.0 Ok: queued as"
LAST = given(CHILD, "250 2.0.0 Ok: queued as 77AB99CD01", "mx.example.com[198.51.100.9]:25", "08:00:04")


def astray(result: ScanResult, rule: str = REJECTED) -> int:
    """How many messages a rule says that it lost from sight when they were handed over."""
    return sum(count for count, why in reasons(result, rule) if "where they went on the log does not show" in why)


def test_what_a_filter_hands_back_is_the_same_message() -> None:
    result = scan_lines(begin(PARENT), REFUSED, given(PARENT, f"{AMAVIS} {CHILD}"), begin(CHILD), LAST)

    assert hits(result) == [(REJECTED, "high", TO)]
    assert (result.transactions, result.messages, astray(result)) == (1, 1, 0)
    [finding] = result.findings
    assert (finding.transaction, finding.children) == (PARENT, (CHILD,))


def test_handing_over_to_a_filter_is_no_delivery_and_where_it_goes_on_is_not_known() -> None:
    result = scan_lines(begin(PARENT), REFUSED, given(PARENT, f"{AMAVIS} {CHILD}"))
    joined = scan_lines(begin(PARENT), given(PARENT, f"{AMAVIS} {CHILD}"), begin(CHILD), LAST)
    taken = scan_lines(begin(PARENT), given(PARENT, f"{AMAVIS} {CHILD}"))

    assert (hits(result), astray(result)) == ([], 1)
    assert (hits(joined), reasons(joined, REJECTED), reasons(joined, TWICE)) == ([], [], [])
    assert (hits(taken), reasons(taken, REJECTED), reasons(taken, TWICE)) == ([], [], [])


def piped(at: str = "08:00:02") -> str:
    """A delivery to a program."""
    words = "relay=spamfilter, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (delivered via spamfilter service)"
    return line(PARENT, f"to=<{TO}>, {words}", at, "pipe")


TEN = [f"4F9D1A2B{number:02}" for number in range(10)]


@pytest.mark.parametrize(
    "lines",
    [
        [piped()],
        [given(PARENT, f"{AMAVIS} {CHILD}"), begin(CHILD, "08:15:00"), LAST.replace("T08:00", "T08:15")],
        [given(PARENT, f"{AMAVIS} {CHILD}"), begin(CHILD, "05:00:00"), begin(CHILD), LAST],
        [given(PARENT, f"{AMAVIS} {CHILD}"), given(CHILD, f"{AMAVIS} {PARENT}")],
        [given(PARENT, f"{AMAVIS} {CHILD}"), begin(CHILD)],
        [given(PARENT, f"{AMAVIS} {CHILD}"), begin(CHILD), LAST.replace(TO, "c@example.com")],
        [
            given(one, f"{AMAVIS} {next_}")
            for one, next_ in zip([PARENT, *TEN], [*TEN, CHILD], strict=True)
        ] + [begin(CHILD), LAST],
    ],
    ids=["pipe", "late", "used before", "circle", "nobody named", "somebody else", "long chain"],
)  # fmt: skip
def test_a_refused_message_that_is_lost_from_sight_is_said_to_be(lines: list[str]) -> None:
    result = scan_lines(begin(PARENT), REFUSED, *lines)

    assert (hits(result), astray(result)) == ([], 1)
    assert astray(scan_lines(begin(PARENT), *lines)) == 0


def test_two_handovers_of_which_one_is_not_followed_may_be_two_deliveries() -> None:
    first, again = given(PARENT, f"{AMAVIS} {CHILD}"), given(PARENT, f"{AMAVIS} {GRANDCHILD}", at="08:00:03")
    for lines in ([first, again], [piped(), piped("08:00:03")], [first, again, begin(CHILD), LAST]):
        assert astray(scan_lines(begin(PARENT), *lines), TWICE) == 1
    for lines in ([first], [first, first], [first, begin(CHILD), LAST]):
        assert reasons(scan_lines(begin(PARENT), *lines), TWICE) == []


def test_a_recipient_whom_the_filters_second_id_does_not_name_is_lost_from_sight() -> None:
    both = [given(PARENT, f"{AMAVIS} {CHILD}"), given(PARENT, f"{AMAVIS} {CHILD}", to="c@example.com")]
    result = scan_lines(begin(PARENT), REFUSED, *both, begin(CHILD), LAST)
    whole = scan_lines(begin(PARENT), REFUSED, *both, begin(CHILD), LAST, LAST.replace(TO, "c@example.com"))

    assert (hits(result), astray(result), result.transactions) == ([(REJECTED, "high", TO)], 1, 1)
    assert (len(hits(whole)), astray(whole), whole.transactions) == (2, 0, 1)


def test_links_are_followed_over_several_hops_whatever_the_order_of_the_lines() -> None:
    lines = [
        begin(PARENT),
        REFUSED,
        given(PARENT, f"{AMAVIS} {CHILD}"),
        begin(CHILD),
        given(CHILD, f"250 2.0.0 Ok: queued as {GRANDCHILD}", "localhost[::1]:10026"),
        begin(GRANDCHILD),
        given(GRANDCHILD, "250 2.0.0 Ok: queued as 77AB99CD01", "mx.example.com[198.51.100.9]:25", "08:00:04"),
    ]
    for turned in (lines, lines[::-1]):
        result = scan_lines(*turned)

        assert hits(result) == [(REJECTED, "high", TO)]
        assert result.findings[0].transaction == PARENT
        assert (result.transactions, result.findings[0].children) == (1, tuple(sorted((CHILD, GRANDCHILD))))


def test_a_filter_on_another_host_hands_over_too_when_the_id_comes_back() -> None:
    there = given(PARENT, f"250 2.0.0 Ok: queued as {CHILD}", "filter.example.com[198.51.100.77]:10024")
    back = line(CHILD, "client=filter.example.com[198.51.100.77]", "08:00:01", "smtpd")
    result = scan_lines(begin(PARENT), back, there, begin(CHILD), LAST)

    assert (hits(result), result.transactions) == ([], 1)
    assert hits(scan_lines(begin(PARENT), REFUSED, back, there)) == [(REJECTED, "high", TO)]


def test_a_reply_that_led_to_an_id_of_ours_hides_no_other_message_with_the_same_reply() -> None:
    reply, hop, other = f"250 2.0.0 Ok: queued as {CHILD}", "filter.example.com[198.51.100.77]:10024", "4F9D1A2B77"
    back = line(CHILD, "client=filter.example.com[198.51.100.77]", "08:00:01", "smtpd")
    joined = [begin(PARENT), back, given(PARENT, reply, hop), begin(CHILD), LAST]
    for hour in ("08", "18"):
        again = [
            REFUSED.replace(PARENT, other),
            given(other, reply, hop, f"{hour}:00:02"),
            begin(other, f"{hour}:00:01"),
        ]
        result = scan_lines(*joined, *again)

        assert [(one.rule, one.severity, one.transaction) for one in result.findings] == [(REJECTED, "high", other)]


SENDER = "198.51.100.66"


@pytest.mark.parametrize("status", ["sent (250 2.0.0 Ok:", "deferred (host evil.example.net[198.51.100.66] said: 451"])
@pytest.mark.parametrize("to", ["evil@example.net", TO])
def test_a_sender_who_is_a_next_hop_too_cannot_make_his_refused_message_part_of_another(status: str, to: str) -> None:
    came = line(CHILD, f"client=evil.example.net[{SENDER}]", "08:00:00", "smtpd")
    mine = [came, begin(CHILD), REFUSED.replace(PARENT, CHILD), LAST]
    words = f"relay=evil.example.net[{SENDER}]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status={status}"
    other = [begin(PARENT), line(PARENT, f"to=<{to}>, {words} queued as {CHILD})", "08:00:05")]
    if to == TO and status.startswith("sent"):  # then all of it is a message to somebody whose own host this is
        other.append(LAST.replace(TO, "c@example.com"))
    result = scan_lines(*mine, *other)

    assert {(one.rule, one.severity, one.transaction) for one in result.findings} >= {(REJECTED, "high", CHILD)}
    assert result.transactions == 2


def test_a_next_hop_that_answers_with_an_id_of_ours_that_came_from_elsewhere_joins_nothing() -> None:
    """It can read our ids in headers; believed, it could hide that a refused message reached it."""
    there = given(PARENT, f"250 2.0.0 Ok: queued as {CHILD}", "mx.example.com[198.51.100.9]:25")
    other = [line(CHILD, "client=mail.example.net[192.0.2.66]", "08:00:01", "smtpd"), begin(CHILD), LAST]
    result = scan_lines(begin(PARENT), REFUSED, *other, there)

    assert hits(result) == [(REJECTED, "high", TO)]
    assert (result.transactions, result.findings[0].children) == (2, ())


def test_an_id_of_the_next_hop_that_only_looks_like_ours_joins_nothing() -> None:
    """Short ids are used again: the same id hours away is another message."""
    there = given(PARENT, f"250 2.0.0 Ok: queued as {CHILD}", "127.0.0.1[127.0.0.1]:10024")
    later = [begin(CHILD, "18:00:00"), LAST.replace("T08:00:04", "T18:00:04")]
    result = scan_lines(begin(PARENT), REFUSED, there, *later)

    assert (hits(result), result.transactions, astray(result)) == ([], 2, 1)
    assert hits(scan_lines(begin(PARENT), REFUSED, there, begin(CHILD), LAST)) == [(REJECTED, "high", TO)]


def test_ids_of_two_devices_are_never_joined() -> None:
    ours = [begin(PARENT), REFUSED, given(PARENT, f"{AMAVIS} {CHILD}")]
    theirs = [text.replace(" mx1 ", " mx2 ") for text in (begin(CHILD), LAST)]

    result = scan_lines(*ours, *theirs)

    assert (hits(result), result.transactions, astray(result)) == ([], 2, 1)


def test_links_are_followed_across_files_of_one_device() -> None:
    one = "\n".join([begin(PARENT), REFUSED, given(PARENT, f"{AMAVIS} {CHILD}")])
    other = "\n".join([begin(CHILD), LAST])

    assert hits(scan_files(one, other)) == hits(scan_files(other, one)) == [(REJECTED, "high", TO)]


def test_ids_that_lead_in_a_circle_stay_apart() -> None:
    circle = [
        given(PARENT, f"{AMAVIS} {CHILD}"),
        given(CHILD, f"{AMAVIS} {PARENT}"),
        given(GRANDCHILD, f"{AMAVIS} {GRANDCHILD}"),
    ]

    assert scan_lines(*circle).messages == 3


def test_a_notice_of_non_delivery_is_a_message_of_its_own() -> None:
    notice = [line(PARENT, f"sender non-delivery notification: {CHILD}", service="bounce"), begin(CHILD), LAST]
    bounced = line(
        PARENT,
        f"to=<{TO}>, relay=mx.example.com[198.51.100.9]:25, delay=1, delays=0/0/0/1, dsn=5.1.1, status=bounced (no)",
    )
    result = scan_lines(begin(PARENT), bounced, *notice)

    assert (hits(result), result.transactions) == ([], 2)


def test_mailbox_servers_on_this_host_deliver_and_other_programs_take_over() -> None:
    read = make_format("postfix").read
    way = "to=<b@example.com>, relay={}, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent ({})"

    def done(service: str, relay: str, reply: str) -> str:
        answer = read(line(PARENT, way.format(relay, reply), service=service))
        assert isinstance(answer, Event)
        return answer.done

    assert done("lmtp", "127.0.0.1[127.0.0.1]:24", "250 2.0.0 <b@example.com> x1 Saved") == "delivered"
    assert done("lmtp", "mx1[private/dovecot-lmtp]", "250 2.0.0 <b@example.com> x1 Saved") == "delivered"
    assert done("local", "local", "delivered to mailbox") == "delivered"
    assert done("smtp", "mx1[/var/run/filter.sock]", f"250 2.0.0 Ok: queued as {CHILD}") == "handed_over"
    assert done("pipe", "spamfilter", "delivered via spamfilter service") == "handed_over"
    assert done("discard", "none", "thrown away") == "discarded"


def test_sendmail_that_hands_to_itself_has_delivered_nothing() -> None:
    own = "605800Ab000103"
    handed = sendmail_to(f"Sent ({own} Message accepted for delivery)", "2.0.0").replace(
        "mx.example.com. [198.51.100.9]", "[127.0.0.1] [127.0.0.1]"
    )
    child = [text.replace("605800Aa000101", own) for text in (sendmail_to("Sent (ok: queued as 77AB)", "2.0.0"),)]
    result = scan_lines(sendmail("Milter: data, reject=554 5.7.1 Spam"), handed, *child)

    assert (hits(result), result.transactions) == ([(REJECTED, "high", TO)], 1)


def test_exim_that_hands_to_itself_has_delivered_nothing() -> None:
    own = "1vcabd-000002-CD"
    lines = [
        exim("H=mail.example.net [192.0.2.66] F=<a@example.net> rejected after DATA: spam"),
        exim(f'=> {TO} R=filter T=remote_smtp H=127.0.0.1 [127.0.0.1] C="250 OK id={own}"'),
    ]
    again = exim(f"=> b <{TO}> R=local_user T=maildir_home").replace("1vcabc-000001-AB", own)

    assert (hits(scan_lines(*lines)), astray(scan_lines(*lines))) == ([], 1)
    assert hits(scan_lines(*lines, again)) == [(REJECTED, "high", TO)]
    assert astray(scan_lines(*lines, again)) == 0


def test_opensmtpd_that_hands_to_its_own_filter_has_delivered_nothing() -> None:
    first = [text.replace("f6e94209", "3d4c4a42") for text in (*SMTPD_BEGIN, smtpd_to("Ok", "250 2.0.0: {} Message"))]
    handed = first[-1].replace("198.51.100.9 (mx.example.com)", "127.0.0.1 (localhost)").format("f6e94209")
    handed = handed.replace(" Message", " Message accepted for delivery")
    result = scan_lines(*first[:-1], handed, *SMTPD_BEGIN, smtpd_to("Ok", "250 2.0.0 Ok: queued as 77AB", "08:00:02"))

    assert (hits(result), result.transactions, result.messages) == ([], 1, 1)


def test_a_rewritten_mid_is_the_same_message_and_knows_its_recipients() -> None:
    lines = [
        *ESA_BEGIN,
        esa("MID 6 rejected by policy"),
        esa("MID 6 rewritten to MID 7 by add-footer filter"),
        esa("Message done DCID 8 MID 7 to RID [0]"),
    ]
    result = scan_lines(*lines)

    assert hits(result) == [(REJECTED, "high", TO)]
    assert (result.findings[0].transaction, result.findings[0].children) == ("MID 6", ("MID 7",))


def test_two_messages_of_one_connection_stay_apart_and_both_have_its_client() -> None:
    reader = make_format("cisco_esa")
    for text in ESA_BEGIN:
        reader.read(text)
    first, second = reader.read(esa("Start MID 6 ICID 5")), reader.read(esa("Start MID 7 ICID 5"))

    assert isinstance(first, Event)
    assert isinstance(second, Event)
    assert (first.key, first.client, second.key, second.client) == ("MID 6", "192.0.2.66", "MID 7", "192.0.2.66")


def test_a_recipient_whose_number_no_line_explains_is_not_judged() -> None:
    result = scan_lines(esa("MID 6 rejected by policy"), esa("Message done DCID 8 MID 6 to RID [0]"))

    assert hits(result) == []
    assert reasons(result, REJECTED)
    assert REJECTED not in result.finding_counts


def esa_files(*logs: str) -> ScanResult:
    """Scan files of one ESA, given in this order."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / f"{number}.log" for number in range(len(logs))]
        for path, log in zip(paths, logs, strict=True):
            path.write_text(log)
            os.utime(path, (0, 0))
        return scan([Source(path, path.name, device="ESA1") for path in paths])


def test_numbers_of_two_units_in_one_collectors_file_are_kept_apart() -> None:
    def framed(host: str, lines: list[str]) -> list[str]:
        return [f"Jan  5 08:00:00 {host} mail_logs: {text.partition(' 2026 ')[2]}" for text in lines]

    one, other = framed("esa1", ESA_BEGIN), framed("esa2", [text.replace(TO, "c@example.org") for text in ESA_BEGIN])
    ends = [esa("MID 6 rejected by policy"), esa("Message done DCID 8 MID 6 to RID [0]")]
    result = scan_lines(*one, *other, *framed("esa1", ends))

    assert (hits(result), result.transactions) == ([(REJECTED, "high", TO)], 2)


def test_what_a_filter_dropped_or_a_quarantine_holds_is_known_for_each_recipient() -> None:
    begin_ = [*ESA_BEGIN, esa("MID 6 ICID 5 RID 1 To: <c@example.com>")]
    for end in ("Message aborted MID 6 Dropped by antivirus", 'MID 6 quarantined to "Policy" (filter:x)'):
        result = scan_lines(*begin_, esa(end))

        assert (result.unfinished, hits(result)) == (0, [])
    assert scan_lines(*begin_).unfinished == 1


def test_a_message_that_never_came_in_whole_is_not_lost() -> None:
    result = scan_lines(*ESA_BEGIN, esa("Message aborted MID 6 Receiving aborted by sender"))

    assert (result.unfinished, hits(result)) == (0, [])


def test_a_rotated_log_knows_the_recipients_of_the_file_before_it() -> None:
    before = "\n".join([*ESA_BEGIN, esa("MID 6 rejected by policy")])

    assert hits(esa_files(before, esa("Message done DCID 8 MID 6 to RID [0]"))) == [(REJECTED, "high", TO)]


@pytest.mark.parametrize("ids", ["6f0c1d5e-0000-4000-8000-000000000001", ""])
def test_exchange_names_a_message_by_its_network_id_else_by_two(ids: str) -> None:
    head = "#Fields: date-time,server-hostname,event-id,internal-message-id,message-id,network-message-id"
    rows = [
        f"2026-01-05T08:00:0{n}Z,EX1,DELIVER,10{n},<1@example.net>,{ids},b@example.com,a@example.net" for n in (1, 2)
    ]
    result = scan_lines(f"{head},recipient-address,sender-address", *rows)

    assert result.transactions == (1 if ids else 2)
    assert hits(result) == ([(TWICE, "low", TO)] if ids else [])
