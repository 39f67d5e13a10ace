"""What a pack holds, what it leaves out, and when there is none."""

import hashlib
import hmac
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from yacryptopan import CryptoPAn

from ingest.engine.findings import DATES
from ingest.engine.findings.hit import Says
from tests.redact.sources import SECRET, SESSION, cited, exported, members, order_of, pack_of
from tickets.redact.known import Known, KnownValues
from tickets.redact.leaks import find_leaks
from tickets.redact.lines import Redactor
from tickets.redact.pack import Original, make_pack, zipped
from tickets.redact.proof import RULE_WORDS, RULES, CitedLine, Point, proving
from tickets.redact.pseudonyms import Pseudonyms
from tickets.redact.restore import restore
from tickets.redact.values import Entry

STORY = Path("tickets/sample/cross-search.log").read_text(encoding="utf-8").splitlines()
SAYS = ("", "rejected", "rejected", "verdict", "verdict", "delivered")


def story() -> Point:
    """The finding of the story."""
    lines = tuple(cited(text, number, says) for number, (text, says) in enumerate(zip(STORY, SAYS, strict=True), 1))
    return Point("rejected-and-delivered", "high", SESSION, "fuga@piteki2.com", "", lines)


def redactor(*known: Known) -> Redactor:
    """Something that replaces."""
    return Redactor(Pseudonyms(SECRET), KnownValues(known))


@pytest.mark.parametrize(
    ("address", "told"),
    [("128.11.68.132", "135.242.180.132"), ("129.118.74.4", "134.136.186.123"), ("130.132.252.244", "133.68.164.234")],
)
def test_crypto_pan_gives_what_its_authors_published(address: str, told: str) -> None:
    key = bytes.fromhex("1522178d33a4cf80130a5b1649907d10d8988f837979652762574c2d2a842202")
    assert CryptoPAn(key).anonymize(address) == told


def test_two_of_six_lines_prove_the_story() -> None:
    (lines,) = proving([story()])
    assert [line.line for line in lines] == [2, 6]
    (all_of_them,) = proving([story()], background=True)
    assert [line.line for line in all_of_them] == [1, 2, 3, 4, 5, 6]


def test_a_line_that_two_points_share_is_taken_for_both() -> None:
    twice = Point(
        "delivered-twice", "medium", SESSION, "", "",
        (*(cited("stat=Sent (1)", number, "delivered") for number in (7, 8)), cited(STORY[5], 6, "delivered")),
    )  # fmt: skip
    first = replace(story(), lines=(*story().lines, cited("stat=Sent (0)", 5, "delivered")))
    one, other = proving([first, twice])
    assert [line.line for line in one] == [2, 6]
    assert [line.line for line in other] == [6, 7]  # 7 and 8 are one receipt


def test_where_too_few_lines_say_what_is_needed_all_are_taken() -> None:
    point = replace(story(), lines=story().lines[:5])
    assert len(proving([point])[0]) == 5


def test_the_words_of_the_story_stay_and_its_names_go() -> None:
    pack = make_pack(replace(order_of("x"), points=(story(),)), secret=SECRET)
    first, second = exported(pack).splitlines()
    assert "reject=554 5.7.1 This email from IP " in first
    assert first.endswith(' has been rejected. The email message was detected as spam."')
    assert f'session_id="{SESSION}0000"' in second
    assert "mailer=esmtp, pri=0, relay= [" in second
    assert "dsn=2.0.0, stat=Sent (Ok: queued as word-" in second
    for name in ("fuga", "piteki2", "10.0.0.2", "192.168.0.1", "C257024FF1C5"):
        assert name not in first + second


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("Jun  8 00:09:14 mx1 postfix/smtpd[12345]: connect from unknown", "Jun  8 00:09:14 "),
        (
            "status=deferred (host said: 451 4.7.1 try again later)",
            "status=deferred (host said: 451 4.7.1 try again later)",
        ),
        ("250-2.1.0 Ok, delay=3.5, dsn=5.7.1", "250-2.1.0 Ok, delay=3.5, dsn=5.7.1"),
        ("2022-06-08T09:09:14.123+09:00 queued", "2022-06-08T09:09:14.123+09:00 queued"),
        (
            "polid=0:1:2:SYSTEM message_length=1234567 status=N/A",
            "polid=0:1:2:SYSTEM message_length=1234567 status=N/A",
        ),
        ("■ ● → ★ ✓ © 〒 ^ `", "■ ● → ★ ✓ © 〒 ^ `"),
        ("version 10.12.1 build=12.0.345", "version 10.12.1 build=12.0.345"),
        (
            "status=sent, delays=0.1/0/12.25/30.2, dsn=2.0.0, 250 2.1.5 Ok",
            "status=sent, delays=0.1/0/12.25/30.2, dsn=2.0.0",
        ),
        (
            "polid=0:1:0 scan_time=0.012345 eventtime=1675062555246000000",
            "polid=0:1:0 scan_time=0.012345 eventtime=16750",
        ),
        ("received 1 2 3 at 08.06.2022 00:09:14", "received 1 2 3 at 08.06.2022 00:09:14"),
        (f"{SESSION}0001474 x", f"{SESSION}0001474 "),
        ('subject="" msg="FortiGuard-AntiSpam identified"', 'subject="" msg="FortiGuard-AntiSpam identified"'),
    ],
)
def test_what_names_nobody_stays(line: str, kept: str) -> None:
    assert redactor().line(line).startswith(kept)


