"""Products: catalogue, behaviours, sources, and what is added to them."""

from django.test import Client

from kb.models import Release, Source
from tests.conftest import Person
from tests.pages.knowledge import fortimail, record
from tickets.models import Case


def test_products_are_listed_with_what_is_known(page: Client, known_story: Case) -> None:
    text = page.get("/products/").content.decode()
    assert "152" in text
    assert "/issues/?product=fortimail" in text
    assert "No product fits this filter." in page.get("/products/?search=nothing").content.decode()


def test_the_page_of_a_product_shows_its_catalogue(page: Client, known_story: Case) -> None:
    text = page.get("/products/fortimail/?from=6.2.5&to=7.0.2").content.decode()
    for words in ("from 6.2.5", "to 7.0.2", "6.4.5", "Which check is judged first", "152 releases known", "unknown"):
        assert words in text, words
    assert page.get("/products/no-such/").status_code == 404


def test_an_issue_that_is_hidden_is_in_no_count(page: Client, story: Case, charlie: Person) -> None:
    record(charlie.department, charlie.user, title="Secret", audience="department")
    for path in ("/products/", "/products/fortimail/", "/issues/", "/issues.csv"):
        text = b"".join(charlie.client.get(path)).decode()
        assert ("Secret" in text) == (path != "/products/"), path
        assert "Secret" not in b"".join(page.get(path)).decode(), path
    assert "0 known issues." in page.get("/products/fortimail/").content.decode()


def test_a_release_is_added_and_a_refusal_keeps_what_was_typed(page: Client, story: Case) -> None:
    form = {"release-version": "7.0.2", "release-released": "2021-10-01"}
    assert page.post("/products/fortimail/releases/", form).status_code == 302
    assert Release.objects.get(product=fortimail()).version == "7.0.2"
    answer = page.post("/products/fortimail/releases/", form)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "There is one of this name already." in text
    assert 'value="2021-10-01"' in text
    answer = page.post("/products/fortimail/releases/", {"release-version": "7.2"})
    assert "it is a train: name a version of it" in answer.content.decode()


def test_a_source_is_added_with_what_it_covers(page: Client, story: Case) -> None:
    form = {"source-title": "Release notes", "source-kind": "vendor", "source-covers": "7.0, 7.2.1"}
    assert page.post("/products/fortimail/sources/", form).status_code == 302
    assert Source.objects.get().covers == ["7.0", "7.2.1"]
    answer = page.post("/products/fortimail/sources/", form | {"source-covers": "soon"})
    assert answer.status_code == 422
    assert 'value="soon"' in answer.content.decode()


def test_a_reader_adds_nothing(story: Case, bob: Person) -> None:
    for path in ("/products/fortimail/releases/", "/products/fortimail/sources/"):
        assert bob.client.post(path, {}).status_code == 403
    assert "Add a release" not in bob.client.get("/products/fortimail/").content.decode()
