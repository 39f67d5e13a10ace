"""The upgrade check as a page: the answer first, unknown as loud as a hit, facts by POST only."""

import re
import string

import pytest
from django.test import Client
from django.utils.html import escape
from django.utils.translation import gettext, override

from common.templatetags.moments import day_words
from kb import reason_words
from kb.models import KnownIssue, Product, StoredCheck
from kb.services.statements import NewStatement
from kb.upgrade import reasons
from tests.conftest import Person
from tests.pages.knowledge import ASKED, FACT, clear_world, fortimail, record
from tickets.models import Case

MOVE = {"product": "fortimail", "from": "6.2.5", "to": "7.0.2", "hop": ""}


def shown(client: Client, path: str = ASKED, *, status: int = 200) -> str:
    """Return a page's text."""
    answer = client.get(path)
    assert answer.status_code == status
    return answer.content.decode()


def test_the_sentence_on_top_counts_what_comes_and_what_is_unknown(page: Client, known_story: Case) -> None:
    text = shown(page)
    assert "Not clear. 7.0.2 would bring 7 issues and 2 changes of behaviour; 21 are unknown." in text
    assert 'class="answer bad"' in text
    for count in ("7 enter", "0 come back", "0 only on the way", "2 change", "21 unknown", "8 stay", "0 do not apply"):
        assert count in text


def test_an_item_tells_its_reason_its_ways_out_and_who_says_so(page: Client, known_story: Case) -> None:
    text = shown(page)
    reason = r"Seen on 7\.0\.2 <span class=.src.>\(Report of .*\)</span>; nothing is said about 6\.2\.5"
    assert re.search(reason, text)
    assert "Mail rejected to the sender is relayed to the recipient as well" in text
    assert FACT in text
    assert "nobody has validated this condition" in text
    assert f'href="/cases/{known_story.ref}/"' in text
    assert "works as designed" in text
    assert "Disputed" in text
    assert "IP reputation first, then the FortiGuard scan" in text


def test_the_way_that_the_vendor_needs_is_one_click(page: Client, known_story: Case) -> None:
    text = shown(page)
    assert "The vendor does not support the direct way: it goes over 6.4.5 and 7.0.0." in text
    answer = page.post("/check/", MOVE | {"hop": "6.4.5, 7.0.0", "facts": ""})
    assert answer["Location"] == "/check/?product=fortimail&from=6.2.5&to=7.0.2&hop=6.4.5&hop=7.0.0"
    text = shown(page, answer["Location"])
    assert "The vendor supports this way." in text
    assert "6.4.5 → 7.0.0" in text


def test_a_fact_decides_and_an_unvalidated_condition_makes_nothing_clear(page: Client, known_story: Case) -> None:
    answer = page.post("/check/", MOVE | {f"fact:{FACT}": "single-action"})
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "Not clear. 7.0.2 would bring 6 issues" in text
    assert "1 does not apply" in text
    assert "1 issue does not apply by a condition that nobody has validated." in text
    assert "One fact about your device" not in text


def test_a_fact_of_few_values_is_chosen_and_what_it_cannot_be_changes_nothing(page: Client, known_story: Case) -> None:
    text = shown(page)
    assert f'name="fact:{FACT}"><option value="">not known</option><option>single-action</option>' in text
    answer = page.post("/check/", MOVE | {f"fact:{FACT}": "multi-actoin"}).content.decode()
    assert "Not clear. 7.0.2 would bring 7 issues" in answer
    assert "One fact about your device" in answer
    quoted = page.post("/check/", MOVE | {f"fact:{FACT}": '"single-action"'}).content.decode()
    assert "Not clear. 7.0.2 would bring 6 issues" in quoted


def test_a_mistyped_version_is_said_before_the_answer(page: Client, known_story: Case) -> None:
    text = shown(page, ASKED.replace("to=7.0.2", "to=7.0.22"))
    assert "7.0.22: no release that is known here, perhaps a typing mistake. Not clear." in text
    answer = text[text.index('class="answer') : text.index("</section>")]  # beside the sentence, not below the page
    assert 'href="/check/?product=fortimail&amp;from=6.2.5&amp;to=7.0.2"' in answer
    assert text.count('href="/check/?product=fortimail&amp;from=6.2.5&amp;to=7.0.2"') == 1
    assert "no release that is known here" not in shown(page)