@pytest.mark.parametrize(
    ("line", "gone"),
    [
        ("client_name=mail relay=gateway", "mail relay=gateway"),
        ("serial number 0123456789", "0123456789"),
        ('subject="please reset the password" type=event', "please reset"),
        ("connect from ip-10-0-0-2 and 10-0-0-2", "10-0-0-2"),
        ("MAC 00:0c:29:ab:cd:ef", "29:ab"),
        ("ta\u200bro@ex\u00adample.jp", "ro@"),
        ("&#116;aro&commat;example.jp", "aro"),
        ("taro\\u0040example.jp", "example.jp"),
        ("taro@[10.0.0.2]", "10.0.0.2"),
        ("１０．０．０．２", "10.0.0.2"),
        ("[IPv6:2001:db8::1]: x", "2001:db8"),
        ("=?UTF-8?B?5bGx55Sw?=", "5bGx55Sw"),
        ("田中さん", "田中"),
        ("227 Entering Passive Mode (203,0,113,9,19,137)", "203,0"),
        ("x 203,0,113,9 and 203 0 113 9, 203/0/113/9", "113"),
        ("net 203.0.113.* or client_ip=203.0.113", "203"),
        ("relay=203.0 x", "203.0"),
        ("2001:470:0:76:0:0:0:2.25", "2001"),
        ("2001:470:0:76 x", "470"),
        ("0011.2233.4455 0:11:22:33:44:55", "22"),
        ("03.1234.5678 or 090.1234.5678", "1234"),
        ("123456.123456.123456", "123456"),
        ("03(1234)5678, 090/1234/5678, 03 1234 5678", "1234"),
        ("4111 1111 1111 1111", "1111"),
        ("class=4111111111111111 id=0312345678", "1"),
        ("size=(tel/0312345678)", "0312"),
        (f"{SESSION}0312345678", "0312345678"),
        ("🅣🅐🅡🅞 x", "🅡"),
        ("⠞⠁⠗⠕ x", "⠗"),
        ("🇯🇵 x", "🇯"),
        ('"a b"@example.jp', "example.jp"),
    ],
)
def test_what_cannot_be_decided_is_replaced(line: str, gone: str) -> None:
    assert gone not in redactor().line(line)


def test_what_the_last_token_of_a_cut_line_begins_with_is_not_told() -> None:
    line = replace(cited("connect from relay=203.0"), truncated=True)
    point = Point("delivered-twice", "high", SESSION, "", "", (line,))
    told = exported(make_pack(replace(order_of("x"), points=(point,)), secret=SECRET))
    assert re.fullmatch(r"connect from text-\w{8}\n", told)


def test_other_writings_of_a_value_get_the_same_pseudonym_in_that_writing() -> None:
    plain, percent, coded, wide = (
        redactor().line(text)
        for text in ("a@日本語.jp", "a%40xn--wgv71a119e.jp", "YUDml6XmnKzoqp4uanA=", "Ａ＠日本語．JP")
    )
    assert percent == plain.replace("@", "%40")
    assert wide == plain
    told, count = restore(f"{coded} {percent}", _entries("a@日本語.jp"))
    assert (told, count) == ("YUDml6XmnKzoqp4uanA= a%40%E6%97%A5%E6%9C%AC%E8%AA%9E.jp", 2)


def _entries(line: str) -> list[Entry]:
    it = redactor()
    it.line(line)
    return it.pseudonyms.used


