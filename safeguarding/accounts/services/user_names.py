"""Which user names are taken, and which one does Harbour make? When do two names look the same?"""

from collections.abc import Collection

from safeguarding.accounts.models import User
from safeguarding.letters import normal

_LENGTH = 40


def usernames() -> set[str]:
    """Every user name of the installation, casefolded: one query for a whole list of new staff."""
    return {username.casefold() for username in User.objects.values_list("username", flat=True)}


def free_username(first_name: str, last_name: str, taken: Collection[str]) -> str:
    """`j.beckett`; `j.beckett2` where that is among `taken`, which are casefolded."""
    name = f"{_plain(first_name)[:1]}.{_plain(last_name)}".strip(".")[:_LENGTH] or "staff"
    number, found = 1, name
    while found in taken:
        number += 1
        found = f"{name}{number}"
    return found


def alike(first_name: str, last_name: str) -> tuple[str, str]:
    """What two spellings of a name have in common: "Zoë O’Brien" and "ZOE OBRIEN"."""
    return _plain(first_name) or first_name.casefold(), _plain(last_name) or last_name.casefold()


def _plain(name: str) -> str:
    """A name in the letters of a user name: "O’Brien-Şahin" is "obriensahin"."""
    apart = normal("NFKD", name.casefold())
    return "".join(letter for letter in apart if letter.isascii() and letter.isalnum())
