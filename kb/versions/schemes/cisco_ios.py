"""Cisco IOS and IOS XE.

IOS: 15.2(4)E10 · 15.1(4)M12a · 12.4(25d). Trains do not stand in one row: 15.2(4)M11 and 15.2(7)E3 come from different
ones, so only the rebuilds of one release are a train here (15.2(4)E), and nothing is inferred from one to the next.

IOS XE: 17.09.04a = 17.9.4a · 03.16.10.S = 3.16.10S. In 3.x the letter names the train: 3.6E is not 3.6S.
"""

from kb.versions import keys
from kb.versions.keys import Atoms
from kb.versions.scheme import Scheme, at_most_two, rewriting
from kb.versions.tokens import Unreadable
from kb.versions.words import DROP

MAINLINE = "mainline"
LETTER_TRAINS = frozenset(("s", "e", "sp", "sg", "se", "xo", "sq", "ja", "xe"))
WORDS = dict.fromkeys(("v", "version", "release", "ios", "cisco", "software"), DROP)
TAIL = (r",? ?\(?release software.*$|\(fc[0-9]+\).*$|\bmd$", "")


def with_letter(main: Atoms, *, series: bool) -> Atoms:
    """IOS: the train's letter, the empty word in the main line."""
    if len(main) > 2 and not keys.is_number(main[2]):
        raise Unreadable("its versions do not stand in one row: name it with its number, like 15.2(4)E")
    main = tuple("" if atom == MAINLINE else atom for atom in main)
    return (*main, "") if len(main) == 3 and not series else main


def show_ios(main: Atoms) -> str:
    """15.2(4)E."""
    if len(main) < 4:
        return keys.show(main)
    return f"{keys.show(main[:2])}({keys.show(main[2:3])}){keys.show(main[3:4])}"


IOS = Scheme(
    slug="cisco-ios",
    title="Cisco IOS",
    products=("ios", "cisco-ios", "ios-software"),
    rewrite=rewriting(
        TAIL,
        (r"\(([0-9]+)([a-z])\)(?=[0-9]|$|\s)", rf"(\1){MAINLINE}.\2"),  # 12.4(25d): a rebuild of the main line
        (r"\(([0-9]+)([a-z])\)([a-z]+)", r"(\1)\3.\2"),
    ),
    words=WORDS,
    tight={},
    finish=with_letter,
    train_of=lambda main: min(4, len(main)) if len(main) > 1 else 2,
    bare=at_most_two,
    show=show_ios,
)


def letter_first(main: Atoms, *, series: bool) -> Atoms:
    """IOS XE 3.x: the train's letter behind 3.16."""
    if main[0].lstrip("0") != "3" or len(main) < 2 or (series and len(main) < 3):
        return main
    letter = next((atom for atom in reversed(main) if atom in LETTER_TRAINS), "")
    rest = [atom for atom in main[2:] if atom != letter]
    return (*main[:2], letter, *rest)


IOS_XE = Scheme(
    slug="cisco-ios-xe",
    title="Cisco IOS XE",
    products=("ios-xe", "iosxe", "cisco-ios-xe", "ios-xe-sd-wan"),
    rewrite=rewriting(TAIL, (r"(?<=[0-9])(?!(?:sp|sg|se|xo|sq)\b)([a-z])(s|e|sp|sg|se|xo|sq)\b", r"\1.\2")),
    words=WORDS,
    tight={},
    finish=letter_first,
    train_of=lambda main: 3 if len(main) > 2 and not keys.is_number(main[2]) and main[0].lstrip("0") == "3" else 2,
    bare=lambda main: len(main) <= 2 or (len(main) == 3 and main[2] in LETTER_TRAINS and main[0].lstrip("0") == "3"),
)
