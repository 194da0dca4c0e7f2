"""How does a test come to a request about data, and to one that is taken up? Through the services, as the office does.

Items, persons and redactions of a case that nobody has gathered are laid as rows: a wall is asked about each by itself.
"""

from datetime import date
from typing import Any

from django.utils import timezone

from children.models import Child
from safeguarding.accounts.models import User
from safeguarding.keys import uuid7
from sharing.requests.models import (
    Bundle,
    BundleVolume,
    Redaction,
    RequestFile,
    RequestItem,
    RequestPerson,
    RequestRole,
    RightsRequest,
)

RECEIVED = date(2026, 11, 16)


def handed_in(cast: Any, *, by: User | None = None, **facts: Any) -> RightsRequest:
    """A request that the teacher was told of. `facts` are keyword arguments of `hand_in`."""
    from sharing.requests.services.intake import hand_in

    given = {
        "school_id": cast.school.pk,
        "token": uuid7(),
        "received_on": RECEIVED,
        "channel": RightsRequest.Channel.SPOKEN,
        "requester": "Dana Ashdown",
        "contact": "dana@example.org",
        "about": "Rowan Ashdown in 5B",
        "words": "I would like everything you have about Rowan.",
    }
    return hand_in(by=by or cast.teacher, **(given | facts))


def taken_up(cast: Any, *children: Child, by: User | None = None, **facts: Any) -> RightsRequest:
    """The same, taken up by the office for these children. `facts` are keyword arguments of `take_up`; the other
    children's cases came with the one that is returned.
    """
    from sharing.requests.services.intake import take_up

    case = facts.pop("case", None) or handed_in(cast)
    given = {
        "right": case.right,
        "requester_is": RightsRequest.Requester.PARENT,
        "authority": RightsRequest.Authority.PARENTAL,
    }
    return take_up(case, by=by or cast.office, children=list(children), **(given | facts))[0]


def case_row(cast: Any, child: Child | None, *, status: str = "open", **fields: Any) -> RightsRequest:
    """A case as a row, for tests of the walls."""
    now = timezone.now()
    given = {
        "school_id": cast.school.pk,
        "child": child,
        "token": uuid7(),
        "reference": f"SAR-2026-{RightsRequest._base_manager.filter(school=cast.school).count() + 1:03}",
        "status": status,
        "received_on": RECEIVED,
        "channel": RightsRequest.Channel.LETTER,
        "requester": "Dana Ashdown",
        "about": "Rowan Ashdown",
        "words": "Everything, please.",
        "handed_in_at": now,
        "handed_in_by": cast.teacher,
    }
    if status != "handed_in":
        given |= {"opened_at": now, "opened_by": cast.office}
    return RightsRequest._base_manager.create(**(given | fields))


def named(case: RightsRequest, user: User, part: str, *, by: User | None = None) -> RequestRole:
    """That somebody has a part in a case, as a row."""
    return RequestRole._base_manager.create(
        case=case, school_id=case.school_id, user=user, part=part, named_at=timezone.now(), named_by=by
    )


def item(case: RightsRequest, reviewer: User | None, words: str = "Lantern.", **fields: Any) -> RequestItem:
    """A copy of a note with one block, as a row."""
    number = RequestItem._base_manager.filter(case=case).count() + 1
    given = {
        "title": f"Note {number}",
        "content": {"blocks": [{"key": "text", "label": "Note", "text": words}], "pages": []},
        "found": {"spans": [], "boxes": []},
        "made_at": timezone.now(),
        "reviewer": reviewer,
    }
    return RequestItem._base_manager.create(case=case, school_id=case.school_id, number=number, **(given | fields))


def person(case: RightsRequest, *items: RequestItem, label: str = "Child B") -> RequestPerson:
    """Somebody found in items, as a row."""
    return RequestPerson._base_manager.create(
        case=case,
        school_id=case.school_id,
        kind=RequestPerson.Kind.CHILD,
        label=label,
        key=uuid7(),
        names={"forename": "Bo"},
        items=[one.pk for one in items],
    )


def file_of(one: RequestItem, *, stored: str = "") -> RequestFile:
    """The bytes of an item, as a row."""
    return RequestFile._base_manager.create(
        case_id=one.case_id,
        school_id=one.school_id,
        item=one,
        author_id=one.case.handed_in_by_id,
        token=uuid7(),
        name="note.pdf",
        kind="pdf",
        size=9,
        scan=RequestFile.Scan.CLEAN,
        stored=stored,
    )


def cut(one: RequestItem, *, by: User, **fields: Any) -> Redaction:
    """Three characters of an item that are taken out, as a row."""
    place = {"item": one, "block": "text", "start": 0, "end": 3} if "person" not in fields else {}
    given = {"token": uuid7(), "deed": Redaction.Deed.OUT, "why": "Of another child.", "made_at": timezone.now()}
    return Redaction._base_manager.create(
        case_id=one.case_id, school_id=one.school_id, made_by=by, **(given | place | fields)
    )


def built(case: RightsRequest, *, by: User, **fields: Any) -> BundleVolume:
    """An answer that was made, with its one file, as rows."""
    now = timezone.now()
    made = Bundle._base_manager.create(
        case=case,
        school_id=case.school_id,
        token=uuid7(),
        building=Bundle.Building.BUILT,
        asked_at=now,
        asked_by=by,
        built_at=now,
        state="0" * 64,
        **({"words": "harbour lights at night"} | fields),
    )
    return BundleVolume._base_manager.create(
        bundle=made,
        case=case,
        school_id=case.school_id,
        number=1,
        of=1,
        pages=1,
        size=9,
        digest="0" * 64,
        built_at=now,
    )


def gathered(case: RightsRequest) -> RightsRequest:
    """The case, when the worker has gathered what is held."""
    from sharing.requests.services.gathering import run

    RightsRequest._base_manager.filter(pk=case.pk).update(gathering=RightsRequest.Gathering.ASKED)
    assert run(case.pk)
    return RightsRequest._base_manager.get(pk=case.pk)
