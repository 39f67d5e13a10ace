"""The columns of the event table: the event model, and the line's own keys under names of their own.

A key of the line is the column ``fields.KEY``, a key inside its message ``message_fields.KEY``; so no sender and no
vendor can name a column of the model. Beyond `MOST_KEYS` of them (a hostile line has a million) a key and its value
stand in the lists ``other_keys`` and ``other_values``, where a detector finds them as well.
"""

from typing import Any, Final

from ingest.engine.event import Event, Kind
from ingest.engine.events.runtime import pl
from ingest.engine.parse import said

SCHEMA_NAME: Final = "zenrei.events/1"
FIELDS: Final = "fields."
MESSAGE_FIELDS: Final = "message_fields."
OTHER_KEYS: Final = "other_keys"
OTHER_VALUES: Final = "other_values"
MOST_KEYS: Final = 256
KEY_LENGTH: Final = 128  # a longer one goes to the others
UNIT: Final = "unit"  # of the parts only: what joins ids of one device

TEXTS: Final = pl.List(pl.String)
MODEL: Final[dict[str, Any]] = {
    "transaction": pl.String,  # of ids that lead to one another the first
    "place": pl.Int32,  # the number of the stream: with the line, the order in which lines were read
    "line": pl.Int64,
    "offset": pl.Int64,
    "file": pl.String,
    "format": pl.String,
    "device": pl.String,
    "firmware": pl.String,
    "zone": pl.String,
    "stamp": pl.Int64,  # milliseconds on the log's own clock
    "time": pl.String,
    "type": pl.String,
    "log": pl.String,
    "kind": pl.String,
    "session": pl.String,
    "child": pl.String,
    "told": pl.String,
    "told_scope": pl.String,
    "done": pl.String,
    "copy": pl.String,
    "sender": pl.String,
    "recipients": TEXTS,
    "client_ip": pl.String,
    "verdict": pl.String,
    "verdict_code": pl.String,
    "dispositions": TEXTS,
    "message": pl.String,
    "warning": pl.String,
    "text": pl.String,
    OTHER_KEYS: TEXTS,
    OTHER_VALUES: TEXTS,
}
# What a rule may ask of the model by its bare name; the rest says where a line stands, or is asked as a keyword.
ASKED: Final = (
    "device", "firmware", "type", "log", "kind", "transaction", "session", "child", "told", "told_scope", "done",
    "copy", "sender", "recipients", "client_ip", "verdict", "verdict_code", "dispositions", "message", "format",
    "warning",
)  # fmt: skip
LISTS: Final = frozenset({"recipients", "dispositions"})


def kind_name(kind: Kind) -> str:
    """A kind as rules name it."""
    return kind.name.lower()


def model_values(event: Event) -> dict[str, Any]:
    """What an event says, by column; where it stands and whose it is, the reader adds."""
    return said(event) | {
        "stamp": event.stamp,
        "log": event.log,
        "kind": kind_name(event.kind),
        "session": event.session,
        "recipients": list(event.recipients),
        "dispositions": list(event.dispositions),
        "warning": event.warning,
    }
