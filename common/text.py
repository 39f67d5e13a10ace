"""Text as PostgreSQL can hold it: what a log or an error message says is hostile until shown otherwise."""

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def storable(text: str) -> str:
    """Return the text with NUL and lone surrogates, which PostgreSQL holds in no text, as U+FFFD."""
    return text.replace("\x00", REPLACEMENT).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
