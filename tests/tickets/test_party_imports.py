"""Parties, contacts and contracts out of CSV: what a file changes, tells and leaves alone."""

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kb.models import Party
from kb.services.parties import create_party
from kb.services.products import create_product
from tests.conftest import Person
from tests.tickets.imports import imported
from tickets.models import Contact, Contract

FILE = """party,kind,contact,email,language,contract,response_high,response_any,starts_on
Reseller S,reseller,佐藤,sato@reseller.example,ja,S-1,4,24,2020-04-01
Fortinet,vendor,Support,,en,,,,
"""
CONTACT = {"name": "Sato", "email": "s@x.example", "phone": "+81 3", "language": "ja", "note": "Call before noon"}
CONTRACT = {
    "number": "S-1", "shared": True, "support_level": "24x7", "portal": "https://p.example/", "starts_on": "2020-01-01",
    "ends_on": "2027-01-01", "response_hours": {"high": 4.0}, "clock": "calendar", "hours": "00:00-24:00",
    "zone": "Europe/Berlin", "holidays": "DE", "product": None,
}  # fmt: skip


@pytest.fixture
def vendor(db: None) -> Party:
    """A vendor."""
    return create_party(name="Fortinet", kind="vendor")


def test_a_dry_run_says_what_would_be_and_changes_nothing(alice: Person, vendor: Party) -> None:
    rows = imported(alice, FILE, dry_run=True)
    assert [row["told"] for row in rows] == [
        {"party": "new", "contact": "new", "contract": "new"},
        {"party": "same", "contact": "new"},
    ]
    assert (Party.objects.filter(slug="reseller-s").exists(), Contact.objects.count()) == (False, 0)


def test_twice_is_the_same_as_once(alice: Person) -> None:
    imported(alice, FILE)
    assert {word for row in imported(alice, FILE) for word in row["told"].values()} == {"same"}
    contract = Contract.objects.get()
    assert (contract.number, contract.response_hours) == ("S-1", {"any": 24.0, "high": 4.0})
    assert Contact.objects.get(name="佐藤").language == "ja"
    changed = imported(alice, FILE.replace(",4,24,", ",8,24,"))
    assert changed[0]["told"]["contract"] == "changed"


def test_a_wrong_row_is_told_with_its_place_and_the_rest_goes_in(alice: Person) -> None:
    rows = imported(alice, "party,kind,contact,email\nA,vendor,Kim,nowhere\nB,friend,,\nC,vendor,Lee,lee@c.example\n")
    assert [(row["line"], row["column"]) for row in rows] == [(2, "email"), (3, "kind"), (4, "")]
    assert sorted(Party.objects.exclude(slug="us").values_list("name", flat=True)) == ["C"]


def test_all_that_is_wrong_is_told_at_once(alice: Person) -> None:
    head = "party,kind,contact,email,language,contract,product,portal,starts_on,response_any"
    (row,) = imported(alice, f"{head}\nA,vendor,Kim,nowhere,xx,N,none,ftp:x,soon,many\n")
    assert sorted(row["wrong"]) == ["email", "language", "portal", "product", "response_any", "starts_on"]
    assert row["wrong"][row["column"]] == row["error"]
    told = alice.api.post("party-imports/", {"csv": "party,colour,taste\nA,red\n"}).json()["errors"]
    assert "No column 'colour'. No column 'taste'." in str(told)
    told = alice.api.post("party-imports/", {"csv": "party\nA,b\nB\n" + "C,d\n" * 30}).json()["errors"]
    assert "line 2, 4, 5" in str(told)
    assert "and 11 more" in str(told)


@pytest.mark.parametrize("text", ["", "name\nA\n", "party,colour\nA,red\n", 'party,kind\n"A,vendor\n', "party\nA,b\n"])
def test_what_is_no_such_table_is_refused_as_a_whole(alice: Person, text: str) -> None:
    assert alice.api.post("party-imports/", {"csv": text}).status_code == 400


def test_the_apostrophe_of_an_export_is_taken_off(alice: Person) -> None:
    imported(alice, "party,kind\n'+81 Networks,vendor\n")
    assert Party.objects.filter(name="+81 Networks").exists()


def test_a_file_changes_only_the_columns_that_it_has_and_the_cells_that_hold_something(
    alice: Person, vendor: Party
) -> None:
    contact = alice.api.post("contacts/", {"party": "fortinet", **CONTACT}).json()
    contract = alice.api.post("contracts/", {"party": "fortinet", **CONTRACT}).json()
    (same,) = imported(alice, "party,contact,email,contract,zone\nFortinet,Sato,s@x.example,S-1,\n")
    assert same["told"] == {"party": "same", "contact": "same", "contract": "same"}
    text = "party,contact,phone,email,contract,portal,response_low\nFortinet,Sato,+81 6,,S-1,,24\n"
    (dry,), (row,) = imported(alice, text, dry_run=True), imported(alice, text)
    assert dry == row
    assert row["changes"] == {
        "contact": {"phone": {"old": "+81 3", "new": "+81 6"}},
        "contract": {"response_hours": {"old": {"high": 4.0}, "new": {"high": 4.0, "low": 24.0}}},
    }
    assert alice.api.get("contacts/").json()["results"] == [contact | {"phone": "+81 6"}]
    hours = {"response_hours": {"high": 4.0, "low": 24.0}}
    assert alice.api.get("contracts/").json()["results"] == [contract | hours]


