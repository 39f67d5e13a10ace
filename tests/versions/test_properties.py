"""What holds for every scheme and every text."""

import re
import string
from itertools import pairwise
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.versions.registry import GENERAL, SCHEMES, scheme_for
from kb.versions.scheme import Scheme
from kb.versions.version import Version, VersionError
from tests.versions.orders import EQUAL, ORDERS

SAMPLES: dict[str, list[str]] = {scheme.slug: [] for scheme in SCHEMES}
for _product, _texts in ORDERS.items():
    SAMPLES[(scheme_for(_product) or GENERAL).slug] += _texts
for _product, _groups in EQUAL.items():
    SAMPLES[(scheme_for(_product) or GENERAL).slug] += [text for group in _groups for text in group]
PARTS = [
    *(
        "-",
        ".",
        " ",
        "(",
        ")",
        "_",
        "+",
        ",",
        "*",
        "~",
        "build",
        "rc",
        "beta",
        "hf",
        "h",
        "p",
        "u",
        "sp",
        "take",
        "fips",
    ),
    *("R", "S", "X", "D", "-EVO", "MR", "CU12", "2019", "Update", "v", "ga", "9", "10", "007", "0", "15.2", "7.0.2"),
    *("\u200f", "\u202e", "\x00", "\ud800", "²", "Ⅳ", "٧", "ｖ", "（", "版", "㍘", "ﬀ", "İ", "¼"),
]
schemes = st.sampled_from(SCHEMES)
any_text = st.text(st.characters(), max_size=60) | st.lists(st.sampled_from(PARTS), max_size=12).map("".join)


def read(scheme: Scheme, text: str) -> Version | None:
    """The version, or None where it is refused; any other error fails the test."""
    try:
        return scheme.parse(text)
    except VersionError:
        return None


@given(schemes, any_text)
def test_no_text_raises_anything_but_a_version_error(scheme: Scheme, text: str) -> None:
    read(scheme, text)
    for ask in (scheme.train, scheme.series):
        try:
            span = ask(text)
        except VersionError:
            continue
        assert span.lo < span.hi
    assert scheme.is_train(text) in {True, False}


@given(schemes, any_text)
def test_what_is_read_can_be_read_again_and_its_train_holds_it(scheme: Scheme, text: str) -> None:
    version = read(scheme, text)
    if version is not None:
        assert scheme.parse(version.text) == version
        span = scheme.span(version)
        assert span.lo == version.key < span.hi
        assert not scheme.is_train(text)
        train = scheme.train(version.train)
        assert train.lo <= version.key < train.hi


@st.composite
def mangled(draw: st.DrawFn) -> tuple[Scheme, list[str]]:
    """Real strings of one scheme with a piece cut out, doubled or put in."""
    scheme = draw(schemes)
    texts = []
    for text in draw(st.lists(st.sampled_from(SAMPLES[scheme.slug]), min_size=3, max_size=3)):
        start = draw(st.integers(0, len(text)))
        end = draw(st.integers(start, min(len(text), start + 3)))
        texts.append(text[:start] + draw(st.sampled_from(["", "", *PARTS])) + text[end:])
    return scheme, texts


@given(mangled())
def test_spans_of_versions_that_are_near_each_other_do_not_cross(given_: tuple[Scheme, list[str]]) -> None:
    scheme, texts = given_
    versions = [version for text in texts if (version := read(scheme, text)) is not None]
    spans = [scheme.span(version) for version in versions if version.build is None]
    for one in spans:
        for other in spans:
            assert one == other or one.hi <= other.lo or other.hi <= one.lo
    for version in versions:
        train = scheme.train(version.train)
        assert train.lo <= version.key < train.hi
        for other_version in versions:
            same = other_version.base == version.base
            assert same == (scheme.span(version)._replace(lo=version.base).lo <= other_version.key < _end(version))


def _end(version: Version) -> str:
    return version.base[:-1] + "5"


@given(schemes, st.data())
def test_case_width_and_blanks_do_not_matter(scheme: Scheme, data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(SAMPLES[scheme.slug]))
    wide = "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in text)
    key = scheme.parse(text).key
    assert [scheme.parse(other).key for other in (text.upper(), text.lower(), f"  {text} ", wide)] == [key] * 4


class Made(NamedTuple):
    """A version whose order is plain: tuples compare as versions do."""

    numbers: tuple[int, ...]
    pre: tuple[int, int] = (9, 0)
    hotfix: tuple[int, int] = (0, 0)
    build: int = -1

    def rank(self) -> tuple[object, ...]:
        """What is compared, zeros at the end of the number left out."""
        numbers = self.numbers
        while len(numbers) > 1 and numbers[-1] == 0:
            numbers = numbers[:-1]
        return (numbers, self.pre, self.hotfix, self.build)

    def written(self, draw: st.DrawFn) -> str:
        """One of its spellings."""
        text = draw(st.sampled_from(["", "v", "Product ", "Gate-X v"]))
        text += ".".join("0" * draw(st.integers(0, 2)) + str(number) for number in self.numbers)
        if self.pre[0] != 9:
            word = ("dev", "alpha", "beta", "preview", "rc")[self.pre[0]]
            text += (
                draw(st.sampled_from(["-", " ", ""])) + word + draw(st.sampled_from(["", ".", " "])) + str(self.pre[1])
            )
        if self.hotfix != (0, 0):
            word = ("hotfix", "patch", "update", "sp")[self.hotfix[0]]
            text += draw(st.sampled_from([" ", "-"])) + word + draw(st.sampled_from(["", " "])) + str(self.hotfix[1])
        if self.build >= 0:
            text += draw(st.sampled_from([" build ", ",build0", "+", " (Build "])) + str(self.build)
        return text


