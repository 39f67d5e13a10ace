"""What waits, on the pages: the start page's list, things to do in a case, who watches it."""

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from accounts.models import Role
from accounts.services.departments import set_membership
from tests.conftest import Person
from tickets.models import Case, Reminder, Task
from tickets.queries.reminders import wanted_reminders
from tickets.services.reminders import record_reminders
from tickets.services.tasks import add_task


def start(page: Client) -> str:
    """Return the start page."""
    return page.get("/").content.decode()


def test_a_day_to_look_again_is_on_the_start_page_until_somebody_takes_care(
    page: Client, story: Case, alice: Person, bob: Person, charlie: Person
) -> None:
    add_task(case=story, author=alice.user, kind="follow_up", text="Is the fix out?", due_on=timezone.localdate())
    record_reminders(wanted_reminders([story.pk]))
    assert "Is the fix out?" in start(page)
    assert "Is the fix out?" in start(bob.client)
    assert "Is the fix out?" not in start(charlie.client)
    reminder = Reminder.objects.get(kind="follow_up")
    path = f"/reminders/{reminder.public_id}/note/"
    assert bob.client.post(path).status_code == 403  # a reader
    assert charlie.client.post(path).status_code == 404
    assert page.post(path).status_code == 302
    assert "Is the fix out?" not in start(page)


def test_what_was_escalated_is_there_once_and_noted_whole(
    page: Client, story: Case, alice: Person, bob: Person
) -> None:
    due = timezone.localdate() - timedelta(days=8)
    add_task(case=story, author=alice.user, kind="follow_up", text="Is the fix out?", due_on=due)
    record_reminders(wanted_reminders([story.pk]))
    set_membership(user=alice.user, department=alice.department, role=Role.MANAGER)
    assert Reminder.objects.filter(kind="follow_up").count() == 2
    shown = start(page)
    assert (shown.count("Is the fix out?"), "for the managers" in shown) == (1, True)
    assert start(bob.client).count("Is the fix out?") == 1
    escalated = Reminder.objects.get(kind="follow_up", level="escalation")
    assert page.post(f"/reminders/{escalated.public_id}/note/").status_code == 302
    assert "Is the fix out?" not in start(page)


def test_something_to_do_is_added_ticked_and_told_in_the_timeline(page: Client, story: Case) -> None:
    path = f"/cases/{story.ref}/tasks/new/"
    assert page.get(path).status_code == 200
    refused = page.post(path, {"kind": "follow_up", "text": "Ask again"})
    assert refused.status_code == 422
    assert "On which day?" in refused.content.decode()
    day = timezone.localdate() - timedelta(days=1)
    assert page.post(path, {"kind": "task", "text": "Send the log", "due_on": day.isoformat()}).status_code == 302
    shown = page.get(f"/cases/{story.ref}/").content.decode()
    assert f"to do: Send the log (due {day})" in shown
    task = Task.objects.get()
    page.post(f"/cases/{story.ref}/tasks/{task.public_id}/tick/", {"done": "true"})
    shown = page.get(f"/cases/{story.ref}/").content.decode()
    assert "done: Send the log" in shown
    assert "Nothing is noted to be done" in shown


def test_a_reader_watches_but_adds_nothing(story: Case, bob: Person, charlie: Person) -> None:
    path = f"/cases/{story.ref}/watch/"
    bob.client.post(path, {"watch": "true"})
    bob.client.post(path, {"watch": "true"})
    assert [row.user for row in story.watchers.all()] == [bob.user]
    assert "Watch no longer" in bob.client.get(f"/cases/{story.ref}/").content.decode()
    bob.client.post(path, {"watch": "false"})
    (row,) = story.watchers.all()
    assert row.until is not None
    assert bob.client.post(f"/cases/{story.ref}/tasks/new/", {"kind": "task", "text": "x"}).status_code == 403
    assert charlie.client.post(path, {"watch": "true"}).status_code == 404


def test_the_same_over_the_api(story: Case, alice: Person, bob: Person) -> None:
    made = alice.api.post(f"cases/{story.ref}/tasks/", {"text": "Send the log", "due_on": "2026-01-05"})
    assert (made.status_code, made.json()["kind"], made.json()["done_at"]) == (201, "task", None)
    path = f"cases/{story.ref}/tasks/{made.json()['id']}/"
    assert alice.api.patch(path, {"done": True}).json()["done_by"] == "Alice"
    assert alice.api.get(f"cases/{story.ref}/tasks/?done=false").json()["count"] == 0
    assert alice.api.patch(path, {"done": False}).json()["done_by"] is None
    for wrong in ({"text": " "}, {"text": "x", "kind": "follow_up"}, {"text": "x", "due_on": "2026-02-30"}):
        assert alice.api.post(f"cases/{story.ref}/tasks/", wrong).status_code == 400
    record_reminders(wanted_reminders([story.pk]))
    told = alice.api.get(f"reminders/?kind=task_due&level=escalation&case={story.ref}&seen=false").json()["results"]
    assert [(row["task"], row["due_on"]) for row in told] == [(made.json()["id"], "2026-01-05")]
    assert alice.api.patch(f"reminders/{told[0]['id']}/", {"seen": False}).status_code == 400
    assert alice.api.patch(f"reminders/{told[0]['id']}/", {"seen": True}).json()["seen_by"] == "Alice"
    assert bob.api.post(f"cases/{story.ref}/watchers/", {"watch": True}).json() == {"watch": True}
    assert [row["name"] for row in alice.api.get(f"cases/{story.ref}/watchers/").json()["results"]] == ["Bob"]
