"""A case with copies on the desk of a lead: items, people found in them, the exemptions, and somebody signed in."""

from dataclasses import dataclass
from typing import Any

from django.test import Client

from children.models import Child
from safeguarding.accounts.models import User
from safeguarding.keys import uuid7
from sharing.requests.models import Exemption, RequestItem, RequestPerson, RightsRequest
from sharing.requests.services import deciding
from sharing.requests.services.law import in_force, load_request_law
from tests import factories
from tests.factories import Staffroom

from .cases import RECEIVED, case_row, item, named

K = RequestPerson.Kind
OTHERS = {
    "who_else": "A neighbour, by her name.",
    "in_role": "no",
    "consent": "not_asked",
    "reasonable": "She spoke in confidence.",
}
WORDS = "Rowan was late. Denise Pope saw him at the gate.\nMr Hale rang home. They live at 14 Example Close."


@dataclass
class Desk:
    """A lead prepares a case of one child, the data protection officer approves it."""

    room: Staffroom
    dpo: User
    child: Child
    case: RightsRequest

    @property
    def lead(self) -> User:
        return self.room.lead

    def item(self, words: str = WORDS, **fields: Any) -> RequestItem:
        """An item of the lead's with one text, and with marks where somebody of `people` stands in it."""
        return item(self.case, fields.pop("reviewer", self.lead), words, **fields)

    def person(self, words: str, *items: RequestItem, kind: str = K.ADULT, label: str = "Adult B") -> RequestPerson:
        """Somebody called `words`, found wherever these stand in the texts of the items."""
        forename, _, surname = words.partition(" ")
        names: dict[str, Any] = {"forename": forename, "surname": surname}
        if kind == K.ADDRESS:
            names = {"phrases": [words]}
        made = RequestPerson._base_manager.create(
            case=self.case,
            school_id=self.case.school_id,
            kind=kind,
            label=label,
            key=uuid7(),
            names=names,
            items=[one.pk for one in items],
        )
        for one in items:
            spans = list(one.found.get("spans", ()))
            for block in one.content["blocks"]:
                at = block["text"].find(words)
                if at >= 0:
                    spans.append([block["key"], at, at + len(words), str(made.pk)])
            one.found = {"spans": spans, "boxes": one.found.get("boxes", [])}
            one.save(update_fields=["found"])
        return made

    @property
    def others(self) -> Exemption:
        """Information about somebody else."""
        found = in_force("other_people", RECEIVED)
        assert found is not None
        return found

    def because(self) -> dict[str, Any]:
        """A whole reason for leaving something out."""
        return {"exemption": self.others, "answers": OTHERS, "why": "She would be recognised."}

    def take_out(self, of: RequestItem, words: str, **more: Any) -> Any:
        """Take out these words of the first text of an item."""
        at = of.content["blocks"][0]["text"].index(words)
        given = {"deed": "out", "block": of.content["blocks"][0]["key"], "start": at, "end": at + len(words)}
        return deciding.redact(of, **({"by": self.lead, "token": uuid7()} | given | self.because() | more))


def desk() -> Desk:
    """A staffroom with a case that the lead prepares."""
    load_request_law()
    room = factories.staffroom()
    dpo = factories.member(room.school, "dpo", "Dev", "Reed")
    child = factories.child(room.school, "Rowan", "Ashdown", by=room.office)
    case = case_row(room, child, requester_is="parent")
    named(case, room.lead, "preparer")
    named(case, dpo, "approver")
    return Desk(room, dpo, child, case)


def signed_in(user: User) -> Client:
    """A browser in which somebody has signed in."""
    client = Client()
    client.force_login(user)
    return client
