"""The verbs of events: what somebody did with a record. Here are those that several apps say; each app has its own.

A verb comes with how colleagues say it: "opened it", "signed in".
"""

from django.db import models

from safeguarding.registers import Entry, Register

VERBS: Register[Entry] = Register("event verb", length=20)
# Any app's: `VERBS` knows which of its members are verbs.
EventVerb = models.TextChoices


def register(verbs: type[models.TextChoices]) -> None:
    """Let events take the verbs of an app. The label of each is how it is said."""
    for verb in verbs:
        VERBS.add(verb, Entry(verb.label))


class Verb(models.TextChoices):
    """What is done with records of more than one app."""

    VIEW = "view", "opened it"
    LIST = "list", "saw it in a list"
    SEARCH = "search", "found it by a search"
    PRINT = "print", "printed it"
    DOWNLOAD = "download", "downloaded it"
    EXPORT = "export", "took it out as a file"
    DENY = "deny", "was turned away"
    ERROR = "error", "met an error"
    CREATE = "create", "made it"
    CHANGE = "change", "changed it"
    ACKNOWLEDGE = "acknowledge", "read it first"
    DECIDE = "decide", "decided"
    CLOSE = "close", "closed it"
    REOPEN = "reopen", "opened it again"
    ADD = "add", "added to it"
    ASSIGN = "assign", "gave somebody something to do"
    LINK = "link", "said who a child is"
    ASK = "ask", "asked about it"
    IMPORT = "import", "brought in a file"
    DISCARD = "discard", "discarded a draft"
    VERIFY = "verify", "checked that it is whole"
    GRANT = "grant", "gave access"
    WITHDRAW = "withdraw", "withdrew access"
    RESTRICT = "restrict", "restricted it, or lifted that"
    DECLARE = "declare", "declared a connection"
    CONFIRM = "confirm", "confirmed it"
    LIFT = "lift", "lifted a conflict"
    REVIEW = "review", "reviewed it"
    DESTROY = "destroy", "destroyed it"


register(Verb)
