"""The time zones that a device or a person can be in."""

import zoneinfo
from functools import cache

# Names whose meaning is the machine's that reads them.
_OF_THE_MACHINE = {"localtime", "Factory", "posixrules"}


@cache
def known_zones() -> frozenset[str]:
    """Return the names of the IANA zones; looking them up reads some hundred files, so once is enough."""
    return frozenset(zoneinfo.available_timezones() - _OF_THE_MACHINE)
