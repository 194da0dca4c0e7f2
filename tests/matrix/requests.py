"""Which request about data has the child of "open"? One that is open: handled by the office, prepared by the lead,
approved by the data protection officer, with a word in every text. The SENCO is asked what two places hold, the chair
of governors what the store about adults does.
"""

import hashlib
from typing import Any

from safeguarding.keys import uuid7
from safeguarding.sealing import files
from safeguarding.sealing.services.keeping import key_of
from safeguarding.sealing.subjects import first_subject, record_of
from sharing.requests.models import (
    Bundle,
    BundleVolume,
    Exemption,
    Redaction,
    RequestCorrection,
    RequestFile,
    RequestItem,
    RequestLetter,
    RequestPerson,
    RequestRecipient,
    RequestRole,
    RequestStep,
    RightsRequest,
    SearchPlace,
)
from sharing.requests.services.law import load_request_law
from tests.integration.uploads.corpus import pdf
from tests.matrix.ground import THEN, given_row


def lay_requests(world: Any) -> None:
    """Of one child: what is seen of others, `tests/integration/requests/test_walls.py` asks."""
    load_request_law()
    case = _case(world)
    of = {"case": case, "school": case.school}
    for part, who in (("handler", "office"), ("preparer", "lead"), ("approver", "dpo")):
        named = {"user": world.people[who], "named_by": world.people["office"], "named_at": THEN}
        given_row(RequestRole, **of, **named, part=part)
    _around(world, of)
    item = _item(world, of)
    volume = _answer(world, of)
    world.keys["open"] |= {"case": case.pk, "item": item.pk, "answer": volume.pk}


def _case(world: Any) -> RightsRequest:
    word, office = world.word, world.people["office"]
    names = ("requester", "contact", "about", "words", "scope", "child_views", "checks_note", "outcome_reasons")
    return given_row(  # type: ignore[no-any-return]
        RightsRequest,
        school=world.here,
        child=world.children["open"],
        reference="SAR-2026-001",
        token=uuid7(),
        status="open",
        received_on=THEN.date(),
        channel="spoken",
        requester_is="parent",
        authority="parental",
        identity_seen="Passport",
        handed_in_at=THEN,
        handed_in_by=world.people["teacher"],
        opened_at=THEN,
        opened_by=office,
        gathering="done",
        gathered_at=THEN,
        ended_because=word(),
        **{name: word() for name in names},
    )


def _around(world: Any, of: dict[str, Any]) -> None:
    """Steps, places and a letter, some of which only those see who review."""
    word, people = world.word, world.people
    for kind, who in (("identity_asked", "office"), ("writer_consulted", "lead"), ("sent_back", "dpo")):
        happened = {"happened_on": THEN.date(), "made_at": THEN, "by": people[who]}
        given_row(RequestStep, **of, **happened, token=uuid7(), kind=kind, text=word())
    for place, who, found in (("mail", "senco", ""), ("paper", "senco", "some"), ("adults_chair", "chair", "some")):
        answered = {"found": found, "answered_at": THEN, "answered_by": people[who]} if found else {}
        given_row(
            SearchPlace,
            **of,
            token=uuid7(),
            place=place,
            asked=people[who],
            searched_for=word(),
            note=word(),
            made_at=THEN,
            made_by=people["office"],
            **answered,
        )
    letter = given_row(
        RequestLetter, **of, token=uuid7(), kind="acknowledgement", text=word(), made_at=THEN, by=people["office"]
    )
    world.keys["open"]["request_letter"] = letter.pk
    given_row(RequestCorrection, **of, token=uuid7(), elsewhere=word(), made_at=THEN, by=people["office"])
    told = {"last_on": THEN.date(), "told_on": THEN.date(), "said_at": THEN, "by": people["lead"]}
    for is_named in (False, True):
        given_row(RequestRecipient, **of, **told, key=uuid7(), name=word(), reasons=word(), is_named=is_named)


def _item(world: Any, of: dict[str, Any]) -> RequestItem:
    """An item with one page beside its text, who was found in it, and what is taken out."""
    word, lead = world.word, world.people["lead"]
    exemption = Exemption.objects.get(code="other_people")
    why = {"exemption": exemption, "answers": {one["key"]: word() for one in exemption.questions}}
    page = {"n": 1, "words": [[word(), 100, 100, 300, 130]]}
    item = given_row(
        RequestItem,
        **of,
        number=1,
        title=word(),
        content={"blocks": [{"key": "text", "label": word(), "text": f"{word()} {word()}"}], "pages": [page]},
        found={"spans": [], "boxes": [], "of": word()},
        made_at=THEN,
        reviewer=lead,
        decided="part",
        decided_at=THEN,
        decided_by=lead,
        why=word(),
        **why,
    )
    content = pdf()
    owner, kind = record_of(item)
    stored = files.keep(content, key=key_of(owner, kind, first_subject(item)))
    of_file = {"token": uuid7(), "name": f"{word()}.pdf", "kind": "pdf", "size": len(content), "scan": "clean"}
    given_row(RequestFile, **of, **of_file, item=item, author=lead, stored=stored)
    found = given_row(
        RequestPerson,
        **of,
        kind="child",
        label="Child B",
        key=uuid7(),
        names={"forename": word(), "surname": word()},
        items=[item.pk],
    )
    said = {"made_at": THEN, "made_by": lead, "instead": word(), "why": word()}
    given_row(Redaction, **of, **said, **why, token=uuid7(), deed="replace", person=found)
    return item  # type: ignore[no-any-return]


def _answer(world: Any, of: dict[str, Any]) -> BundleVolume:
    """Files that were made, of a state that is not the one of today."""
    made = given_row(
        Bundle,
        **of,
        token=uuid7(),
        building="built",
        asked_at=THEN,
        asked_by=world.people["dpo"],
        state="0" * 64,
        built_at=THEN,
        finds=[{"item": 1, "says": world.word()}],
        words=world.word(),
    )
    owner, kind = record_of(made)
    content = pdf()
    return given_row(  # type: ignore[no-any-return]
        BundleVolume,
        **of,
        bundle=made,
        number=1,
        of=1,
        pages=1,
        size=len(content),
        digest=hashlib.sha256(content).hexdigest(),
        stored=files.keep(content, key=key_of(owner, kind, first_subject(made))),
        built_at=THEN,
    )