number = st.integers(0, 3) | st.integers(0, 10**40)
made = st.builds(
    Made,
    st.lists(number, min_size=2, max_size=4).map(tuple),
    st.just((9, 0)) | st.tuples(st.integers(0, 4), st.integers(0, 12)),
    st.just((0, 0)) | st.tuples(st.integers(0, 3), st.integers(1, 12)),
    st.just(-1) | st.integers(0, 10**12),
)


@st.composite
def spelt(draw: st.DrawFn) -> tuple[Made, str]:
    """A version with one of its spellings."""
    version = draw(made)
    return version, version.written(draw)


@given(st.lists(spelt(), min_size=2, max_size=8))
def test_the_order_of_keys_is_the_order_of_versions(versions: list[tuple[Made, str]]) -> None:
    ranked = sorted((version.rank(), GENERAL.parse(text).key) for version, text in versions)
    for (rank, key), (other_rank, other_key) in pairwise(ranked):
        assert (key < other_key) == (rank < other_rank)
        assert (key == other_key) == (rank == other_rank)


@given(st.lists(spelt(), min_size=2, max_size=8))
def test_a_span_holds_exactly_the_builds_a_series_exactly_its_versions(versions: list[tuple[Made, str]]) -> None:
    parsed = [(version, GENERAL.parse(text)) for version, text in versions]
    for version, read_version in parsed:
        span, release = GENERAL.span(read_version), GENERAL.release_span(read_version)
        first = GENERAL.series(f"{version.numbers[0]}.*")
        second = GENERAL.series(f"{version.numbers[0]}.{version.numbers[1]}.*")
        for other, read_other in parsed:
            same = other.rank()[:3] == version.rank()[:3]
            wanted = same and version.build in {-1, other.build}
            assert (span.lo <= read_other.key < span.hi) == wanted
            assert (release.lo <= read_other.key < release.hi) == (other.rank()[:2] == version.rank()[:2])
            assert (first.lo <= read_other.key < first.hi) == (other.numbers[0] == version.numbers[0])
            assert (second.lo <= read_other.key < second.hi) == (other.numbers[:2] == version.numbers[:2])


@given(schemes, st.data())
def test_keys_are_text_that_a_database_can_hold(scheme: Scheme, data: st.DataObject) -> None:
    version = read(scheme, data.draw(any_text | st.sampled_from(SAMPLES[scheme.slug])))
    if version is not None:
        for text in (version.key, version.base, version.release, version.text, version.train):
            assert "\x00" not in text
            text.encode()
        assert re.fullmatch(r"7[A-Z].*3", version.key)
        assert len(version.key) <= 4 * 300 * 8


HURTFUL = {
    "10 MB of digits": "7" * 10_000_000,
    "10 MB of dots": "7." * 5_000_000,
    "10 MB of brackets": "(" * 10_000_000,
    "10 MB of blanks": " " * 10_000_000,
    "300 digits": "7" * 300,
    "dashes and digits": "1-" * 150,
    "digits in words": "a1" * 150,
    "takes": "R81.20 " + "take " * 58,
    "builds": "7.0 " + "build " * 49,
    "brackets": "9.1" + "(3)" * 99,
    "dots without numbers": "1" + "." * 299,
    "wide digits that grow": "㍘" * 299,
    "letters that grow": "ﷺ" * 40,
    "right to left": "\u202e7.0.2\u202c",
    "Arabic digits": "٧.٠.٢",
    "null": "7.0.2\x00",
    "half a character": "7.0.2\udc80",
}


@pytest.mark.parametrize("name", HURTFUL)
def test_hurtful_texts_are_read_or_refused_at_once(name: str) -> None:
    for scheme in SCHEMES:
        read(scheme, HURTFUL[name])
        scheme.is_train(HURTFUL[name])


def test_a_refusal_does_not_keep_megabytes() -> None:
    with pytest.raises(VersionError) as caught:
        GENERAL.parse("x" * 10_000_000)
    assert len(caught.value.text) == 81
    assert len(str(caught.value)) < 200


def test_other_digits_and_marks_of_direction_are_read() -> None:
    assert GENERAL.parse("٧.٠.٢").key == GENERAL.parse("\u202e7.0.2\u202c").key == GENERAL.parse("7.0.2").key


def test_punctuation_alone_is_refused() -> None:
    assert [sign for sign in string.punctuation if read(GENERAL, sign) is not None] == []
