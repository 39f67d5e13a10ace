"""Findings: the contradiction, the lines that prove it, parent and child session apart."""

import pytest
from django.test import Client

from kb.models import Detector
from tests.conftest import Person
from tests.pages.knowledge import record
from tests.pages.story import CHILD, PARENT, cited_lines, found, judged
from tickets.models import Case, Finding
from tickets.queries.cited import Piece, outcome, pieces_of, sessions_of


def finding_page(page: Client, case: Case) -> str:
    """Return the page of the case's finding."""
    return page.get(f"/cases/{case.ref}/findings/{case.findings.get().public_id}/").content.decode()


def test_told_and_done_stand_against_each_other(page: Client, story: Case) -> None:
    text = finding_page(page, story)
    assert "The sender was told" in text
    assert "<code>554 5.7.1 This email from IP 10.0.0.2 has been rejected." in text
    assert "The recipient, fuga@piteki2.com, got" in text
    assert "<code>dsn=2.0.0, stat=Sent (Ok: queued as C257024FF1C5)</code>" in text


def test_the_child_session_stands_apart_with_its_suffix_marked(page: Client, story: Case) -> None:
    assert f'{PARENT}<mark class="good">0000</mark>' in finding_page(page, story)


def test_refusal_and_delivery_are_marked(page: Client, story: Case) -> None:
    text = finding_page(page, story)
    assert '<mark class="bad">reject=554 5.7.1 This email from IP 10.0.0.2 has been rejected.' in text
    assert '<mark class="good">dsn=2.0.0, stat=Sent (Ok: queued as C257024FF1C5)</mark>' in text


def test_sessions_group_the_lines_parent_first(story: Case) -> None:
    finding = story.findings.get()
    finding.lines = list(reversed(cited_lines(story.evidence.get())))
    sessions = sessions_of(finding)
    assert [(one.id, one.kind, len(one.lines)) for one in sessions] == [(PARENT, "parent", 5), (CHILD, "child", 1)]
    assert sessions[1].suffix == "0000"


def test_lines_left_out_in_between_are_counted(story: Case) -> None:
    finding = story.findings.get()
    finding.lines = [line for line in cited_lines(story.evidence.get()) if line["line"] in {1, 2, 5}]
    assert [cited.gap for cited in sessions_of(finding)[0].lines] == [None, 0, 2]


@pytest.mark.parametrize("spans", [None, "no", [[5]], [["a", "b"]], [[3, 2]], [[-1, 2]], [[0, 99]]])
def test_spans_that_do_not_fit_leave_the_line_whole(spans: object) -> None:
    assert pieces_of("stat=Sent", spans, "delivered") == [Piece("stat=Sent", None)]


def test_overlapping_spans_never_repeat_a_letter() -> None:
    pieces = pieces_of("stat=Sent", [[0, 4], [2, 6], [5, 9]], "delivered")
    assert "".join(piece.text for piece in pieces) == "stat=Sent"


def test_an_outcome_that_no_line_says_is_empty(story: Case) -> None:
    assert outcome(Finding(lines=[{"says": "verdict", "text": "x"}]), "rejected") == ""


def test_a_finding_without_device_and_version_says_so(page: Client, story: Case) -> None:
    story.findings.update(device="", firmware="")
    text = finding_page(page, story)
    assert "device unknown" in text
    assert "version unknown" in text


def test_a_finding_of_another_rule_shows_its_lines_without_a_contradiction(page: Client, story: Case) -> None:
    story.findings.update(rule="delivered-twice")
    text = finding_page(page, story)
    assert 'class="truth"' not in text
    assert "C257024FF1C5" in text


def test_an_accepted_message_that_was_lost_stands_against_what_the_sender_was_told(page: Client, story: Case) -> None:
    text = 'disposition="Accept"'
    line = cited_lines(story.evidence.get())[0] | {"says": "accepted", "text": text, "spans": [[0, len(text)]]}
    story.findings.update(rule="accepted-and-lost", lines=[line])
    shown = finding_page(page, story)
    assert "<b>Accepted</b><code>disposition=&quot;Accept&quot;</code>" in shown
    assert "Nothing, as far as the logs tell" in shown
    assert '<mark class="good">disposition=&quot;Accept&quot;</mark>' in shown


