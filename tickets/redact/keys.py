"""Keys of lines whose values are of one kind, whatever they look like."""

from typing import Final

_NUMBERS: Final = {
    7: "pri polid score pid port srcport dstport wf_cat_id id nrcpts tid class msgs",
    10: "log_id logid",
    12: "message_length size scan_time xfer_time transfer_time recv_time notif_delay bytes total_bytes uptime",
    19: "eventtime",
}
_HOSTS: Final = """
client_name host hostname devname device dvc helo ptr relay mx node server servername server_hostname client_hostname
computer dst src
"""
_SERIALS: Final = "device_id devid serial serialno serial_no serial_number serialnumber sn license licence_no"
_TEXTS: Final = "subject attachment_name filename file attachment realname fullname password"

# A long number behind one of these is a count, a size, a time, if it has no more digits than this.
NUMBER_KEYS: Final = {key: most for most, keys in _NUMBERS.items() for key in keys.split()}
VERSION_KEYS: Final = frozenset({"version", "ver", "firmware", "release", "build", "dsn", "status", "engine"})
HOST_KEYS: Final = frozenset(_HOSTS.split())
SERIAL_KEYS: Final = frozenset(_SERIALS.split())
TEXT_KEYS: Final = frozenset(_TEXTS.split())  # what somebody wrote: harmless words too tell something there
NO_HOSTS: Final = frozenset({"localhost", "local", "none", "unknown", "null"})
# Before an address in a Japanese sentence, where any other word may be the beginning of the address.
NO_NAMES: Final = frozenset(
    ["宛先", "送信先", "送信元", "送信者", "差出人", "受信者", "宛", "件名", "アドレス", "メール", "メールアドレス"]
)
