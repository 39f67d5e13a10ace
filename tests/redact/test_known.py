"""Names that we know: found in whichever order and writing, in questions and by the last check."""

import re
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from tests.redact.sources import SECRET, exported, order_of, pack_of
from tickets.redact.known import Known, KnownValues
from tickets.redact.leaks import find_leaks
from tickets.redact.lines import Redactor
from tickets.redact.pack import Order, make_pack, zipped
from tickets.redact.pseudonyms import Pseudonyms
from tickets.redact.restore import restore
from tickets.redact.source import values_in
from tickets.redact.values import Entry

NAMES = (
    "Hanako Suzuki", "山田 太郎", "田中一郎", "林 誠", "Jörg Weiß", "Taro  Yamada", "Fatih Demir", "Will Page",
    "ヤマダ",
)  # fmt: skip
PEOPLE = tuple(Known("name", name) for name in NAMES)


def asked(question: str, *known: Known) -> tuple[str, Redactor]:
    """Return a question as it is exported, and what replaced it."""
    it = Redactor(Pseudonyms(SECRET), KnownValues(known or PEOPLE))
    return it.prose(question), it


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("Hanako Suzuki-san saw it", "N-san saw it"),
        ("Suzuki-san, HANAKO", "N-san, N"),
        ("Suzuki, Hanako and suzuki_hanako", "N and N"),
        ("HanakoSuzuki is suzuki1", "N is N 1"),
        ("山田太郎様より、山田様", "N様より、N様"),
        ("山 田　太郎と田中様", "NとN様"),
        ("林様、林部長、林 と森林の林檎", "N様、N部長、N と森林の林檎"),
        ("Jörg Weiß asks JÖRG WEISS and jorg", "N asks N and N"),
        ("Taro  Yamada asked, Yamada Taro's", "N asked, N's"),
        ("Fatıh DEMİR", "N"),
        ("Will this page show Page, Will?", "Will this page show N?"),
        ("ヤマダ様とヤマダデンキ", "N様とヤマダデンキ"),
    ],
)
def test_a_name_goes_from_a_question_in_every_order_and_writing(question: str, told: str) -> None:
    result, it = asked(question)
    for entry in it.pseudonyms.used:
        result = result.replace(entry.pseudonym, "N")
    assert result == told


def test_the_whole_name_has_one_pseudonym_in_every_order() -> None:
    told, it = asked("Hanako Suzuki / Suzuki Hanako / Suzuki, Hanako / hanakosuzuki")
    assert len(set(told.split(" / "))) == 1
    assert restore(told.split(" / ")[0], it.pseudonyms.used) == ("Hanako Suzuki", 1)


@pytest.mark.parametrize(
    "question",
    [
        '"hanako suzuki"@corp.example', '"x y"@corp.example', "x\\ y@corp.example", "田中taro@corp.example",
        "担当は佐藤taro@corp.example",
    ],
)  # fmt: skip
def test_a_local_part_goes_whole(question: str) -> None:
    told, _ = asked(question)
    assert not [
        one for one in ("hanako", "suzuki", "x", "y", "田中", "佐藤", "taro", "corp") if f" {one}" in f" {told}"
    ]
    assert not any(one in told for one in ("hanako", "suzuki", "田中", "佐藤", "taro", "corp"))


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("Was 203 0 113 9 or 03 1234 5678 or 203.0.113 seen?", "Was N or N or N seen?"),
        ("On 2022.06.08 10:00, by v10.12.1 or 10.0.3?", "On 2022.06.08 10:00, by v10.12.1 or 10.0.3?"),
    ],
)
def test_addresses_and_telephone_numbers_in_parts_go_from_questions(question: str, told: str) -> None:
    pack = pack_of("x", questions=question)
    assert pack.leaks == ()
    assert re.sub(r"number-\w{8}", "N", pack.content.questions[0]) == told


def test_words_of_a_japanese_sentence_before_an_address_stay() -> None:
    assert asked("宛先taro@corp.example")[0].startswith("宛先user-")
    assert asked("それはtaro@corp.example")[0].startswith("それはuser-")


def test_a_word_of_the_lines_goes_from_questions_where_others_stand_beside_it() -> None:
    pack = pack_of("user=tyamada9 from 佐藤", questions="tyamada9-san\n佐藤様\nそれは佐藤です")
    assert not any(one in " ".join(pack.content.questions) for one in ("tyamada", "佐藤"))
    assert exported(pack).count("word-") == 2


