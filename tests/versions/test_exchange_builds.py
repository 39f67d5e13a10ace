"""The table of Exchange's names and numbers holds together."""

from kb.versions.registry import scheme_for
from kb.versions.schemes.exchange_builds import CUMULATIVE, RTM, SECURITY

MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
LEVELS = {number.rpartition(".")[0]: number for names in (RTM, *CUMULATIVE.values()) for number in names.values()}


def test_updates_are_behind_their_level_and_in_the_order_of_their_dates() -> None:
    for level, updates in SECURITY.items():
        dated = [(int(name[3:5]), MONTHS.index(name[:3]), name[7:], int(number)) for name, number in updates.items()]
        numbers = [int(number) for number in updates.values()]
        assert dated == sorted(dated), level
        assert numbers == sorted(set(numbers)), level
        assert numbers[0] >= int(LEVELS[level].rpartition(".")[2]), level


def test_levels_ascend() -> None:
    for names in CUMULATIVE.values():
        numbers = [tuple(map(int, number.split("."))) for name, number in names.items() if name != "sp1"]
        assert numbers == sorted(numbers)


def test_every_name_of_the_table_is_read_as_its_number() -> None:
    exchange = scheme_for("exchange-server")
    assert exchange is not None
    for year, names in CUMULATIVE.items():
        for name, number in names.items():
            level = f"Exchange Server {year} {name.upper()}"
            assert exchange.parse(level).key == exchange.parse(f"15.{number}").key
            train = number.rpartition(".")[0]
            for update, revision in SECURITY.get(train, {}).items():
                given = f"{level} {update[:3].title()}{update[3:5]}{update[5:7].upper()}{update[7:]}"
                assert exchange.parse(given).key == exchange.parse(f"15.{train}.{revision}").key, given
