"""Somebody who records knowledge over the API, and a small product about which everything is known."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from tests.conftest import Person


def days_ago(number: int) -> str:
    """Return a day of the past as the API writes it."""
    day: date = timezone.localdate() - timedelta(days=number)
    return day.isoformat()


@dataclass(frozen=True)
class Desk:
    """A person's API for knowledge; what is refused fails the test."""

    person: Person

    def post(self, path: str, body: dict[str, Any]) -> Any:
        """POST what must be taken."""
        answer = self.person.api.post(path, body)
        assert answer.status_code in {200, 201}, answer.content
        return answer.json()

    def get(self, path: str) -> Any:
        """GET what must be there."""
        answer = self.person.api.get(path)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def issue(self, **body: Any) -> str:
        """Record an issue of the small product; return its number."""
        values = {"product": "relay", "kind": "defect", "title": "Mail stops", "severity": "high"} | body
        return str(self.post("issues/", values)["id"])

    def say(self, issue: str, says: str, version: str) -> str:
        """State something about an issue; return the statement's id."""
        return str(self.post(f"issues/{issue}/statements/", {"says": says, "version": version})["id"])

    def claim(self, issue: str, party: str, proposition: str, stance: str, said_at: str | None = None) -> None:
        """Record what a party said."""
        body = {"party": party, "proposition": proposition, "stance": stance, "said_at": said_at}
        self.post(f"issues/{issue}/claims/", body)

    def check(
        self,
        start: str = "1.0.0",
        target: str = "1.0.1",
        *hops: str,
        product: str = "relay",
        facts: dict[str, Any] | None = None,
    ) -> Any:
        """Ask for a move."""
        body = {"product": product, "from": start, "to": target, "hops": list(hops), "facts": facts or {}}
        return self.post("upgrade-check/", body)

    def verdicts(self, *move: str, **more: Any) -> dict[str, str]:
        """Return the verdicts of a move by the issues' numbers."""
        return {item["id"]: item["verdict"] for item in self.check(*move, **more)["items"]}


@dataclass(frozen=True)
class Relay:
    """What is recorded of the product relay; each field can be spoilt."""

    product: dict[str, Any] = field(default_factory=dict)
    target: dict[str, Any] = field(default_factory=dict)
    source: dict[str, Any] = field(default_factory=dict)
    listed: dict[str, Any] = field(default_factory=dict)


def make_relay(desk: Desk, relay: Relay | None = None) -> str:
    """Record a product with full vendor sources and one issue, listed as 1.0.0 only; return the issue's number."""
    told = relay or Relay()
    desk.post("parties/", {"name": "Maker", "kind": "vendor"})
    desk.post("parties/", {"name": "Reseller S", "kind": "reseller"})
    product = {"name": "Relay", "vendor": "maker", "scheme": "fortinet", "path_needed": False}
    desk.post("products/", product | told.product)
    desk.post("releases/", {"product": "relay", "version": "1.0.0", "released": days_ago(400)})
    desk.post("releases/", {"product": "relay", "version": "1.0.1", "released": days_ago(200)} | told.target)
    source = {
        "product": "relay",
        "title": "Known issues of 1.0",
        "kind": "vendor",
        "published": days_ago(100),
        "retrieved": days_ago(10),
        "covers": ["1.0"],
    }
    read = desk.post("sources/", source | told.source)
    listed = {
        "says": "ranges",
        "ranges": [{"from": "1.0.0", "to": "1.0.0"}],
        "lists_all": True,
        "source": read["id"],
    }
    return desk.issue(statements=[listed | told.listed])
