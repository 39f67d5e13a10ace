"""Microsoft Exchange Server: 15.2.1118.7 = 15.02.1118.007 = Exchange Server 2019 CU12; CU12 Nov22SU is 15.2.1118.20.

Names become numbers by the table of `exchange_builds.py`; a name that is not in it is refused, not guessed.
A cumulative update is a train: security updates are made for each.
"""

import re

from kb.versions.scheme import Scheme
from kb.versions.schemes.exchange_builds import CUMULATIVE, RTM, SECURITY
from kb.versions.tokens import Unreadable

NUMBER = re.compile(r"\b(?:15|14|8)\.[0-9]+\.[0-9]+(?:\.[0-9]+)?\b")
SHELL = re.compile(r"\b(15\.[0-9]) \(build ([0-9]+\.[0-9]+)\)")  # as Get-ExchangeServer prints it
NAME = re.compile(r"\b(2013|2016|2019|se)\b(?:[ ,-]*(rtm|cu ?-?[0-9]+|sp1))?")
MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
UPDATE = re.compile(rf"\b({MONTHS})[a-z]* ?(?:20)?([0-9]{{2}}) ?([sh]u) ?(v[0-9])?\b")
LEFT = re.compile(r"\b(?:su|hu|cu|v[0-9])|[0-9]")


def rewrite(text: str) -> str:
    """A name to its number; a text that has the number keeps it alone, the name beside it says nothing more."""
    text = SHELL.sub(r"\1.\2", text)
    if len(numbers := NUMBER.findall(text)) == 1 and re.search(r"exchange|\(|\b(?:cu|su)", text):
        return str(numbers[0])
    if numbers or not (found := NAME.search(text.replace("subscription edition", "se"))):
        return text
    text = text.replace("subscription edition", "se")
    update = UPDATE.search(text, found.end())
    if not found[2] and not (found[1] == "se" and update):
        raise Unreadable("too short: name the cumulative update, or RTM, or give the number")
    year, level = found[1], (found[2] or "rtm").replace(" ", "").replace("-", "")
    number = RTM.get(year) if level == "rtm" else CUMULATIVE[year].get(level) if year in CUMULATIVE else None
    if number is None:
        raise Unreadable("no number is known for this name: give the number, like 15.2.1118.7")
    if LEFT.search(text[found.end() : update.start() if update else None] + (text[update.end() :] if update else "")):
        raise Unreadable("a part of this name is not known: give the number, like 15.2.1118.7")
    if not update:
        return f"15.{number}"
    month, short, kind, second = update.groups()
    revision = SECURITY.get(number.rpartition(".")[0], {}).get(f"{month}{short}{kind}{second or ''}")
    if revision is None:
        raise Unreadable("no number is known for this update: give the number, like 15.2.1118.20")
    return f"15.{number.rpartition('.')[0]}.{revision}"


EXCHANGE = Scheme(
    slug="exchange",
    title="Microsoft Exchange Server",
    products=("exchange-server", "exchange", "microsoft-exchange-server", "microsoft-exchange"),
    rewrite=rewrite,
    train_of=lambda main: 3,
    bare=lambda main: len(main) <= 3,
)