def test_facts_are_never_read_from_an_address(page: Client, known_story: Case) -> None:
    text = shown(page, f"{ASKED}&facts={FACT}+%3D+single-action&fact:{FACT}=single-action")
    assert "7.0.2 would bring 7 issues" in text
    assert "single-action</textarea>" not in text


def test_a_line_that_is_no_fact_is_refused_and_kept(page: Client, known_story: Case) -> None:
    answer = page.post("/check/", MOVE | {"facts": "nonsense"})
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "Not a line of the form path = value: nonsense" in text
    assert "nonsense</textarea>" in text


@pytest.mark.parametrize("version", ["7.2", "latest"])
def test_what_is_no_version_offers_candidates_as_links(page: Client, known_story: Case, version: str) -> None:
    text = shown(page, f"/check/?product=fortimail&from=6.2.5&to={version}", status=422)
    assert 'href="/check/?product=fortimail&amp;from=6.2.5&amp;to=' in text
    assert f'value="{version}"' in text


def test_candidates_keep_facts_as_buttons(page: Client, known_story: Case) -> None:
    answer = page.post("/check/", MOVE | {"to": "7.2", "facts": f"{FACT} = single-action"})
    assert 'name="chosen-to" value="7.2.9"' in answer.content.decode()
    answer = page.post("/check/", MOVE | {"to": "7.2", "chosen-to": "7.2.9", "facts": f"{FACT} = single-action"})
    assert answer.status_code == 200
    assert "FortiMail 6.2.5 → 7.2.9" in answer.content.decode()


def test_an_empty_version_is_asked_for(page: Client, known_story: Case) -> None:
    assert "Which version is it to be?" in shown(page, "/check/?product=fortimail&from=6.2.5&to=", status=422)
    assert "What would the upgrade bring?" in shown(page, "/check/")


def test_a_version_outside_the_catalogue_is_loud(page: Client, known_story: Case) -> None:
    text = shown(page, "/check/?product=fortimail&from=6.2.5&to=9.9.9")
    assert "Not in the catalogue, so judged by order alone: 9.9.9." in text
    assert 'class="answer good"' not in text


def test_green_is_only_what_is_clear(page: Client, alice: Person) -> None:
    product = clear_world(alice.user)
    text = shown(page, f"/check/?product={product.slug}&from=1.0.0&to=1.0.1")
    assert "Clear. Nothing enters, nothing is unknown." in text
    assert 'class="answer good"' in text
    text = shown(page, f"/check/?product={product.slug}&from=1.0.1&to=1.0.0")
    assert 'class="answer bad"' in text
    assert "safe" not in text.casefold()


def test_a_hidden_issue_counts_without_a_word_of_it(page: Client, alice: Person, charlie: Person) -> None:
    product = clear_world(alice.user)
    record(
        charlie.department, charlie.user, product=product, title="Secret", audience="department",
        statements=[NewStatement("seen", "1.0.1")],
    )  # fmt: skip
    text = shown(page, f"/check/?product={product.slug}&from=1.0.0&to=1.0.1")
    assert "Something that you may not see would count." in text
    assert "Secret" not in text
    assert 'class="answer good"' not in text
    assert "Secret" in shown(charlie.client, f"/check/?product={product.slug}&from=1.0.0&to=1.0.1")


LESS = "Not clear. 1.0.1 would bring nothing new that is known; "


def lead_of(page: Client, product: Product) -> str:
    """Return the sentence on top of the check of the clear world's move."""
    text = shown(page, f"/check/?product={product.slug}&from=1.0.0&to=1.0.1")
    return text.partition('<p class="lead">')[2].partition("</p>")[0]


def test_a_hidden_hit_is_no_promise_that_nothing_new_comes(page: Client, alice: Person, charlie: Person) -> None:
    product = clear_world(alice.user)
    record(
        charlie.department, charlie.user, product=product, audience="department",
        statements=[NewStatement("seen", "1.0.1")],
    )  # fmt: skip
    assert lead_of(page, product) == f"{LESS}something that you may not see would count."


def test_a_hit_that_an_unvalidated_condition_took_away_is_none_either(page: Client, alice: Person) -> None:
    product = clear_world(alice.user)
    said, condition = [NewStatement("seen", "1.0.1")], {"eq": ["mode", "strict"]}
    record(alice.department, alice.user, product=product, statements=said, condition=condition)
    move = {"product": product.slug, "from": "1.0.0", "to": "1.0.1", "hop": "", "fact:mode": "loose"}
    text = page.post("/check/", move).content.decode()
    assert f"{LESS}1 does not apply by a condition that nobody has validated." in text


