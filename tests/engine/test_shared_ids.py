"""How many ids stand in two files that cannot be told apart: the plain count over all pairs, without its cost."""

from collections.abc import Iterator
from itertools import combinations
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from ingest.engine.judge import SHARED, Judgement, _count_shared
from ingest.engine.transactions import Ledger

DEVICES = st.lists(
    st.tuples(st.sampled_from([None, None, "FE-ONE", "FE-TWO", "FE-THREE"]), st.sets(st.sampled_from("abcdef"))),
    max_size=8,
)


def ledger_of(rows: list[tuple[str | None, set[str]]]) -> Ledger:
    """Return a ledger in which each source has lines of one device with these ids."""
    ledger = Ledger()
    for source, (name, ids) in enumerate(rows):
        ledger.device(name, source).families.update((key, bytearray()) for key in ids)
    return ledger


def counted(ledger: Ledger) -> set[int]:
    """Return what every rule says the count is; nothing where there is none."""
    judgement = Judgement()
    _count_shared(ledger, judgement)
    assert {reason for _, reason in judgement.doubts} <= {SHARED}
    return set(judgement.doubts.values())


@given(DEVICES)
def test_it_is_the_count_over_all_pairs(rows: list[tuple[str | None, set[str]]]) -> None:
    ledger = ledger_of(rows)
    shared: set[str] = set()
    for one, other in combinations(ledger.devices, 2):
        if one.name is None or other.name is None:
            shared |= one.families.keys() & other.families.keys()
    assert counted(ledger) == ({len(shared)} if shared else set())


class Watched(dict[str, bytearray]):
    """Families that count how often they are gone through."""

    looks = 0

    def __iter__(self) -> Iterator[str]:
        Watched.looks += 1
        return super().__iter__()

    def keys(self) -> Any:
        """Count, and answer as ever."""
        Watched.looks += 1
        return super().keys()


def test_a_hundred_files_without_a_device_are_each_gone_through_twice_not_a_hundred_times() -> None:
    ledger = ledger_of([(None, {"shared", str(number)}) for number in range(100)])
    for device in ledger.devices:
        device.families = Watched(device.families)
    Watched.looks = 0
    assert counted(ledger) == {1}
    assert Watched.looks <= 200
