"""Numbers and names of classifiers, from the data file."""

import pytest

from ingest.engine.fortimail.classifiers import NAMES, BrokenTable, read_classifier, read_table


@pytest.mark.parametrize(
    ("value", "name", "code"),
    [
        ("0x31", "FortiGuard AntiSpam-IP", "0x31"),
        ("0x7", "FortiGuard AntiSpam", "0x07"),
        ("FortiGuard AntiSpam Black IP", "FortiGuard AntiSpam-IP", "0x31"),
        ("user discard", "User Block", "0x02"),
        ("RBL", "DNSBL", "0x05"),
        ("Not Spam", "Not Spam", None),
        ("0xFE", "0xFE", "0xFE"),
        ("", None, None),
    ],
)
def test_a_classifier_is_counted_by_its_number(value: str, name: str | None, code: str | None) -> None:
    assert read_classifier(value) == (name, code)


def test_the_table_reaches_as_far_as_the_public_one_and_has_no_gap() -> None:
    assert sorted(NAMES) == list(range(0x42))


@pytest.mark.parametrize(
    "text",
    [
        "classifier = 3",
        "nothing = 1",
        '[[classifier]]\ncode = "1"\nname = "a"',
        '[[classifier]]\ncode = 1\nname = "a"\n[[classifier]]\ncode = 1\nname = "b"',
        '[[classifier]]\ncode = 1\nname = "a"\n[[classifier]]\ncode = 2\nname = "A"',
        '[[classifier]]\ncode = 1\nname = "a"\naliases = [{ since = "8.0" }]',
        "[[classifier",
    ],
)
def test_a_broken_table_stops_the_start_and_names_the_file(text: str) -> None:
    with pytest.raises(BrokenTable, match=r"classifiers\.toml"):
        read_table(text)
