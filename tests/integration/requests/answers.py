"""How does a test come to an answer that is prepared, approved and made? By its services, as office, lead and data
protection officer do it.

Whom Rowan's record names besides: Hazel, another child; Dana, the mother; and who works there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from children.models import Child
from safeguarding.accounts.models import User
from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.keys import uuid7
from sharing.requests.models import (
    Bundle,
    BundleVolume,
    Decided,
    Exemption,
    Redaction,
    RequestItem,
    RequestPerson,
    RightsRequest,
    SearchPlace,
)
from sharing.requests.services import approving, building, deciding, documents, intake, places, roles
from sharing.requests.services.gathering import add_item, ask, run
from sharing.requests.services.law import load_request_law
from tests import factories
from tests.integration.requests.cases import taken_up

ANSWERS = {
    "who_else": "The other child, by her name.",
    "in_role": "no",
    "consent": "not_asked",
    "reasonable": "She was promised that it stays at school.",
}
CHECKS = {"order_binds": "no", "address_is_confidential": "no", "care_order": "no", "competence": "not_yet"}


@dataclass
class School:
    """A staffroom, its data protection officer and the chair of its governors."""

    cast: factories.Staffroom
    officer: User
    chair: User

    @property
    def lead(self) -> User:
        return self.cast.lead


def school() -> School:
    """A school that knows the law of requests."""
    load_request_law()
    cast = factories.staffroom()
    officer = factories.member(cast.school, "dpo", "Meera", "Shah")
    return School(cast, officer, factories.member(cast.school, "chair", "Ivor", "Brandt"))


def family(at: School, **facts: Any) -> tuple[Child, Child]:
    """Rowan, of whom is asked, and Hazel, who stands in a concern beside him."""
    rowan = factories.child(at.cast.school, "Rowan", "Ashdown", by=at.cast.office, **facts)
    hazel = factories.child(at.cast.school, "Hazel", "Quennell", by=at.cast.office)
    both = [ChildEntry("worried_about", rowan)]
    factories.concern(at.cast, children=both, facts="Hazel Quennell took his bag, and he went home.")
    return rowan, hazel


def gathered(at: School, *children: Child, **facts: Any) -> RightsRequest:
    """A case that the office has taken up, with lead and officer named, every place answered, and gathered."""
    case = taken_up(at.cast, *children, **facts)
    named(at, case)
    return gather(at, case)


def named(at: School, case: RightsRequest, approver: User | None = None) -> None:
    roles.name(case, by=at.cast.office, user=at.lead, part="preparer")
    roles.name(case, by=at.cast.office, user=approver or at.officer, part="approver")


def gather(at: School, case: RightsRequest) -> RightsRequest:
    """Everybody who is asked has said none, and the worker has gathered."""
    for place in SearchPlace.objects.filter(case=case, answered_at=None).exclude(place="harbour"):
        places.answer(place, by=place.asked or at.cast.office, found="none")
    ask(case, by=at.cast.office)
    assert run(case.pk)
    return now(case)


def now(case: RightsRequest) -> RightsRequest:
    return RightsRequest.objects.select_related("child").get(pk=case.pk)


def law() -> Exemption:
    return Exemption.objects.filter(code="other_people").latest("valid_from")


def decided(at: School, case: RightsRequest, *, by: User | None = None, keep: Sequence[str] = ()) -> RightsRequest:
    """Staff and those in `keep` (by forename) are kept, everybody else is taken out; every item is given."""
    by = by or at.lead
    for person in RequestPerson.objects.filter(case=case).exclude(kind="address"):
        stays = person.kind == "staff" or person.names["forename"] in keep
        deed = Redaction.Deed.KEEP if stays else Redaction.Deed.REPLACE
        if person.items and _reviews(by, case, person):
            decide_person(
                person, by=by, deed=deed, token=uuid7(), exemption=law(), answers=ANSWERS, why="Not theirs to give."
            )
    for item in RequestItem.objects.filter(case=case, reviewer=by, decided=""):
        give(item, by=by)
    return now(case)


def _reviews(by: User, case: RightsRequest, person: RequestPerson) -> bool:
    return RequestItem.objects.filter(pk__in=person.items, case=case, reviewer=by).exists()


def give(item: RequestItem, *, by: User, decided: str = "") -> RequestItem:
    """An item is given, in part where something is taken out of it; or what else is decided."""
    out = documents.released(item, lambda pseudonym: pseudonym)
    decided = decided or (Decided.PART if out.is_cut else Decided.FULL)
    more = {"exemption": law(), "answers": ANSWERS} if decided == Decided.WITHHELD else {}
    why = "As it was read." if more or decided == Decided.OUT_OF_SCOPE else ""
    now_ = RequestItem.objects.get(pk=item.pk)
    return deciding.decide(now_, by=by, decided=decided, revision=now_.revision, why=why, **more)


def prepared(at: School, case: RightsRequest) -> RightsRequest:
    intake.answer_checks(case, by=at.lead, **CHECKS)
    return approving.prepare(now(case), by=at.lead)


def looked(at: School, case: RightsRequest, by: User | None = None) -> None:
    for one in approving.to_look_at(case):
        approving.look(one.item, by=by or at.officer)


def approved(at: School, case: RightsRequest) -> RightsRequest:
    """Decided, prepared, looked at and approved."""
    case = prepared(at, decided(at, case))
    looked(at, case)
    return approving.approve(case, by=at.officer)


def built(at: School, case: RightsRequest, *, kind: str = "answer") -> Bundle:
    """The files of an approved case, as the worker makes them."""
    bundle = building.ask(case, by=at.officer, kind=kind)
    assert building.run(bundle.pk)
    return Bundle.objects.get(pk=bundle.pk)


def volumes(bundle: Bundle) -> list[bytes]:
    return [building.content_of(one) for one in BundleVolume.objects.filter(bundle=bundle).order_by("number")]


def note(case: RightsRequest, title: str, text: str, *, by: User) -> RequestItem:
    """Something that was found on paper."""
    made = add_item(case, title=title, by=by, token=uuid7(), blocks=[{"key": "text", "label": "Note", "text": text}])
    return RequestItem.objects.get(pk=made.pk)


def decide_person(person: RequestPerson, *, by: User, deed: str, token: UUID, **reason: Any) -> Redaction:
    """Decide on one person, for `reason` as `deciding.Said` has it."""
    return deciding.decide_people([person], by=by, said=deciding.Said(deed, **reason), token=token)[0]
