"""The benchmark of logs of mail servers runs, on a size so small that its figures mean nothing."""

from tests.bench.test_scripts import run


def test_logs_of_mail_servers_are_measured_and_both_engines_say_the_same() -> None:
    done = run("bench/log_formats.py", "--lines", "40000", "--rounds", "1", "--only", "exim")
    assert done.returncode in {0, 1}, done.stderr
    assert "| exim |" in done.stdout