def test_integers_of_an_address_become_those_of_its_pseudonym() -> None:
    pack = pack_of("ip 10.0.0.2 167772162 0x0a000002", "2.0.0.10.in-addr.arpa ::ffff:10.0.0.2")
    words = exported(pack).split()
    number = sum(int(part) << shift for part, shift in zip(words[1].split("."), (24, 16, 8, 0), strict=True))
    assert words[2:4] == [str(number), f"0x{number:08x}"]
    assert words[5] == f"::ffff:{words[1]}"
    assert restore(f"{number} and {words[1]}", pack.entries) == ("167772162 and 10.0.0.2", 2)


def test_known_names_go_from_lines_and_from_questions() -> None:
    it = redactor(Known("name", "Taro Yamada"), Known("name", "山田太郎"), Known("serial", "FE-100"))
    told = it.line("from Taro  Yamada, 山田太郎 FE-100 said") + it.prose("山田太郎様、FE-100は taro yamadaのものです")
    assert not any(one in told for one in ("Taro", "yamada", "山田", "FE-100"))
    assert "様、" in told


def test_a_known_value_that_is_a_word_of_logs_stays_a_word() -> None:
    it = redactor(Known("host", "mail"), Known("name", "Will"))
    assert it.prose("Will the mail of mail.example.jp be sent?").startswith("Will the mail of host-")
    assert it.line("user=mail relay=mail").startswith("user=mail relay=host-")


def test_questions_keep_their_words_and_lose_what_the_lines_named() -> None:
    pack = pack_of(
        "client_name=mx9 device_id=FE100X to=<taro@example.jp>",
        questions="Why did mx9 (FE100X) v7.0.2 reject, e.g. 10.0.0.2?\nmx9は?",
    )
    first, second = pack.content.questions
    assert first.startswith("Why did host-")
    assert " v7.0.2 reject, e.g. " in first
    assert second.endswith("は?")
    assert "mx9" not in first + second


def test_pseudonyms_that_a_case_has_are_kept_whatever_comes_later() -> None:
    known = [Entry("word", "fe100x", "FE100X", "word-aaaaaaaa")]
    pack = make_pack(order_of("device_id=FE100X"), secret=SECRET, known=known)
    assert exported(pack) == "device_id=word-aaaaaaaa\n"
    assert [entry.kind for entry in pack.entries] == ["serial", "detector"]


def test_values_that_would_have_one_pseudonym_are_told_apart() -> None:
    drawn = Pseudonyms(SECRET).of("word", "first")
    taken = Entry("word", "second", "second", drawn)
    assert Pseudonyms(SECRET, [taken]).of("word", "first") != drawn


def test_another_case_has_other_pseudonyms() -> None:
    other = make_pack(order_of("to=<taro@example.jp> 10.0.0.2"), secret=bytes(32))
    assert not set(exported(other).split()) & set(exported(pack_of("to=<taro@example.jp> 10.0.0.2")).split())


def test_the_manifest_tells_the_hashes_of_members() -> None:
    pack = pack_of("to=<taro@example.jp>")
    for row in json.loads(members(pack.archive)["manifest.json"])["members"]:
        assert hashlib.sha256(members(pack.archive)[row["name"]]).hexdigest() == row["sha256"]


@pytest.mark.parametrize("size", [60, 10_000_000])
def test_the_hash_of_an_original_is_not_told(size: int) -> None:
    order = replace(order_of("to=<taro@example.jp>"), originals=(Original("piece-1", "ab" * 32, size),))
    (log,) = json.loads(members(make_pack(order, secret=SECRET).archive)["manifest.json"])["logs"]
    assert set(log["original"]) == {"commitment", "size"}
    key = hmac.digest(SECRET, b"zenrei/commitment", "sha256")
    assert log["original"]["commitment"] == hmac.digest(key, b"ab" * 32, "sha256").hex()


