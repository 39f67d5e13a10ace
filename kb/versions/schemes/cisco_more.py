"""More of Cisco: IOS XR, NX-OS, ASA, FTD, AsyncOS (ESA, SMA, WSA).

NX-OS 9.3(9) < 9.3(10) · 7.0(3)I7(10), a train of its own · 10.2(3)F = 10.2(3). ASA 9.16(4)57 = 9.16.4.57.
AsyncOS 14.2.0-620: the number behind the dash is a build.
"""

from kb.versions import keys
from kb.versions.keys import Atoms
from kb.versions.scheme import Scheme, at_most_two, rewriting
from kb.versions.words import BUILD, DROP, WORDS

DASH_BUILD = (r"([0-9]+\.[0-9]+\.[0-9]+(?:\.[0-9]+)?)-([0-9]+)", r"\1 build \2")
PLAIN = {"build": BUILD, **dict.fromkeys(("v", "version", "release", "software", "system"), DROP)}


def nxos_train(main: Atoms) -> int:
    """7.0(3)I7, else 9.3."""
    return 5 if len(main) > 4 and not keys.is_number(main[3]) and keys.is_number(main[4]) else 2


def show_nxos(main: Atoms) -> str:
    """7.0(3)I7."""
    return f"{keys.show(main[:2])}({keys.show(main[2:3])}){keys.show(main[3:])}" if len(main) > 2 else keys.show(main)


IOS_XR = Scheme(
    slug="cisco-ios-xr",
    title="Cisco IOS XR",
    products=("ios-xr", "iosxr", "cisco-ios-xr"),
    words={**WORDS, "smu": "5a"},
    bare=at_most_two,
)

NX_OS = Scheme(
    slug="cisco-nx-os",
    title="Cisco NX-OS",
    products=("nx-os", "nxos", "cisco-nx-os"),
    rewrite=rewriting((r"\.bin$", ""), (r"(\)|[0-9]\.?)[fm](?![a-z0-9])", r"\1")),
    words=PLAIN,
    tight={},
    train_of=nxos_train,
    show=show_nxos,
    bare=at_most_two,
)

ASA = Scheme(
    slug="cisco-asa",
    title="Cisco ASA",
    products=("asa", "cisco-asa", "adaptive-security-appliance", "cisco-adaptive-security-appliance"),
    rewrite=rewriting((r"-?(?:lfbff|smp|k8)\b.*$", "")),
    words=PLAIN,
    tight={},
    bare=at_most_two,
)

FTD = Scheme(
    slug="cisco-ftd",
    title="Cisco Firepower Threat Defense",
    products=(
        "ftd",
        "cisco-ftd",
        "firepower-threat-defense",
        "cisco-firepower-threat-defense",
        "firepower-management-center",
        "fmc",
    ),
    rewrite=rewriting(DASH_BUILD),
    bare=at_most_two,
)

ASYNCOS = Scheme(
    slug="cisco-asyncos",
    title="Cisco AsyncOS",
    products=(
        *("esa", "cisco-esa", "asyncos", "email-security-appliance", "secure-email-gateway", "cisco-secure-email"),
        *("cisco-asyncos", "secure-email", "cisco-secure-email-gateway", "cisco-email-security-appliance"),
        *("sma", "wsa", "secure-web-appliance", "secure-email-and-web-manager"),
    ),
    rewrite=rewriting((r"^(?:[a-z]+-)?([0-9]+)-([0-9]+)-([0-9]+)-([0-9]+)$", r"\1.\2.\3-\4"), DASH_BUILD),
    words={**WORDS, "hp": "5a"},
    bare=at_most_two,
)
