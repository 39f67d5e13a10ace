"""Our own FortiMail log lines, made to order: so many messages, so many of them rejected and yet delivered."""

from collections.abc import Iterator
from datetime import datetime, timedelta

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwx"
START = datetime(2022, 6, 8, 9, 0, 0)


def queue_id(moment: datetime, counter: int, pid: int) -> str:
    """Return a queue id as the gateway makes it: the UTC second, an envelope counter, a process number."""
    parts = ((moment.year - 1900) % 60, moment.month - 1, moment.day, moment.hour, moment.minute, moment.second)
    low, high = counter % 60, counter // 60 % 60
    return "".join(ALPHABET[part] for part in (*parts, high, low)) + f"{pid:06d}"


def message_lines(number: int, *, contradictory: bool, seed: int = 0) -> Iterator[str]:
    """Yield the lines of one message; a contradictory one is refused and delivered all the same."""
    moment = START + timedelta(seconds=number // 5)
    utc = moment - timedelta(hours=9)
    pid = 9000 + (seed * 977 + number) % 90_000
    session = f"{queue_id(utc, number * 2, pid)}-{queue_id(utc, number * 2 + 1, pid)}"
    stamp = f"date={moment:%Y-%m-%d} time={moment:%H:%M:%S} device_id=FE-TEST-{seed:04d}"
    event = (
        f"{stamp} log_id=0003{pid:06d} type=event subtype=smtp pri=information user=mail ui=mail action=NONE status=N/A"
    )
    to = f"user{number}@example.com"
    yield f'{event} session_id="{session}" msg="from=<s{number}@example.net>, size=1200, nrcpts=1, proto=ESMTP"'
    if contradictory:
        reply = "554 5.7.1 This email from IP 192.0.2.9 has been rejected. The email message was detected as spam."
        yield f'{event} session_id="{session}" msg="Milter: data, reject={reply}"'
    suffix = "0000" if contradictory else ""
    sent = f"to=<{to}>, delay=00:00:01, xdelay=00:00:01, mailer=esmtp, pri=0, relay=[192.0.2.1], dsn=2.0.0"
    yield f'{event} session_id="{session}{suffix}" msg="{sent}, stat=Sent (Ok: queued as A{seed:X}{number:07X})"'
    verdict = "FortiGuard AntiSpam-IP" if contradictory else "Not Spam"
    disposition = "Reject" if contradictory else "Accept"
    yield (
        f'{stamp} log_id=0200{pid:06d} type=statistics subtype=default pri=information session_id="{session}" '
        f'client_ip="192.0.2.9" from="s{number}@example.net" to="{to}" classifier="{verdict}" '
        f'disposition="{disposition}" subject="stat=Sent reject=554"'
    )


def make_log(messages: int, *, every: int = 10, seed: int = 0) -> bytes:
    """Return a log of `messages` messages of which each `every`-th is rejected and delivered; seeds make devices."""
    lines = (
        line
        for number in range(messages)
        for line in message_lines(number, contradictory=number % every == 0, seed=seed)
    )
    return "".join(f"{line}\n" for line in lines).encode()
