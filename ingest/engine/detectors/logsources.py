"""Which of our log formats a Sigma ``logsource`` means."""

from collections.abc import Mapping
from typing import Any, Final

from ingest.engine.detectors.broken import broken
from ingest.engine.detectors.model import LogSource
from ingest.engine.formats import REGISTRY

# (product, service) as rules name them; a format's own name as product always means that format.
NAMED: Final[dict[tuple[str, str], str]] = {
    ("cisco", "esa"): "cisco_esa",
    ("exchange", "message_tracking"): "exchange_tracking",
    ("fortinet", "fortimail"): "fortimail",
    ("fortinet", "fortigate"): "fortigate",
}
MAIL: Final = ("fortimail", "postfix", "sendmail", "exim", "opensmtpd", "cisco_esa", "exchange_tracking")
KEYS: Final = frozenset({"product", "service", "category", "definition"})


def read_logsource(given: Mapping[str, Any], where: str) -> LogSource:
    """The formats that a rule is about. ``service`` behind a product is the type of its lines (`zenrei parse`)."""
    if unknown := sorted(map(str, set(given) - KEYS)):
        raise broken(f"{where}, logsource", f"the key “{unknown[0]}” is not known", f"use {', '.join(sorted(KEYS))}")
    product, service, category = (_word(given, key, where) for key in ("product", "service", "category"))
    words = "/".join(word for word in (category, product, service) if word)
    if category not in {None, "mail"}:
        raise broken(f"{where}, logsource, category", f"“{category}” is no kind of log that is read here", "use mail")
    if product is None:
        if category is None or service is not None:
            raise broken(f"{where}, logsource", "it names no product", f"use {_products()}, or category: mail")
        return LogSource(MAIL, None, words)
    if (product, service or "") in NAMED:
        return LogSource((NAMED[product, service or ""],), None, words)
    if product not in REGISTRY:
        raise broken(f"{where}, logsource, product", f"no format is called “{product}”", f"use {_products()}")
    if category == "mail" and product not in MAIL:
        raise broken(f"{where}, logsource", f"{product} is no mail log", "leave category out")
    return LogSource((product,), service, words)


def _word(given: Mapping[str, Any], key: str, where: str) -> str | None:
    value = given.get(key)
    if value is not None and (not isinstance(value, str) or not value):
        raise broken(f"{where}, logsource, {key}", "it is no text")
    return value


def _products() -> str:
    pairs = [f"{product} with service {service}" for product, service in NAMED]
    return f"one of {', '.join([*sorted(REGISTRY), *pairs])}"
