"""What one line says: the table of the contract, row by row."""

import pytest

from tests.engine.gateway import delivery, envelope, event, history, rcpt, read, refusal, spam, virus


@pytest.mark.parametrize(
    ("message", "told", "scope", "recipients"),
    [
        ("Milter: data, reject=554 5.7.1 No", "refused", "message", ()),
        ("Milter: data, reject=451 4.7.1 Later", "deferred", "message", ()),
        ("Milter: data, reject=421 4.7.0 closing connection", "deferred", "message", ()),
        ("Milter: connect, reject=550 No", "refused", "connection", ()),
        ("Milter: connect: host=mail.example.net, addr=192.0.2.66, reject=550 No", "refused", "connection", ()),
        ("Milter: helo, reject=550 No", "refused", "connection", ()),
        ("Milter: from, reject=550 No", "refused", "message", ()),
        ("Milter: from=<a@example.net>, reject=550 No", "refused", "message", ()),
        ("Milter: to, reject=550 No", "refused", "recipient", ()),
        ("Milter: to=<B@Example.com>, reject=550 No", "refused", "recipient", ("b@example.com",)),
        ("ruleset=data, arg1=x, relay=[192.0.2.66], reject=554 No", "refused", "message", ()),
        ("ruleset=eom, reject=554 No", "refused", "message", ()),
        ("ruleset=check_relay, arg1=m, arg2=192.0.2.66, relay=x, reject=553 No", "refused", "connection", ()),
        ("ruleset=check_mail, arg1=<a@example.net>, relay=[192.0.2.66], reject=451 No", "deferred", "message", ()),
        ("ruleset=check_rcpt, arg1=<b@example.com>, reject=550 No", "refused", "recipient", ("b@example.com",)),
        ("Milter: data, reject=Command rejected", "unknown", "message", ()),
        ("ruleset=check_vendor, arg1=x, reject=550 No", "unknown", None, ()),
        ("Milter (fml): data, reject=554 5.7.1 No", "refused", "message", ()),
        ("Milter: data, discard", "unknown", None, ()),
        ("STARTTLS=server, relay=[192.0.2.66], version=TLSv1.2, verify=NO", "unknown", None, ()),
    ],
)  # fmt: skip
def test_the_answer_to_a_step_of_the_session(message: str, told: str, scope: str, recipients: tuple[str, ...]) -> None:
    line = read(event(message))

    assert (line.told, line.told_scope, line.done, line.recipients) == (told, scope, "none", recipients)


@pytest.mark.parametrize(
    ("stat", "dsn", "relay", "done"),
    [
        ("Sent (Ok: queued as C2)", "2.0.0", "mx.example.com. [198.51.100.9]", "delivered"),
        ("Sent", "2.0.0", "mx.example.com. [198.51.100.9]", "delivered"),
        ("sent (ok)", "2.0.0", " [198.51.100.9]", "delivered"),
        ("Sent (Ok: queued as C2)", "2.0.0", "localhost [127.0.0.1]", "handed_over"),
        ("Sent (Ok: queued as C2)", "2.0.0", "[127.8.8.8] [127.8.8.8]", "handed_over"),
        ("Sent (Ok: queued as C2)", "2.0.0", "x [IPv6:::1]", "handed_over"),
        ("Sent (Ok: queued as C2)", "2.0.0", "localhost", "handed_over"),
        ("Deferred: Connection timed out with mx.example.com.", "4.0.0", "mx.example.com.", "deferred"),
        ("queued", "2.0.0", "mx.example.com.", "queued"),
        ("User unknown", "5.1.1", "mx.example.com. [198.51.100.9]", "bounced"),
        ("Service unavailable", "", "mx.example.com. [198.51.100.9]", "bounced"),
        ("Sentinel says no", "5.0.0", "mx.example.com. [198.51.100.9]", "bounced"),
        ("Some new word", "2.0.0", "mx.example.com. [198.51.100.9]", "unknown"),
        ("Some new word", "4.2.2", "mx.example.com. [198.51.100.9]", "deferred"),
        ("expanded", "2.0.0", "mx", "expanded"),
    ],
)  # fmt: skip
def test_the_next_hops_word_says_what_was_done_and_never_what_was_told(
    stat: str, dsn: str, relay: str, done: str
) -> None:
    line = read(delivery(stat=stat, dsn=dsn, relay=relay))

    assert (line.done, line.told, line.recipients) == (done, "unknown", ("b@example.com",))


@pytest.mark.parametrize(
    ("disposition", "told", "done"),
    [
        ("Accept", "accepted", "unknown"),
        ("Reject", "refused", "none"),
        ("REJECT", "refused", "none"),
        ("Delay", "deferred", "none"),
        ("System Quarantine", "accepted", "quarantined"),
        ("Personal Quarantine", "accepted", "quarantined"),
        ("Domain Quarantine;Notification", "accepted", "quarantined"),
        ("Discard", "accepted", "discarded"),
        ("System Quarantine;Notification;Defer Disposition", "accepted", "quarantined"),
        ("Modify Subject;Reject", "refused", "none"),
        ("Insert Header", "unknown", "unknown"),
        ("Some New Action", "unknown", "unknown"),
        ("0x200", "deferred", "none"),
        ("0x0", "unknown", "unknown"),
        ("0x40", "unknown", "unknown"),
        ("", "unknown", "unknown"),
    ],
)
def test_a_disposition(disposition: str, told: str, done: str) -> None:
    line = read(history(disposition))

    assert (line.told, line.done) == (told, done)