def test_what_stays_and_an_answer_on_too_little_are_told(page: Client, alice: Person) -> None:
    product = clear_world(alice.user)
    product.sources.update(covers=[])
    assert lead_of(page, product) == f"{LESS}the answer rests on too little."
    record(
        alice.department, alice.user, product=product,
        statements=[NewStatement("introduced", "1.0.0")],
    )  # fmt: skip
    notice = {"kind": "notice", "move": {"direction": "upgrade"}, "severity": "low", "statements": []}
    record(alice.department, alice.user, product=product, **notice)
    assert lead_of(page, product) == f"{LESS}1 known issue stays; 1 upgrade notice applies."


def section(text: str, name: str) -> str:
    """Return a section of a page by the id of its heading."""
    return text.partition(f'aria-labelledby="{name}"')[2].partition("</section>")[0]


def test_a_bad_verdict_stands_beside_nothing_that_reassures(page: Client, known_story: Case) -> None:
    text = section(shown(page), "decide")
    assert "names a fix" in text
    assert "7.0.2 is affected" in text
    for word in ("says it is fixed", 'data-c="fixed"', 'data-c="admits"', "chip good"):
        assert word not in text
    assert "says it is fixed" in shown(page, "/issues/cve-2025-32756/")
    assert "chip good" not in section(shown(page), "coverage")


def test_what_is_validated_is_not_green_beside_a_bad_verdict(page: Client, known_story: Case) -> None:
    fortimail().issues.filter(slug="multi-action-duplicate-relay").update(confidence="validated")
    text = section(shown(page), "decide")
    assert "Validated" in text
    assert "chip good" not in text


def test_the_unknown_are_in_the_order_that_the_page_tells(page: Client, alice: Person) -> None:
    product = clear_world(alice.user)
    for severity, kind in (("low", "defect"), ("critical", "limitation"), ("critical", "vulnerability"),
                           ("unknown", "defect"), ("critical", "limitation")):  # fmt: skip
        record(
            alice.department, alice.user, product=product, title=f"{severity} {kind}", severity=severity, kind=kind,
            statements=[],
        )  # fmt: skip
    first = KnownIssue.objects.filter(title="critical limitation").earliest("pk")
    KnownIssue.objects.filter(pk=first.pk).update(ref="ZR-2026-10000")  # by number, not by letters
    text = section(shown(page, f"/check/?product={product.slug}&from=1.0.0&to=1.0.1"), "unknown")
    assert "In order of severity, unknown and then the worst first" in text
    second = KnownIssue.objects.filter(title="critical limitation").latest("pk")
    places = [text.index(word) for word in (
        "unknown defect", "critical vulnerability", second.ref, "ZR-2026-10000", "low defect",
    )]  # fmt: skip
    assert places == sorted(places)


def test_each_reason_names_its_document_beside_it(page: Client, known_story: Case) -> None:
    text = " ".join(section(shown(page), "decide").split())
    said = text.partition("Listed as affected: 7.0.0 to 7.0.8")[2][:400]
    assert 'rel="noreferrer">CVE record CVE-2025-32756</a>, read on <time datetime="2026-11-24">' in said
    assert "Report of a mail team, read on" in text.partition("FortiGuard scan judged before")[2]
    assert "FortiMail 7.2.2 release notes" in section(shown(page), "applies")


def test_what_was_said_without_a_document_says_so(page: Client, alice: Person) -> None:
    product = clear_world(alice.user)
    record(alice.department, alice.user, product=product, statements=[NewStatement("seen", "1.0.1")])
    text = section(shown(page, f"/check/?product={product.slug}&from=1.0.0&to=1.0.1"), "decide")
    assert "Seen on 1.0.1" in text
    assert "(no document is named)" in text


def test_not_affected_by_a_list_alone_says_which_list_of_when_and_what_it_claims(page: Client, alice: Person) -> None:
    product = clear_world(alice.user)
    text = " ".join(section(shown(page, f"/check/?product={product.slug}&from=1.0.0&to=1.0.1"), "leaves").split())
    source = product.sources.get()
    assert source.published is not None
    sentence = (
        f"1.0.1 counts as not affected only because the list of affected versions of {day_words(source.published)}"
        " does not name it and says that it is complete"
    )
    assert sentence in text
    assert "(All there is, read on" in text
    product.sources.update(published=None)
    assert "only because the list of affected versions, as read on" in shown(
        page, f"/check/?product={product.slug}&from=1.0.0&to=1.0.1"
    )