@pytest.mark.parametrize(
    "text",
    [
        "taro@example.jp", "TARO%40EXAMPLE.JP", "dGFyb0BleGFtcGxlLmpw", "xxdGFyb0BleGFtcGxlLmpwxx",
        "taro&#64;example.jp",
        "taro\\u0040example.jp", "taro=40example.jp", "7461726f406578616d706c652e6a70", "see mx.example.jp.",
        "10.0.0.2", "167772162", "0x0A000002", "10-0-0-2", "010.000.000.002", "2.0.0.10.in-addr.arpa", "::ffff:a00:2",
        "10, 0, 0, 2", "FE100X", "xn--wgv71a119e.jp", "日本語.jp",
    ],
)  # fmt: skip
def test_the_last_check_finds_a_value_in_every_writing(text: str) -> None:
    entries = [
        Entry("address", "taro@example.jp", "taro@example.jp", "p1"), Entry("host", "example.jp", "example.jp", "p2"),
        Entry("ip", "10.0.0.2", "10.0.0.2", "1.2.3.4"), Entry("serial", "fe100x", "FE100X", "p3"),
        Entry("host", "日本語.jp", "日本語.jp", "p4"),
    ]  # fmt: skip
    assert find_leaks(zipped([("a", b"nothing"), ("b", f"is {text} here".encode())]), entries)
    assert find_leaks(zipped([("a", zipped([("b", text.encode())]))]), entries)
    assert find_leaks(zipped([("a", b"nothing here: 110.0.0.2 10.0.0.23 1167772162 FE100XY")]), entries) == []


def test_a_value_that_stands_in_the_packs_own_text_is_told_and_where() -> None:
    order = replace(order_of("client_name=fortinet-lab"), recipient="Fortinet-Lab")
    pack = make_pack(order, secret=SECRET)
    assert {leak.member for leak in pack.leaks} == {"manifest.json", "README.md"}
    assert "holds a value of the kind host" in str(pack.leaks[0])
    assert (pack.leaks[0].value, "fortinet-lab" in str(pack.leaks[0])) == ("fortinet-lab", False)


def test_a_finding_without_lines_makes_no_pack() -> None:
    with pytest.raises(ValueError, match="proves nothing"):
        make_pack(replace(order_of("x"), points=(replace(story(), lines=()),)), secret=SECRET)


def test_a_line_of_no_piece_of_the_case_makes_no_pack() -> None:
    for log, told in (("piece-7", "line 2 of piece-7 is cited"), ("", "line 2 of no piece is cited")):
        lines = (cited("x"), cited("y", 2, log=log))
        point = replace(story(), rule="a-detector", lines=lines)
        with pytest.raises(ValueError, match=told):
            make_pack(replace(order_of("x"), points=(point,)), secret=SECRET)


def test_a_line_cannot_end_its_block_in_the_summary() -> None:
    pack = pack_of("``` # not a name")
    assert "\n````text\n``` # not a name\n````\n" in members(pack.archive)["README.md"].decode()


def test_packs_in_japanese_are_in_japanese() -> None:
    pack = make_pack(replace(order_of("x"), language="ja"), secret=SECRET)
    assert members(pack.archive)["README.md"].decode().startswith("# CASE-0001 の提出用資料")


def test_a_cited_line_is_taken_once() -> None:
    assert len(exported(make_pack(replace(order_of("x"), points=(story(), story())), secret=SECRET)).splitlines()) == 2


def test_what_somebody_called_a_detector_is_not_told() -> None:
    names = ("mx1-acme-tokyo-loop", "refused-by-acme", "title")
    lines = (cited("x", says=names[1]), cited("y", 2))
    points = [replace(story(), rule=name, lines=lines) for name in (names[0], names[2])]
    questions = "Does mx1-acme-tokyo-loop hold, mx1 acme TOKYO loop?"
    pack = make_pack(replace(order_of("x", questions=questions), points=tuple(points)), secret=SECRET)
    told = "".join(data.decode() for name, data in members(pack.archive).items() if name != "the zip")
    assert not [one for one in ("acme", "tokyo", "TOKYO", "Evidence pack for {") if one in told]
    first, other = (row["rule"] for row in json.loads(members(pack.archive)["manifest.json"])["findings"])
    assert f"A detector of ours holds for these lines (`{first}`)" in told
    assert restore(f"{first}, {other}", pack.entries) == (f"{names[0]}, {names[2]}", 2)


def test_names_of_the_engine_are_told() -> None:
    assert set(DATES) == RULES
    assert {*get_args(Says), "matched"} == RULE_WORDS


def test_a_line_of_several_pieces_goes_to_its_own_log() -> None:
    line: CitedLine = cited("y", log="piece-2")
    point = Point("a-detector", "high", "", "", "", (cited("x"), line))
    originals = (*order_of("x").originals, Original("piece-2", "cd" * 32, 9999))
    pack = make_pack(replace(order_of("x"), points=(point,), originals=originals), secret=SECRET)
    assert {"lines/log-01.log", "lines/log-02.log"} <= set(members(pack.archive))
