"""What services say when they refuse, in the reader's language.

Services speak English, to programs and people alike. A refusal that is not known here is shown as it was said; a test
holds this list against the words of the services.
"""

import re

from django.utils.translation import gettext, gettext_noop

from common.refusals_of_versions import version_refusal

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
    gettext_noop("Say what is to be done, or why to look again."),
    gettext_noop("On which day?"),
    gettext_noop("From and to are the same party."),
    gettext_noop("The product wrote this entry; add a note beside it instead."),
    gettext_noop("This entry was corrected already. Correct its newest revision."),
    gettext_noop("Name the case by what is wrong."),
    gettext_noop("Devices of another department cannot be named."),
    gettext_noop("Choose at least one finding."),
    gettext_noop("Name the party that gets the pack: we have the evidence ourselves."),
    gettext_noop("Only a pack that waits to be looked at can be released."),
    gettext_noop("This pack was not released. Look at what it replaces, and release it first."),
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
    gettext_noop("Name the product whose version it is."),
    gettext_noop("Name the document."),
    gettext_noop("It is in the catalogue already."),
    gettext_noop("Say in one line what happens."),
    gettext_noop("Only a department can keep an issue to itself."),
    gettext_noop("Name the behaviour whose value changes."),
    gettext_noop("Only a behaviour_change has one."),
    gettext_noop('Say for which moves the notice is: {"direction": "downgrade"}.'),
    gettext_noop("Only a notice has one."),
    gettext_noop("Say why: withdrawn as wrong, or what replaces it."),
    gettext_noop("Name another issue of this product that is not archived."),
    gettext_noop("Say what was wrong with it."),
    gettext_noop("This statement was taken back already."),
    gettext_noop("This day has not come yet."),
    gettext_noop("This confirmation was accepted already."),
    gettext_noop("A confirmation is accepted by somebody other than the one who wrote it."),
    gettext_noop("An issue is validated by somebody other than its author."),
    gettext_noop("An archived issue is not validated."),
    gettext_noop("Name the evidence, or how it was reproduced."),
    gettext_noop("Name the evidence, or how it was tried."),
    gettext_noop("This issue has no condition."),
    gettext_noop("A condition is validated by somebody other than the one who wrote it."),
    gettext_noop("Choose at least one piece of evidence for each side."),
    gettext_noop("No such piece of evidence in this case."),
    gettext_noop("A piece stands on both sides: choose days for both, which do not overlap."),
    gettext_noop("The days end before they begin."),
    gettext_noop("Only an entry of the kind state changes the state of the case."),
    gettext_noop("A case changes its state when it does: date it now or before. Of today, tell the time too."),
    gettext_noop("Somebody changed the case since you looked at it. Look at it again, then change it."),
    gettext_noop("This promise is not overdue: it was answered, has time left, or its case is over."),
    gettext_noop("Our own people need no contact: they have accounts."),
    gettext_noop("Name the contact."),
    gettext_noop("This is no e-mail address."),
    gettext_noop("A mail goes into a case of its own department."),
    gettext_noop("This mail is in a case already. Take it out there first."),
    gettext_noop("Say why it does not belong there."),
    gettext_noop("This mail is in no case."),
    gettext_noop("This mail is yours to read. Only operators of the department that has it may file it."),
    gettext_noop("A contract is with somebody else."),
    gettext_noop("Write the number of the contract, or what you call it."),
    gettext_noop("The contract ends before it begins."),
    gettext_noop("Write the address with https:// in front."),
    gettext_noop("Write office hours like 09:00-18:00."),
    gettext_noop("Write a country like JP, or a part of one like DE-BY."),
    gettext_noop("Write the day like 2026-02-01."),
    gettext_noop("Write hours as a number."),
    gettext_noop('The kind "ranges" has ranges, and no version.'),
    gettext_noop('Only the kind "ranges" has ranges and lists_all.'),
)
_PATTERNS = (
    (r"(?P<ref>\S+) is yours to read\. Only operators of the department that owns it may change it\.",
     gettext_noop("%(ref)s is yours to read. Only operators of the department that owns it may change it.")),
    (r"(?P<hop>.+) does not lie on the way: name hops in order, between from and to\.",
     gettext_noop("%(hop)s does not lie on the way: name hops in order, between from and to.")),
    (r"More than (?P<n>\d+) hops\.", gettext_noop("More than %(n)s hops.")),
    (r"A list of 1 to (?P<n>\d+) ranges, each with from and to\.",
     gettext_noop("A list of 1 to %(n)s ranges, each with from and to.")),
    (r"(?P<first>.+) is newer than (?P<last>.+)\.", gettext_noop("%(first)s is newer than %(last)s.")),
    ((r"(?P<ref>\S+) is said to affect versions\. Take those statements back first, or name the issue that "
      r"replaces it\."),
     gettext_noop(
         "%(ref)s is said to affect versions. Take those statements back first, or name the issue that replaces it."
     )),
    (r"(?P<ref>\S+) does not affect every version that (?P<other>\S+) affects\.",
     gettext_noop("%(ref)s does not affect every version that %(other)s affects.")),
    (r"(?P<ref>\S+) is less severe than (?P<other>\S+)\. Change one of them first\.",
     gettext_noop("%(ref)s is less severe than %(other)s. Change one of them first.")),
    (r"(?P<ref>\S+) applies under a condition that (?P<other>\S+) does not have\.",
     gettext_noop("%(ref)s applies under a condition that %(other)s does not have.")),
    (r"(?P<ref>\S+) is known to be absent from versions that (?P<other>\S+) may affect\.",
     gettext_noop("%(ref)s is known to be absent from versions that %(other)s may affect.")),
    (r"(?P<ref>\S+) is not for everybody who can see (?P<other>\S+)\.",
     gettext_noop("%(ref)s is not for everybody who can see %(other)s.")),
    (r"(?P<ref>\S+) is judged in another way than (?P<other>\S+): it is of another kind\.",
     gettext_noop("%(ref)s is judged in another way than %(other)s: it is of another kind.")),
    (r"(?P<ref>\S+) is about another behaviour, or other moves\.",
     gettext_noop("%(ref)s is about another behaviour, or other moves.")),
    (r"(?P<ref>\S+) is about another product than the case\.",
     gettext_noop("%(ref)s is about another product than the case.")),
    (r"No party (?P<name>.+)\. Make it first\.", gettext_noop("No party %(name)s. Make it first.")),
    (r"No product (?P<name>.+)\.", gettext_noop("No product %(name)s.")),
    (r"No device (?P<name>.+) in this department\.", gettext_noop("No device %(name)s in this department.")),
    (r"At most (?P<n>\d+) pieces a side\.", gettext_noop("At most %(n)s pieces a side.")),
    (r"(?P<name>.+) is no log that can be read\.", gettext_noop("%(name)s is no log that can be read.")),
    (r"(?P<name>.+) is no vendor\.", gettext_noop("%(name)s is no vendor.")),
    (r"(?P<name>.+) is no time zone: write one like Asia/Tokyo\.",
     gettext_noop("%(name)s is no time zone: write one like Asia/Tokyo.")),
    (r"At most (?P<n>\d+) things to do in a case\. Tick off what is done\.",
     gettext_noop("At most %(n)s things to do in a case. Tick off what is done.")),
    (r"More than (?P<n>[\d,]+) open cases to look at\. Narrow the list: by product, party or kind\.",
     gettext_noop("More than %(n)s open cases to look at. Narrow the list: by product, party or kind.")),
    (r"A day from (?P<first>\d+) on and before (?P<last>\d+)\.",
     gettext_noop("A day from %(first)s on and before %(last)s.")),
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
    if (told := version_refusal(said)) is not None:
        return told
    for form, words in _FORMS:
        match = form.fullmatch(said)
        if match:
            return gettext(words) % match.groupdict()
    return gettext(said) if said else ""