def test_what_a_file_did_stands_in_the_history(alice: Person, vendor: Party) -> None:
    imported(alice, "party,contact,phone\nFortinet,Sato,1\n")
    imported(alice, "party,contact,phone\nFortinet,Sato,2\nFortinet,Sato,3\n")
    contact = Contact.objects.get()
    told = alice.api.get(f"contacts/{contact.public_id}/").json()["history"]
    assert [(one["kind"], one["by"], one["from_file"], one["changes"]) for one in told] == [
        ("changed", "Alice", True, {"phone": {"old": "1", "new": "3"}}),
        ("recorded", "Alice", True, {}),
    ]


def test_a_number_for_two_products_is_two_contracts(alice: Person, vendor: Party) -> None:
    for name in ("FortiMail", "FortiGate"):
        create_product(name=name, vendor=vendor)
    rows = "Fortinet,N,fortimail,4\nFortinet,N,fortigate,48\nFortinet,N,,96\n"
    told = imported(alice, "party,contract,product,response_any\n" + rows)
    assert [row["told"]["contract"] for row in told] == ["new"] * 3
    kept = {(one.product.slug if one.product else None): one.response_hours["any"] for one in Contract.objects.all()}
    assert kept == {"fortimail": 4.0, "fortigate": 48.0, None: 96.0}
    (row,) = imported(alice, "party,contract,response_any\nFortinet,N,1\n")
    assert (row["column"], "write the product" in row["error"]) == ("product", True)


def test_parties_are_found_by_their_names_not_by_what_addresses_make_of_them(alice: Person, vendor: Party) -> None:
    create_party(name="C", kind="vendor")
    rows = imported(alice, "party,contact\nC++,Kim\nFORTINET,Lee\nc,Ann\n")
    assert [(row["column"], row["told"]) for row in rows] == [
        ("party", {}), ("", {"party": "same", "contact": "new"}), ("", {"party": "same", "contact": "new"}),
    ]  # fmt: skip
    assert "C is recorded, which is nearly C++." in rows[0]["error"]
    assert set(Contact.objects.values_list("party__name", "name")) == {("Fortinet", "Lee"), ("C", "Ann")}


def test_contacts_are_found_by_address_in_any_case_or_by_a_name_that_fits_one(alice: Person, vendor: Party) -> None:
    imported(alice, "party,contact,email,phone\nFortinet,Sato,s@x.example,1\nFortinet,Kim,,1\n")
    rows = imported(
        alice,
        "party,contact,email,phone\nFortinet,Sato,S@X.example,2\nFortinet,sato,,3\nFortinet,Kim,k@x.example,2\n"
        "Fortinet,Kim,other@x.example,2\nFortinet,Kim,,9\n",
    )
    assert [row["told"].get("contact") for row in rows] == ["changed", "changed", "changed", "new", None]
    assert rows[2]["changes"]["contact"]["email"] == {"old": "", "new": "k@x.example"}
    assert rows[4]["column"] == "email"
    assert sorted(Contact.objects.values_list("name", "email", "phone")) == [
        ("Kim", "k@x.example", "2"), ("Kim", "other@x.example", "2"), ("Sato", "s@x.example", "3"),
    ]  # fmt: skip


def test_a_file_costs_the_same_questions_whatever_its_length(alice: Person, vendor: Party) -> None:
    alice.api.get("me/")  # notes the token's use

    def cost(first: int, rows: int) -> int:
        lines = [f"P{n},vendor,Kim,K-{n},8" for n in range(first, first + rows)]
        with CaptureQueriesContext(connection) as queries:
            told = imported(alice, "party,kind,contact,contract,response_any\n" + "\n".join(lines) + "\n")
        assert {row["error"] for row in told} == {""}
        return len(queries)

    assert cost(0, 3) == cost(10, 300)
    assert cost(0, 3) == cost(10, 300)  # what is known already


def test_rows_are_written_in_one_order_whatever_the_file_has(alice: Person) -> None:
    imported(alice, "party,kind,contact\nBeta,vendor,Lee\nBeta,vendor,Kim\nAcme,vendor,Ann\n")
    assert list(Party.objects.filter(kind="vendor").order_by("pk").values_list("name", flat=True)) == ["Acme", "Beta"]
    assert list(Contact.objects.order_by("pk").values_list("name", flat=True)) == ["Ann", "Kim", "Lee"]


def test_a_file_with_a_nul_is_refused(alice: Person) -> None:
    file = {"text": "", "department": alice.department.slug, "file": ContentFile(b"party\na\0b\n", name="a.csv")}
    assert alice.client.post("/party-imports/", file).status_code == 422


@pytest.mark.parametrize("cell", ["1_0", "１２", "1e1", "nan", "inf", "+4", "4h", "9" * 400])
def test_hours_are_written_in_plain_digits(alice: Person, cell: str) -> None:
    (row,) = imported(alice, f"party,kind,contract,response_any\nFortinet,vendor,S-1,{cell}\n")
    assert (row["column"], row["told"]) == ("response_any", {})
    assert not Contract.objects.exists()


def test_hours_may_have_a_fraction(alice: Person) -> None:
    imported(alice, "party,kind,contract,response_any,response_low\nFortinet,vendor,S-1,1.5,.5\n")
    assert Contract.objects.get().response_hours == {"any": 1.5, "low": 0.5}
