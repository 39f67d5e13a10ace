"""How fast an archive of mail is imported: `python3 run.py exec python bench/mail.py`.

An mbox of so many mails (threads of ten, every tenth mail with an attachment, Japanese and English, one in ten from
nobody's contact) is given to a worker's code with the real child, store and database. Ends with 1 where the bound does
not hold, or where a mail is not where it belongs.
"""

import argparse
import base64
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence

from bench import databases
from bench.machine import pace

NAME = f"{databases.PREFIX}mail"
MAILS = 2_000
BOUND = 200  # mails a second
THREAD = 10
SAID = "迷惑メールの件、ログを確認しました。仕様変更はありません。\n" * 20


def mails(tokens: Sequence[str], count: int) -> Iterator[bytes]:
    """Yield mails of an archive; the first of each thread bears a token."""
    for number in range(count):
        thread, place = divmod(number, THREAD)
        subject = "迷惑メールが届く" + (f" [ZR#{tokens[thread % len(tokens)]}]" if place == 0 else "")
        stranger = number % 10 == 7
        head = [
            "From nobody@example Mon Jan  2 03:04:05 2023",
            f"Message-ID: <{number}@bench.example>",
            f"Date: Mon, {1 + number % 28:02} May 2022 {number % 24:02}:00:00 +0900",
            f"From: {'Eve <eve@elsewhere.example>' if stranger else 'Kim <kim@vendor.example>'}",
            "To: Alice <alice@example.jp>",
            f"Subject: =?utf-8?B?{base64.b64encode(subject.encode()).decode()}?=",
            f"Received: from a by b; Mon, {1 + number % 28:02} May 2022 {number % 24:02}:00:05 +0900",
            "MIME-Version: 1.0",
        ]
        if place:
            earlier = " ".join(f"<{one}@bench.example>" for one in range(number - place, number))
            head.append(f"References: {earlier}")
        body = SAID.encode("iso-2022-jp") + f"{number}\n".encode()
        if number % 10 == 3:
            log = base64.encodebytes(f"date=2022-05-02 n={number}\n".encode() * 200)
            head.append('Content-Type: multipart/mixed; boundary="edge"')
            body = (
                b"--edge\nContent-Type: text/plain; charset=iso-2022-jp\n\n" + body
                + b"--edge\nContent-Type: text/plain; name=elog.log\nContent-Disposition: attachment\n"
                + b"Content-Transfer-Encoding: base64\n\n" + log + b"--edge--\n"
            )  # fmt: skip
        else:
            head.append("Content-Type: text/plain; charset=iso-2022-jp")
        yield "\n".join(head).encode() + b"\n\n" + body + b"\n"


def measure(count: int) -> int:
    """Import an archive twice in this process's database; return how many things do not hold."""
    import django  # noqa: PLC0415  (the database is known only now)

    django.setup()
    from bench.mail_import import imported, prepare  # noqa: PLC0415

    giver, tokens = prepare()
    archive = b"".join(mails(tokens, count))
    print(f"{count:,} mails, {len(archive) / 1e6:.1f} MB; pace {pace() * 1000:.2f} ms")
    print("| | seconds | mails a second | bound | holds |\n| --- | --- | --- | --- | --- |")
    wrong = 0
    for what in ("the first time", "again"):
        began = time.perf_counter()
        report = imported(giver, archive)
        seconds = time.perf_counter() - began
        wrong += count / seconds < BOUND
        print(
            f"| {what} | {seconds:.2f} | {count / seconds:,.0f} | {BOUND} | "
            f"{'yes' if count / seconds >= BOUND else 'no'} |"
        )
        strangers = sum(number % 10 == 7 for number in range(count))
        expected = (count, count - strangers) if what != "again" else (0, 0)
        if (report["new"], report["filed"]) != expected:
            print(f"not as it should be: {report}, expected {expected}")
            wrong += 1
    return wrong


def main(words: Sequence[str] | None = None) -> int:
    """Make a database, measure in it, and say whether the bound holds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database-url", default=None)
    parser.add_argument("--mails", type=int, default=MAILS)
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(words)
    if options.here:
        print(f"broken: {measure(options.mails)}")
        return 0
    server = options.database_url or databases.database_url()
    with databases.temporary(server, NAME) as url, tempfile.TemporaryDirectory(prefix="zenrei-bench-") as folder:
        os.environ["ZENREI_DATA"] = folder
        told = databases.run_python(url, "bench/mail.py", "--here", "--mails", str(options.mails))
    table, _, broken = told.rpartition("broken: ")
    print(table, end="")
    return 1 if int(broken) else 0


if __name__ == "__main__":
    sys.exit(main())
