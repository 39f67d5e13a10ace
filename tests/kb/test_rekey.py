"""Keys that an older scheme wrote are made anew, by a command and after each migration."""

from dataclasses import replace

import pytest
from django.core.management import CommandError, call_command

from kb.models import IssueSpans, Release
from kb.queries.upgrade_check import ask
from kb.versions import registry
from kb.versions.registry import GENERAL
from tests.support.knowledge import Widget

pytestmark = pytest.mark.django_db


@pytest.fixture
def widget() -> Widget:
    """A product about which something is known."""
    widget = Widget()
    widget.listed("1.0.0", "1.0.0")
    return widget


def learn(monkeypatch: pytest.MonkeyPatch, **changes: object) -> None:
    """Let the general scheme be a newer one."""
    newer = replace(GENERAL, key_version=GENERAL.key_version + 1, **changes)  # type: ignore[arg-type]
    monkeypatch.setitem(registry.BY_SLUG, "general", newer)


def test_nothing_is_done_where_nothing_changed(widget: Widget, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("rekey")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("command", [["rekey"], ["migrate", "--verbosity", "0"]])
def test_outdated_keys_are_made_anew(widget: Widget, monkeypatch: pytest.MonkeyPatch, command: list[str]) -> None:
    stale = Release.objects.get(version="1.0.1")
    Release.objects.filter(pk=stale.pk).update(key="7A0", base="7A0")  # as an older scheme would have it
    learn(monkeypatch)

    call_command(*command)

    assert {release.key for release in Release.objects.all()} == {
        GENERAL.parse(version).key for version in ("1.0.0", "1.0.1")
    }
    assert set(Release.objects.values_list("key_version", flat=True)) == {2}
    assert set(IssueSpans.objects.values_list("key_version", flat=True)) == {2}
    assert ask(widget.product, "1.0.0", "1.0.1").question.target.known


def test_two_releases_that_become_one_version_stop_it_and_nothing_is_changed(
    widget: Widget, monkeypatch: pytest.MonkeyPatch
) -> None:
    learn(monkeypatch, rewrite=lambda text: text.replace("1.0.1", "1.0.0"))

    with pytest.raises(CommandError, match=r"1\.0\.0 and 1\.0\.1 are one version"):
        call_command("rekey")
    assert set(Release.objects.values_list("key_version", flat=True)) == {1}
