"""Is an adult who is being added on a record of the school already, and what does that record say otherwise?"""

from collections.abc import Iterable, Mapping
from typing import Any

from children import names
from children.models import Child, Contact, ContactLink, HouseholdMember
from children.services.unseen import adults_at, adults_called
from safeguarding.accounts.models import User

from .recording import Changes

_MOST = 10
# Fewer figures than these are no number of anybody's.
_SHORTEST = 6
_NUMBERS = ("mobile", "telephone")
_ASKED = ("title", "forename", "surname", "organisation", *_NUMBERS, "email")


def adults_like(child: Child, values: Mapping[str, Any], *, by: User) -> list[Contact]:
    """The adults of the school, as far as whoever asks sees them, who may be the one that is being added: of this name,
    or with this telephone or e-mail. Those who are on the child's record now come first.
    """
    called, reach = _called(values), set(_reach(values))
    rows = Contact.objects.visible_to(by).filter(school=child.school_id).order_by("pk")
    alike = [
        one["pk"]
        for one in rows.values("pk", "forename", "surname", *_NUMBERS, "email")
        if _called(one) == called or reach & set(_reach(one))
    ]
    if not alike:
        return []
    own = set(on_record(child, alike))
    found = {one.pk: one for one in rows.filter(pk__in=alike)}
    return [found[key] for key in sorted(alike, key=lambda key: key not in own)[:_MOST]]


def on_record(child: Child, contacts: Iterable[Any]) -> list[Any]:
    """Which of these adults, by their keys, are on the child's record now."""
    links = ContactLink.objects.filter(child=child, ends_on=None, contact__in=list(contacts))
    return list(links.values_list("contact_id", flat=True))


def differing_of(contact: Contact, typed: Mapping[str, Any], home: HouseholdMember | None) -> Changes:
    """What was typed of an adult who is there, and is otherwise on the record: {field: (there, typed)}. Nothing typed
    says nothing. `household` is where the adult lives.
    """
    differs: dict[str, tuple[Any, Any]] = {
        name: (there, typed[name])
        for name in _ASKED
        if typed[name] and not _same(name, there := getattr(contact, name), typed[name])
    }
    if home is not None and contact.household_id not in (None, home.household_id):
        differs["household"] = (contact.household_id, home.household_id)
    return differs


def is_hidden(child: Child, typed: Mapping[str, Any], identity: str, *, by: User) -> bool:
    """Whether the school has an adult of this name or number whom `by` does not see. For a notice to the leads: the
    person is answered as of anybody else.
    """
    there = set(adults_called(child.school_id, typed["forename"], typed["surname"]))
    there |= set(adults_at(child.school_id, [identity] if identity else []).values())
    seen = Contact.objects.visible_to(by).filter(pk__in=there)
    return bool(there) and len(there) > seen.count()


def _same(name: str, there: str, typed: str) -> bool:
    if name in _NUMBERS:
        return _figures(there) == _figures(typed)
    return there.strip(" .").casefold() == typed.strip(" .").casefold()


def _called(values: Mapping[str, Any]) -> str:
    return names.fold(f"{values['forename']} {values['surname']}")


def _figures(number: str) -> str:
    """Its last ten figures: 07700 900123 and +44 7700 900123 are one number."""
    return "".join(letter for letter in number if letter.isdigit())[-10:]


def _reach(values: Mapping[str, Any]) -> Iterable[str]:
    numbers = (_figures(values[name]) for name in _NUMBERS)
    yield from (number for number in numbers if len(number) >= _SHORTEST)
    if values["email"]:
        yield values["email"].casefold()