def test_what_happened_the_last_time_stands_directly_below_the_answer(
    page: Client, known_story: Case, charlie: Person
) -> None:
    text = shown(page)
    places = [text.index(word) for word in ('class="answer', 'aria-labelledby="before"', 'class="tally"')]
    assert places == sorted(places)
    before = section(text, "before")
    assert "One message was rejected to its sender and delivered to the user." in before
    assert f'href="/cases/{known_story.ref}/"' in before
    theirs = section(shown(charlie.client), "before")
    assert "One message was rejected" in theirs
    assert known_story.ref not in theirs


def test_no_precedent_is_no_good_precedent(page: Client, alice: Person) -> None:
    product = clear_world(alice.user)
    text = section(shown(page, f"/check/?product={product.slug}&from=1.0.0&to=1.0.1"), "before")
    assert "Nobody has recorded how such a move went, which does not mean that it went well." in text


def kept(client: Client, **changes: str) -> str:
    """Keep a check and return its address."""
    answer = client.post("/checks/", MOVE | {"facts": ""} | changes)
    assert answer.status_code == 302
    return str(answer["Location"])


def test_a_kept_check_holds_paths_of_facts_and_no_values(page: Client, known_story: Case) -> None:
    address = kept(page, facts=f"{FACT} = single-action")
    row = StoredCheck.objects.get()
    assert row.fact_paths == [FACT]
    assert "single-action" not in str(row.report["items"][0]) + str(row.report["summary"])
    text = shown(page, address)
    assert "would bring 6 issues" in text
    assert "facts given for" in text
    assert f'value="{escape(FACT)} = single-action"' not in text


def test_a_kept_check_is_shared_without_the_cases_of_others(page: Client, known_story: Case, charlie: Person) -> None:
    address = kept(page)
    link = f'href="/cases/{known_story.ref}/"'
    assert link in shown(page, address)
    text = shown(charlie.client, address)
    assert "Not clear. 7.0.2 would bring 7 issues" in text
    assert link not in text


def test_a_kept_check_is_not_there_for_who_may_not_see_an_item_now(
    page: Client, known_story: Case, alice: Person, charlie: Person
) -> None:
    issue = record(alice.department, alice.user, title="For us alone", audience="department")
    address = kept(page)
    assert issue.title in shown(page, address)
    text = shown(charlie.client, address, status=404)
    assert "Nothing here that you may see." in text
    assert issue.title not in text


def test_a_kept_check_stays_as_it_was_told(page: Client, known_story: Case, alice: Person) -> None:
    address = kept(page)
    record(alice.department, alice.user, title="Known since today")
    assert "Known since today" in shown(page)
    assert "Known since today" not in shown(page, address)


def test_the_page_speaks_japanese(page: Client, known_story: Case) -> None:
    text = page.get(ASKED, headers={"Accept-Language": "ja"}).content.decode()
    assert "問題なしとは言えません。7.0.2では問題7件と仕様変更2件が新たに該当し、不明が21件あります。" in text
    assert re.search(r"7\.0\.2で確認 <span class=\"src\">\(Report of .*\)</span>。6\.2\.5についての記述はない", text)
    assert "7.0.0〜7.0.8" in text


def test_every_reason_of_the_engine_has_its_words() -> None:
    said = {value for name, value in vars(reasons).items() if name.isupper() and isinstance(value, str)}
    assert set(reason_words.TEMPLATES) == said | set(reasons.SAID.values())


def test_places_of_reasons_are_the_same_in_japanese() -> None:
    def places(text: str) -> set[str | None]:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}

    with override("ja"):
        for template in reason_words.TEMPLATES:
            assert places(gettext(template)) == places(template), template


def test_a_device_asks_with_what_it_runs(page: Client, known_story: Case) -> None:
    device = known_story.devices.get()
    assert "from=7.0.2&amp;draft=1" in shown(page, f"/devices/{device.public_id}/")
    assert 'name="from" value="7.0.2"' in shown(page, "/check/?product=fortimail&from=7.0.2&draft=1")


def test_versions_of_a_product_are_offered(page: Client, known_story: Case) -> None:
    assert '<option value="7.0.2">' in shown(page, "/check/versions/?product=fortimail")
    assert '<option value="7.0.2">' in shown(page, "/check/")