@pytest.mark.parametrize(
    ("status", "disposition", "told", "done"),
    [
        ("Delivered", "Accept", "accepted", "delivered"),
        ("Delivered", "Reject", "refused", "delivered"),
        ("Failed", "Accept", "accepted", "bounced"),
        ("Queued", "Accept", "accepted", "queued"),
        ("Delivering", "Accept", "accepted", "queued"),
        ("Blocked", "Reject", "refused", "none"),
        ("Blocked", "Discard", "accepted", "discarded"),
        ("", "Accept", "accepted", "unknown"),
        ("Something", "Accept", "accepted", "unknown"),
    ],
)
def test_a_delivery_status(status: str, disposition: str, told: str, done: str) -> None:
    line = read(history(disposition, more=f' delivery_status="{status}"'))

    assert (line.told, line.done) == (told, done)


def test_an_update_tells_nothing_new_to_the_sender() -> None:
    line = read(history("Reject", subtype="update", more=' delivery_status="Delivered"'))

    assert (line.told, line.done) == ("unknown", "delivered")


@pytest.mark.parametrize(
    ("message", "infected"),
    [
        ("The file inline-16-69.dat is infected with EICAR_TEST_FILE.", True),
        ("File a.pdf (checksum: 12) has been scanned by FortiSandbox. Scan result: rating=CLEAN", False),
        ("File a.pdf (checksum: 12) has been scanned by FortiSandbox. Scan result: rating=HIGH RISK", True),
        ("The file x is infected with.pdf has been scanned by FortiSandbox. Scan result: rating=CLEAN", False),
        ("URL https://example.org/x has been scanned by FortiSandbox. Scan result: rating=CLEAN", False),
        ("Virus database updated", False),
    ],
)
def test_a_virus_line_counts_when_it_names_an_infection(message: str, infected: bool) -> None:
    assert bool(read(virus(message)).flags & 1) is infected


@pytest.mark.parametrize(
    ("to", "recipients"),
    [
        ("<b@example.com>", ("b@example.com",)),
        ("b@example.com", ("b@example.com",)),
        ("<a@example.com>,<B@example.com>", ("a@example.com", "b@example.com")),
        ("a@example.com,b@example.com", ("a@example.com", "b@example.com")),
        ('<"x, stat=Sent (Ok)"@example.com>', ('"x, stat=sent (ok)"@example.com',)),
        ('<"a\\"b"@example.com>', ('"a\\"b"@example.com',)),
        ("postmaster", ("postmaster",)),
    ],
)
def test_recipients_with_and_without_brackets(to: str, recipients: tuple[str, ...]) -> None:
    line = read(
        event(f"to={to}, delay=00:00:01, mailer=esmtp, pri=0, relay=x [198.51.100.9], dsn=2.0.0, stat=Sent (Ok)")
    )

    assert (line.recipients, line.done) == (recipients, "delivered")


def test_a_recipient_that_breaks_the_grammar_is_not_guessed() -> None:
    line = read(event('to=<"x, mailer=esmtp, relay=[198.51.100.9], stat=Sent (Ok: queued as 1)>'))

    assert (line.told, line.done) == ("unknown", "none")
    assert line.flags & 4


def test_a_list_of_recipients_cut_at_512_characters_says_who_they_are_and_no_more() -> None:
    line = read(event("to=<a@example.com>,<b@example.com>"))

    assert line.recipients == ("a@example.com", "b@example.com")
    assert (line.told, line.done) == ("unknown", "none")


def test_an_envelope_counts_its_recipients_whatever_the_message_id_says() -> None:
    msgid = "msgid=<x, nrcpts=9, stat=Sent>"
    line = read(event(f"from=<A@Example.net>, size=1, class=0, nrcpts=3, {msgid}, proto=ESMTP, relay=m [192.0.2.66]"))

    assert (line.sender, line.envelope, line.client_ip) == ("a@example.net", 3, "192.0.2.66")
    assert line.message_fields["msgid"] == "<x, nrcpts=9, stat=Sent>"
    assert line.done == "none"


def test_the_same_words_count_only_in_the_type_that_says_them() -> None:
    assert read(spam("Milter: data, reject=554 5.7.1 No")).told == "unknown"
    assert read(virus("to=<b@example.com>, mailer=esmtp, relay=x, stat=Sent (Ok)")).done == "none"
    config = event("Milter: data, reject=554 5.7.1 No").replace("subtype=smtp", "subtype=config")
    assert read(config).told == "unknown"


def test_the_parts_of_every_kind_of_message_are_shown() -> None:
    assert read(refusal()).message_fields["reject"].startswith("554 5.7.1")
    assert read(rcpt("b@example.com", "550 No")).message_fields == {
        "ruleset": "check_rcpt",
        "arg1": "<b@example.com>",
        "relay": "mail.example.net [192.0.2.66]",
        "reject": "550 No",
    }
    assert read(delivery()).message_fields["dsn"] == "2.0.0"
    assert read(envelope()).message_fields["relay"] == "mail.example.net [192.0.2.66]"
    assert (
        read(event("DSN: to <a@example.net>; reason:User unknown; sessionid:1")).message_fields["DSN"]
        == "<a@example.net>"
    )
    assert read(event("STARTTLS=server, relay=x, bits=256/256")).message_fields["bits"] == "256/256"
    assert read(event("mailbox is updated")).message_fields == {}
