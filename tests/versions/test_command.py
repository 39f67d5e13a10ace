"""``zenrei versions`` as a program."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from cli.main import main

ROOT = Path(__file__).resolve().parents[2]


def versions(product: str, given: bytes | str) -> tuple[int, str, str]:
    """Run the program: exit code, standard output, standard error."""
    done = subprocess.run(
        [sys.executable, "-m", "cli", "versions", product],
        input=given.encode() if isinstance(given, str) else given,
        cwd=ROOT,
        capture_output=True,
        check=False,
        timeout=120,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_versions_come_out_in_order_with_their_ranks() -> None:
    code, out, err = versions("fortimail", "7.0.10\n7.0.2\n6.4.3\n7.0.2 beta 1\n")
    assert (code, out, err) == (0, "1\t6.4.3\n2\t7.0.2 beta 1\n3\t7.0.2\n4\t7.0.10\n", "")


def test_equal_versions_have_equal_rank_and_stay_in_their_order() -> None:
    _, out, _ = versions("fortimail", "v7.0.2 build 163 (GA)\n7.0.3\n7.0.2\nFortiMail 7.0.2\n")
    assert out == "1\tv7.0.2 build 163 (GA)\n1\t7.0.2\n1\tFortiMail 7.0.2\n2\t7.0.3\n"


def test_one_build_that_stands_twice_tells_nothing_apart() -> None:
    _, out, _ = versions("fortimail", "v7.0.2,build0163\n7.0.2\n7.0.2 build 163\n")
    assert [line[0] for line in out.splitlines()] == ["1", "1", "1"]


def test_two_builds_are_told_apart_and_the_plain_one_stands_first() -> None:
    _, out, _ = versions("fortimail", "7.0.2 build 163\n7.0.1 build 9\n7.0.2\n7.0.2 build 20\n7.0.1\n")
    assert out == "1\t7.0.1 build 9\n1\t7.0.1\n2\t7.0.2\n3\t7.0.2 build 20\n4\t7.0.2 build 163\n"


def test_a_line_that_cannot_be_read_is_told_and_the_others_are_printed() -> None:
    code, out, err = versions("fortimail", b"7.0.3\nlatest\n\n7.2\n7.0.2\n\xff\xfe7\n7.0.2 and earlier\n")
    assert (code, out) == (2, "1\t7.0.2\n2\t7.0.3\n")
    assert err.splitlines() == [
        "zenrei: line 2: 'latest': no number in it",
        "zenrei: line 4: '7.2': it is a train: name a version of it",
        "zenrei: line 6: '\\\\xff\\\\xfe7': it is not UTF-8",
        "zenrei: line 7: '7.0.2 and earlier': it is a range: name one version",
    ]


def test_a_product_without_a_scheme_uses_the_general_one_and_says_so() -> None:
    code, out, err = versions("some-product", "1.0\n1.0-rc1\n")
    assert (code, out) == (0, "1\t1.0-rc1\n2\t1.0\n")
    assert err == "zenrei: no version scheme for 'some-product': the general one is used\n"


@pytest.mark.parametrize("given", [b"", b"\n", b"\r\n \n\t\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\r\n"])
def test_nothing_in_nothing_out(given: bytes) -> None:
    assert versions("fortimail", given) == (0, "", "")


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm() -> None:
    assert versions("fortimail", b"\xef\xbb\xbf7.0.3\r\n7.0.2\r\n7.0.1")[1] == "1\t7.0.1\n2\t7.0.2\n3\t7.0.3\n"


def test_another_encoding_is_told_line_by_line() -> None:
    code, out, err = versions("fortimail", "7.0.2\n7.0.3\n".encode("utf-16"))
    assert (code, out) == (2, "")
    assert len(err.splitlines()) >= 2
    assert versions("fortimail", "7.0.2 （正式版）\n".encode("cp932"))[0] == 2


def test_hostile_lines_are_told_not_obeyed() -> None:
    given = b"\x00\n7.0.2\x1b[2J\n7.0.2\xc2\x9b2J\n" + b"7" * 10_000_000 + b"\n" + "\u202e7.0.2\n".encode()
    code, out, err = versions("fortimail", given)
    assert code == 2
    assert out == "1\t\u202e7.0.2\n"
    assert "\x1b" not in err
    assert "\x9b" not in err
    assert len(err) < 2000


def test_many_lines_are_ranked() -> None:
    generator = random.Random(7)
    lines = [
        f"v7.{generator.randint(0, 40)}.{generator.randint(0, 99)},build{generator.randint(1, 999):04d}"
        for _ in range(5000)
    ]
    code, out, err = versions("fortimail", "\n".join(lines))
    ranks = [int(line.partition("\t")[0]) for line in out.splitlines()]
    assert (code, err, len(ranks)) == (0, "", 5000)
    assert ranks == sorted(ranks)
    assert set(ranks) == set(range(1, ranks[-1] + 1))


def test_the_help_says_what_happens_to_lines_that_cannot_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["versions", "--help"])
    told = " ".join(capsys.readouterr().out.split())
    assert "2 some were not: each is told on standard error with its number and the reason" in told


def test_it_loads_neither_django_nor_univers() -> None:
    code = "import sys, cli.main; sys.exit(any(name in sys.modules for name in ('django', 'univers', 'attr')))"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
