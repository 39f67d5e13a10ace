"""What services say when they refuse, in the reader's language.

Services speak English, to programs and people alike. A refusal that is not known here is shown as it was said; a test
holds this list against the words of the services.
"""

import re

from django.utils.translation import gettext, gettext_noop

SENTENCES = (
    gettext_noop("This cannot be done"),
    gettext_noop("The input is not valid"),
    gettext_noop("Nothing here that you may see"),
    gettext_noop("You may not do this"),
    gettext_noop("This conflicts with something else"),
    gettext_noop("Too large"),
    gettext_noop("Busy"),
    gettext_noop("No room left"),
    gettext_noop("The evidence store is full. Nothing was stored; make room, then send it again."),
    gettext_noop("Choose read or write."),
    gettext_noop("Name the token after where it will be used."),
    gettext_noop("This needs the role of an operator in a department, and a token of the scope write."),
    gettext_noop("The name needs a Latin letter or a digit."),
    gettext_noop("The name needs a letter or a digit."),
    gettext_noop("Name the device as you call it."),
    gettext_noop("Write the version as the device prints it."),
    gettext_noop("Name the party."),
    gettext_noop("Say what happened."),
    gettext_noop("Who was asked? Whoever is asked has the turn."),
    gettext_noop("Who promised?"),
    gettext_noop("From and to are the same party."),
    gettext_noop("The product wrote this entry; add a note beside it instead."),
    gettext_noop("This entry was corrected already. Correct its newest revision."),
    gettext_noop("Name the case by what is wrong."),
    gettext_noop("Devices of another department cannot be named."),
    gettext_noop("Only managers of the department that owns the case may share it."),
    gettext_noop("Only managers of the department that owns the case may take it back."),
    gettext_noop("This department owns the case."),
    gettext_noop("Write the number as the party writes it."),
    gettext_noop("The file is empty: it would prove nothing."),
    gettext_noop("Send one file at a time: each has facts of its own."),
    gettext_noop("This form did not come from a page of ours. Load the page anew and send it again."),
    gettext_noop("All upload places are taken. Try again in a moment."),
    gettext_noop("The upload was cut off before its end. Nothing of it is kept; send it again."),
    gettext_noop("Choose a file: the field `file` is missing."),
    gettext_noop("This form did not come from a page of ours, or the page was too old. Load it anew."),
    gettext_noop("Only operators of the department that runs the device may record its firmware."),
)
_PATTERNS = (
    (r"(?P<ref>\S+) is yours to read\. Only operators of the department that owns it may change it\.",
     gettext_noop("%(ref)s is yours to read. Only operators of the department that owns it may change it.")),
    (r"No party (?P<name>.+)\. Make it first\.", gettext_noop("No party %(name)s. Make it first.")),
    (r"No product (?P<name>.+)\.", gettext_noop("No product %(name)s.")),
    (r"No device (?P<name>.+) in this department\.", gettext_noop("No device %(name)s in this department.")),
    (r"(?P<name>.+) is no vendor\.", gettext_noop("%(name)s is no vendor.")),
    (r"(?P<name>.+) is no time zone: write one like Asia/Tokyo\.",
     gettext_noop("%(name)s is no time zone: write one like Asia/Tokyo.")),
    (r"At most (?P<n>\d+) characters\.", gettext_noop("At most %(n)s characters.")),
    (r"At most (?P<n>\d+) characters\. Longer texts are evidence: upload them\.",
     gettext_noop("At most %(n)s characters. Longer texts are evidence: upload them.")),
    (r"The file is larger than (?P<n>[\d.]+) GiB \(ZENREI_UPLOAD_BYTES_ALLOWED\)\. Cut it at line ends\.",
     gettext_noop("The file is larger than %(n)s GiB (ZENREI_UPLOAD_BYTES_ALLOWED). Cut it at line ends.")),
    ((r"The bytes of (?P<name>.+) are missing in the store \(SHA-256 (?P<hash>\w+)\)\. "
      r"Tell the administrator: a backup has them\."),
     gettext_noop(
         "The bytes of %(name)s are missing in the store (SHA-256 %(hash)s). "
         "Tell the administrator: a backup has them."
     )),
)  # fmt: skip
_FORMS = tuple((re.compile(pattern, re.DOTALL), words) for pattern, words in _PATTERNS)


def in_words(said: str) -> str:
    """Return a refusal in the reader's language."""
    for form, words in _FORMS:
        match = form.fullmatch(said)
        if match:
            return gettext(words) % match.groupdict()
    return gettext(said) if said else ""
