"""Are adults or homes of a child's record hidden from whoever opens it? Then somebody else adds further ones.

An adult of a child who is hidden from somebody is hidden on the record of a brother or sister too. Whoever added
another one there would not know whether the adult is there already, and an order about the one would not bind the
other. It is refused whatever was typed, so that the answer tells nothing of who is hidden.
"""

from children.models import Child, Contact, ContactLink, Household, HouseholdMember
from safeguarding.accounts.models import User

from .for_leads import ToEnter

SOMEBODY_ELSE = "Somebody else has to enter this, because some details of this record are not shown to you."


def is_withheld(child: Child, *, by: User) -> bool:
    """Whether an adult or a home that stands on the record now is hidden from `by`."""
    links = ContactLink.objects.filter(child=child, ends_on=None)
    homes = HouseholdMember.objects.filter(child=child, ends_on=None)
    adults_seen, homes_seen = Contact.objects.visible_to(by), Household.objects.visible_to(by)
    return (
        links.exclude(contact__in=adults_seen.values("pk")).exists()
        or homes.exclude(household__in=homes_seen.values("pk")).exists()
    )


def refuse_withheld(card: Child, *, by: User) -> None:
    """Raise `ToEnter` where something of the record is hidden from `by`."""
    if is_withheld(card, by=by):
        raise ToEnter(SOMEBODY_ELSE)