def test_a_finding_about_the_whole_log_shows_lines_of_both_sides_and_no_child(page: Client, story: Case) -> None:
    before, after = cited_lines(story.evidence.get())[3:5]
    lines = [before | {"says": "before"}, after | {"says": "after", "transaction": CHILD}]
    story.findings.update(rule="verdict-drift", transaction="", recipient="", lines=lines)
    assert [(one.kind, one.suffix) for one in sessions_of(story.findings.get())] == [("other", ""), ("other", "")]
    text = finding_page(page, story)
    assert "identified spam URL" in text
    assert "child: the same id" not in text


def test_a_judged_finding_about_the_whole_log_is_told_as_such(page: Client, story: Case) -> None:
    story.findings.update(rule="verdict-drift", transaction="", recipient="")
    finding = story.findings.get()
    page.post(f"/cases/{story.ref}/findings/{finding.public_id}/judge/", {"status": "confirmed"})
    entry = story.entries.order_by("pk").last()
    assert entry is not None
    assert entry.text == "verdict-drift of the whole log: new → confirmed"


def test_a_finding_is_confirmed_dismissed_and_judged_anew(page: Client, story: Case, alice: Person) -> None:
    finding = story.findings.get()
    for status in ("confirmed", "dismissed", "new"):
        answer = page.post(f"/cases/{story.ref}/findings/{finding.public_id}/judge/", {"status": status})
        assert answer.status_code == 302
        finding.refresh_from_db()
        assert (finding.status, finding.status_by) == (status, alice.user)


def test_a_finding_judged_on_the_page_of_its_case_leads_back_there(page: Client, story: Case) -> None:
    address = f"/cases/{story.ref}/findings/{story.findings.get().public_id}/judge/"
    answer = page.post(address, {"status": "confirmed", "next": "case"})
    assert answer["Location"] == f"/cases/{story.ref}/#findings"


def test_a_reader_judges_nothing(story: Case, bob: Person) -> None:
    finding = story.findings.get()
    assert "judge/" not in finding_page(bob.client, story)
    address = f"/cases/{story.ref}/findings/{finding.public_id}/judge/"
    assert bob.client.post(address, {"status": "confirmed"}).status_code == 403


def test_findings_are_listed_worst_first_and_filtered(page: Client, story: Case) -> None:
    evidence = story.evidence.get()
    judged(
        story,
        [
            found(evidence, recipient="info@piteki2.com", severity="info"),
            found(evidence, recipient="virus@piteki2.com", severity="critical"),
            found(evidence, recipient="twice@piteki2.com", rule="delivered-twice", severity="medium"),
        ],
    )
    address = f"/cases/{story.ref}/findings/"
    assert [row.recipient.split("@")[0] for row in page.get(address).context["page"].rows] == [
        "virus",
        "twice",
        "info",
        "fuga",
    ]
    only = page.get(f"{address}?rule=delivered-twice&status=new&search=TWICE").context["page"].rows
    assert [row.recipient for row in only] == ["twice@piteki2.com"]
    assert "No finding of this case fits these filters." in page.get(f"{address}?rule=no-such").content.decode()


@pytest.mark.parametrize("audience", ["everyone", "department"])
def test_a_detector_is_called_by_its_title_where_its_issue_may_be_seen(
    page: Client, story: Case, charlie: Person, audience: str
) -> None:
    issue = record(charlie.department, charlie.user, audience=audience)
    told = {"name": "spam-url-2", "title": "A spam URL was relayed", "severity": "high", "date": "2026-11-29"}
    Detector.objects.create(issue=issue, text="x", digest="0" * 64, **told)
    judged(story, [found(story.evidence.get(), rule="spam-url-2")], judging=("spam-url-2",))
    case = f"/cases/{story.ref}/"
    one = story.findings.get(rule="spam-url-2")
    name = told["title"] if audience == "everyone" else told["name"]
    for path, words in {
        "/": f">{name}</a>",
        case: f"{name}: 1 finding",
        f"{case}#timeline": f"{name}: 1<",
        f"{case}findings/": f">{name} (1)</option>",
        f"{case}findings/{one.public_id}/": f"<h1>{name}</h1>",
        f"{case}findings/{one.public_id}/lines/": f">{name}</a>",
        f"{case}packs/": f"{name} · fuga@piteki2.com",
    }.items():
        text = page.get(path).content.decode()
        assert words in text, path
        assert audience == "everyone" or told["title"] not in text, path


def test_a_list_without_findings_never_reads_as_clean(page: Client, alice: Person, story: Case) -> None:
    other = Case.objects.exclude(pk=story.pk).get()
    assert "Unknown, not clean." in page.get(f"/cases/{other.ref}/findings/").content.decode()
