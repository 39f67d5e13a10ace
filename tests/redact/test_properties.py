"""Whatever stands in the lines: no address, host, IP or serial number of theirs stands in any exported byte."""

import base64
import ipaddress
from urllib.parse import quote

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.redact.sources import SECRET, SESSION, exported, found_in, members, order_of, pack_of
from tickets.redact.pack import make_pack
from tickets.redact.restore import restore
from tickets.redact.values import Kind, canonical

LABEL = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=4, max_size=9).map(lambda text: f"q{text}")
WIDE = st.sampled_from(["日本語", "bücher", "почта", "例え"])
HOST = st.builds(
    lambda labels, top: ".".join([*labels, top]),
    st.lists(LABEL | WIDE, min_size=1, max_size=3),
    st.sampled_from(["jp", "com", "co.jp", "test"]),
)
ADDRESS = st.builds(
    lambda local, host: f"{local}@{host}", st.from_regex(r"q[a-z0-9]{3,8}([.+_-][a-z0-9]{1,5})?", fullmatch=True), HOST
)
IPV4 = st.integers(1 << 24, (1 << 32) - 1).map(lambda number: str(ipaddress.IPv4Address(number)))
IPV6 = st.integers(1 << 96, (1 << 128) - 1).map(lambda number: str(ipaddress.IPv6Address(number)))
SERIAL = st.from_regex(r"F[A-Z0-9]{5}[0-9]{8}", fullmatch=True)
VALUE: st.SearchStrategy[tuple[Kind, str]] = st.one_of(
    st.tuples(st.just("address"), ADDRESS),
    st.tuples(st.just("host"), HOST),
    st.tuples(st.just("ip"), IPV4 | IPV6),
    st.tuples(st.just("serial"), SERIAL),
)
PLACES = (
    '{line} client_name="{plain}" subject="Re: {plain}" msg="to=<{plain}>, relay={plain}. [{plain}], stat=Sent"',
    "{line} from={plain} to={plain}, orig_to=<{plain}> msg={plain}",
    '{line} msg="FortiGuard identified spam URL: http://{plain}/a/{percent}?u={percent}&v={base64}"',
    '{{"device": "{plain}", "message": "to=<{plain}>", "raw": "{base64}"}}',
    "{line} user={percent} data={base64} url={urlsafe}",
    "{line} 宛先{plain}は{plain}、{upper} から",
    "{line} {plain};{plain}|{plain} ({plain}) <{upper}> '{plain}' {integer} 0x{hexed} {ascii}",
)
LINE = f'date=2022-06-08 time=09:09:14 log_id=0003009534 type=event session_id="{SESSION}" device_id={{serial}}'


def written(place: str, kind: str, value: str, serial: str) -> str:
    """Return a line that holds a value in the writings of a place."""
    number = int(ipaddress.ip_address(value)) if kind == "ip" else 0
    local, at, host = value.rpartition("@")
    return place.format(
        line=LINE.format(serial=serial),
        plain=value,
        upper=value.upper(),
        percent=quote(value, safe=""),
        base64=base64.b64encode(value.encode()).decode(),
        urlsafe=base64.urlsafe_b64encode(value.encode()).decode().rstrip("="),
        integer=number or "score",
        hexed=f"{number:08x}" if number else "31",
        ascii=local + at + host.encode("idna").decode() if kind in {"address", "host"} else value,
    )


@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.tuples(VALUE, st.sampled_from(PLACES)), min_size=1, max_size=4),
    SERIAL,
    st.sampled_from(["", "{}はどこですか", "Is {} fine? 10 of {}."]),
)
def test_no_value_of_the_source_stands_in_any_exported_byte(
    values: list[tuple[tuple[Kind, str], str]], serial: str, question: str
) -> None:
    texts = [written(place, kind, value, serial) for (kind, value), place in values]
    questions = "\n".join(question.format(value, value) for (_, value), _ in values)
    pack = make_pack(order_of(*texts, questions=questions, recipient=values[0][0][1]), secret=SECRET)
    assert pack.leaks == ()
    for value in {serial, *(value for (_, value), _ in values)}:
        assert found_in(pack, value) == []
    assert exported(pack).count(SESSION) == sum("{line}" in place for _, place in values)


@settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.lists(VALUE, min_size=2, max_size=5, unique_by=lambda one: canonical(*one)))
def test_equal_values_have_equal_pseudonyms_and_different_ones_different(values: list[tuple[Kind, str]]) -> None:
    texts = [f"msg=<{value}>" for _, value in values]
    told = exported(pack_of(*texts, *texts)).splitlines()
    again = exported(pack_of(*reversed(texts))).splitlines()
    assert told[: len(texts)] == told[len(texts) :]
    assert len(set(told[: len(texts)])) == len(texts)
    assert list(reversed(again)) == told[: len(texts)]


@settings(max_examples=10, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.lists(VALUE, min_size=1, max_size=4, unique_by=lambda one: canonical(*one)))
def test_a_reply_gets_its_names_back(values: list[tuple[Kind, str]]) -> None:
    pack = pack_of(*[f"msg=<{value}>" for _, value in values])
    pseudonyms = [line.removeprefix("msg=<").removesuffix(">") for line in exported(pack).splitlines()]
    reply = "We see {} once. {}、そして {}!\n".format
    told, _ = restore("".join(reply(one, one.upper(), f"<{one}>") for one in pseudonyms), pack.entries)
    for _, value in values:
        assert told.count(value) >= 3


@settings(max_examples=10, deadline=None, derandomize=True)
@given(IPV4 | IPV6, st.integers(0, 127))
def test_addresses_of_machines_keep_what_they_share(one: str, bit: int) -> None:
    address = ipaddress.ip_address(one)
    bits = address.max_prefixlen
    other = type(address)(int(address) ^ (1 << bit % bits))
    first, second = (
        ipaddress.ip_address(line.removeprefix("msg="))
        for line in exported(pack_of(f"msg={one}", f"msg={other}")).splitlines()
    )
    assert (int(first) ^ int(second)).bit_length() == bit % bits + 1


@settings(max_examples=10, deadline=None, derandomize=True)
@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=80), min_size=1, max_size=3))
def test_any_text_can_be_a_line_and_two_packs_of_it_are_the_same_bytes(texts: list[str]) -> None:
    lines = [text.replace("\n", " ") or "-" for text in texts]
    pack = pack_of(*lines)
    assert pack.archive == pack_of(*lines).archive
    assert set(members(pack.archive)) == {"the zip", "README.md", "manifest.json", "lines/log-01.log"}