def test_pseudonyms_beside_each_other_can_be_read_again() -> None:
    it = Redactor(Pseudonyms(SECRET), KnownValues(PEOPLE))
    told = it.line("user=田中一郎佐藤")
    assert restore(told, it.pseudonyms.used)[0] == "user=田中一郎 佐藤"


def ordered(question: str, *known: Known, recipient: str = "Fortinet") -> Order:
    """Return an order with names that are known."""
    base = order_of("x", questions=question)
    return Order(
        base.case, recipient, base.product, base.release, base.language, question, base.points, base.originals, known
    )


def test_a_name_that_the_texts_of_the_pack_hold_anyway_makes_it_not_impossible() -> None:
    known = (Known("name", "Fortinet Support"), Known("name", "Product Lines"), Known("name", "Kim High"))
    pack = make_pack(ordered("Fortinet, which product?", *known), secret=SECRET)
    assert pack.leaks == ()
    assert pack.content.questions == ("Fortinet, which product?",)


@pytest.mark.parametrize(
    "text",
    [
        "Suzuki-san", "hanako_suzuki", "SUZUKI", "6861 of Suzuki, Hanako", "U3V6dWtpLVNhbg==", "%53uzuki", "山田様",
        "山田太郎", "Jorg", "Weiss", "Page Will", "mx1-tokyo", "kim@vendor.example", "FE100X",
    ],
)  # fmt: skip
def test_the_last_check_finds_what_is_known_though_nothing_was_replaced(text: str) -> None:
    known = KnownValues(
        [*PEOPLE, Known("host", "mx1-tokyo"), Known("address", "kim@vendor.example"), Known("serial", "FE100X")]
    )
    assert find_leaks(zipped([("a", f"is {text} here".encode())]), [], known)
    assert find_leaks(zipped([("a", b"a suzukiya's page; will mx1 tokyo FE100XY be kim@vendor?")]), [], known) == []


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("to=<taro@corp.example>", "taro@corp.example"), ("x taro%40corp.example", "taro@corp.example"),
        ("relay=mx.corp.example.", "mx.corp.example"), ("mode (203,0,113,9,19,137)", "203.0.113.9"),
        ("203 0 113 9", "203.0.113.9"), ("[2001:db8::5]:25", "2001:db8::5"), ("00-0C-29-AB-CD-EF", "00:0c:29:ab:cd:ef"),
        ("dGFyb0Bjb3JwLmV4YW1wbGU=", "taro@corp.example"),
    ],
)  # fmt: skip
def test_values_of_the_source_are_found_by_a_search_of_its_own(text: str, value: str) -> None:
    assert value in {entry.canonical for entry in values_in([text])}


def test_a_value_that_the_redactor_overlooks_makes_no_pack(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = ("to=<taro@corp.example>", "mx.corp.test 203.0.113.9 2001:db8::5 00-0C-29-AB-CD-EF by Hanako Suzuki")
    monkeypatch.setattr(Redactor, "line", lambda _, text, **__: text)
    base = order_of(*texts)
    order = Order(
        base.case, base.recipient, base.product, base.release, base.language, "", base.points, base.originals, PEOPLE
    )
    kinds = {leak.kind for leak in make_pack(order, secret=SECRET).leaks if leak.member.startswith("lines/")}
    assert kinds == {"address", "host", "ip", "serial", "name"}


def lines_run(work: Callable[[], Any]) -> int:
    """Return how many lines of program run in a piece of work."""
    count = 0

    def trace(_: FrameType, event: str, __: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


def test_work_does_not_grow_with_the_number_of_names() -> None:
    few, many = (
        KnownValues(Known("name", f"{chr(97 + n % 26) * 3}{chr(97 + n // 26) * 3} bbbx") for n in range(size))
        for size in (20, 400)
    )
    text = "aaaaaa bbbx was here; " * 20
    assert lines_run(lambda: list(few.find(text))) == lines_run(lambda: list(many.find(text)))


def test_an_answer_with_letters_that_have_no_other_case_can_be_read() -> None:
    entries = [Entry("host", "a.jp", "a.jp", "site-abcdefgh.example")]
    assert restore("sıte-abcdefgh.example İ SITE-ABCDEFGH.EXAMPLE", entries) == ("sıte-abcdefgh.example İ a.jp", 1)


def test_work_of_the_last_check_grows_with_the_text_and_not_with_its_square() -> None:
    def check(size: int) -> int:
        names = [f"mx{n}.b{n}.test" for n in range(size)]
        entries = [Entry("host", name, name, "") for name in names]
        archive = zipped([("a", " ".join(f"my{n}.c{n}.test" for n in range(size)).encode())])
        return lines_run(lambda: find_leaks(archive, entries))

    assert check(160) < 6 * check(40)
