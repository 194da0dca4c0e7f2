"""Who are the children of the demo school? The data as `NewChild`, for the same service that an import uses."""

from datetime import date
from typing import Any

from children.facts import Adult, Called, Earlier, Home, Leaving, NewChild, Order
from children.models import ContactRestriction, OtherName, ParentalResponsibility
from safeguarding.demo import desk, source
from safeguarding.demo.days import Days

_BASIS = {"Mother": ParentalResponsibility.Basis.MOTHER, "Father": ParentalResponsibility.Basis.CERTIFICATE}


def new_child(entry: source.Entry, days: Days) -> NewChild:
    """One entry of the data as the services take it, in the school year of `days`."""
    homes = [_home(h) for h in entry["homes"]]
    places = {h["id"]: n for n, h in enumerate(entry["homes"])}
    entered = min(days.of(entry["entry_date"]) or days.today, days.today)
    orders = entry.get("court_orders", [])
    return NewChild(
        forename=entry["forename"],
        surname=entry["surname"],
        known_forename=_if_other(entry["preferred_forename"], entry["forename"]),
        known_surname=_if_other(entry["preferred_surname"], entry["surname"]),
        year_group=entry.get("year", 0) if "class" in entry else None,
        class_name=entry.get("class", ""),
        entered_on=entered,
        details=_details(entry, days),
        leaving=_leaving(entry, days, entered),
        homes=homes,
        adults=[_adult(a, places, [_order(o, days) for o in orders if _binds(o, a["id"])]) for a in entry["adults"]],
        orders=[_order(o, days) for o in orders if not o.get("restricted_contact_id")] + _filed(entry, days),
        called=_called(entry),
        former_upns=[entry["former_upn"]] if "former_upn" in entry else [],
        earlier=[_earlier(e, days, entered) for e in entry.get("previous_schools", [])],
    )


def _if_other(known: str, legal: str) -> str:
    return known if known != legal else ""


def _details(entry: source.Entry, days: Days) -> dict[str, Any]:
    sen = entry.get("sen", {})
    return {
        "upn": entry["upn"],
        "admission_number": entry["admission_no"],
        "middle_names": entry.get("middle_names", ""),
        "date_of_birth": days.of(entry["dob"]),
        "sex": entry["sex"],
        "address_confidential": entry.get("do_not_disclose_address", False),
        "address_confidential_reason": "The school has been asked not to give this address to anybody."
        if entry.get("do_not_disclose_address")
        else "",
        "ethnicity": entry["ethnicity"],
        "first_language": entry["first_language"],
        "interpreter_needed": entry.get("interpreter_needed", False),
        "sen_provision": sen.get("provision", "N"),
        "sen_needs": sen.get("needs", []),
        "in_care": entry.get("in_care", False),
        "care_authority": entry.get("care_authority", ""),
    }


def _home(home: source.Entry) -> Home:
    return Home(
        address=home["line1"],
        town=home["town"],
        county=home["county"],
        postcode=home["postcode"],
    )


def _adult(adult: source.Entry, places: dict[str, int], orders: list[Order]) -> Adult:
    works_for = adult.get("organisation_la", "")
    return Adult(
        title=adult.get("title", ""),
        forename=adult["forename"],
        surname=adult["surname"],
        relationship=adult["relationship"],
        order=adult["order"],
        organisation="Children’s social care" if works_for else "",
        mobile=adult.get("mobile", ""),
        telephone=adult.get("home_phone", ""),
        email=adult.get("email", ""),
        is_emergency=adult.get("emergency", False),
        delegated_authority=adult.get("delegated_authority", ""),
        responsibility=adult.get("pr", False),
        basis=_BASIS.get(adult["relationship"], ParentalResponsibility.Basis.UNKNOWN)
        if adult.get("pr")
        else ParentalResponsibility.Basis.UNKNOWN,
        home=places.get(adult.get("household", "")),
        orders=orders,
    )


def _binds(order: source.Entry, adult_id: str) -> bool:
    return order.get("restricted_contact_id") == adult_id


def _order(order: source.Entry, days: Days) -> Order:
    return Order(
        kind=ContactRestriction.Kind(order["type"]),
        terms=order["detail"],
        starts_on=min(days.of(order["made"]) or days.today, days.today),
        ends_on=days.of(order["expires"]),
    )


def _filed(entry: source.Entry, days: Days) -> list[Order]:
    """The order that is among the child's files is known to those who look under People, too."""
    if entry["id"] != desk.DOCUMENT_CHILD:
        return []
    made = days.today - desk.DOCUMENT_AGO
    return [Order(kind=ContactRestriction.Kind.OTHER, terms=desk.DOCUMENT_SAYS, starts_on=made)]


def _called(entry: source.Entry) -> list[Called]:
    names = []
    if "former_surname" in entry:
        names.append(Called(surname=entry["former_surname"], kind=OtherName.Kind.FORMER))
    if "native_name" in entry:
        names.append(Called(forename=entry["native_name"], kind=OtherName.Kind.NATIVE))
    return names


def _earlier(school: source.Entry, days: Days, entered: date) -> Earlier:
    return Earlier(
        name=school["name"],
        local_authority=school["la"],
        establishment=school["estab"],
        entered_on=days.of(school["from"]),
        left_on=min(days.of(school["to"]) or entered, entered),
    )


def _leaving(entry: source.Entry, days: Days, entered: date) -> Leaving | None:
    left = days.of(entry.get("leaving_date"))
    if left is None:
        return None
    to = entry["destination"]
    return Leaving(
        on=max(entered, min(left, days.today)),
        reason=entry["leaving_reason"],
        destination=to["name"] or "",
        destination_authority=to["la"] or "",
        destination_establishment=to["estab"] or "",
        destination_confirmed=to["confirmed"],
    )
