"""Is family of a child's record hidden from whoever opens it? Then somebody else adds adults and homes.

An adult of a child who is hidden from somebody is hidden on the record of a brother or sister too. Whoever added
another one there would not know whether the adult is there already, and an order about the one would not bind the
other. It is refused whatever was typed, so that the answer tells nothing of who is hidden.
"""

from children.models import Child
from safeguarding.accounts.models import User
from safeguarding.prepared import prepared

from .for_leads import ToEnter

SOMEBODY_ELSE = "Somebody else has to enter this, because some details of this record are not shown to you."


def is_withheld(child: Child, *, by: User) -> bool:
    """Whether an adult of no organisation or a home that stands on the record is hidden from `by`, because it is a
    hidden child's now. A social worker whom both have, or a home of before, withholds nothing.
    """
    [[withheld]] = prepared("SELECT rules.record_withheld(%s, %s)", [by.pk, child.pk])
    return bool(withheld)


def refuse_withheld(card: Child, *, by: User) -> None:
    """Raise `ToEnter` where something of the record is hidden from `by`."""
    if is_withheld(card, by=by):
        raise ToEnter(SOMEBODY_ELSE)
