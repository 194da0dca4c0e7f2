"""Where was looked, who was asked, and what is there? The log of the search, with what is not there.

Both who read concerns about adults are asked in every case, so that having been asked says nothing.
"""

from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import ensure_works_at
from safeguarding.accounts.services import settle_notices
from safeguarding.adults.services.routing import chairs, heads
from safeguarding.audit.context import door
from safeguarding.audit.models import Verb
from safeguarding.audit.protection import known_of
from safeguarding.audit.services import record
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from safeguarding.keys import entry_token
from safeguarding.turns import wait_for
from safeguarding.uploads.services.keeping import Upload
from sharing.requests.models import RequestItem, RightsRequest, SearchPlace
from sharing.requests.notice_kinds import RequestNotice
from sharing.requests.permissions import ANSWERING, ASSIGNING, ensure_handles, may_handle

from . import documents
from .adding import add_item
from .locking import ensure_at_work, lock, tell_some

P, F = SearchPlace.Place, SearchPlace.Found
_READERS = {P.ADULTS_HEADTEACHER: heads, P.ADULTS_CHAIR: chairs}
_BY_MACHINE = "The record of the child, and every record that became part of it"
NOT_ASKED = "Only whoever is asked answers this. The page of the request says who that is."


def begin_places(case: RightsRequest, *, by: User, at: datetime) -> None:
    """What the machine searches, where copies are asked for: it answers when it has gathered."""
    if case.is_copy:
        _place(case, P.HARBOUR, None, token=uuid5(case.token, P.HARBOUR), by=by, at=at, searched_for=_BY_MACHINE)


def ask_about_adults(case: RightsRequest, *, by: User, at: datetime) -> None:
    """Ask Headteacher and chair apart whether concerns about adults hold something. Where the school has none of the
    two, nobody is asked yet: who handles the case asks somebody later.
    """
    for place, readers in _READERS.items():
        asked = next(iter(readers(case.school_id, timezone.localdate(at))), None)
        _place(case, place, asked, token=uuid5(case.token, place), by=by, at=at, searched_for=_names_of(case))
        # Who takes it up is told too, where they are the one.
        tell_some(case, RequestNotice.ASKED, [asked], at=at, asked=True)


def _names_of(case: RightsRequest) -> str:
    """What to look for: who is asked sees nothing else of the case."""
    child = case.child
    return "\n".join(dict.fromkeys(filter(None, (child.full_name, child.known_as)))) if child else case.about


def _place(
    case: RightsRequest, place: str, asked: User | None, *, token: UUID, by: User, at: datetime, **words: str
) -> SearchPlace:
    made = SearchPlace(
        case=case,
        school_id=case.school_id,
        token=token,
        place=place,
        asked=asked,
        made_at=at,
        made_by=by,
        **words,
    )
    made.save(force_insert=True)
    record(Verb.ASK, case, by=by, purpose=place)
    return made


@transaction.atomic
def ask(
    case: RightsRequest,
    *,
    by: User,
    place: str,
    user: User,
    searched_for: str = "",
    token: UUID,
    at: datetime | None = None,
) -> SearchPlace:
    """Somebody is asked to look somewhere for certain words. Asked of who reads concerns about adults, it goes to the
    one that there is. The same form again asks once.

    Raises `NotAllowed`, `OutOfTurn`; `BadInput` for who does not work here, or does not read those concerns.
    """
    at = at or timezone.now()
    ensure_handles(by, case)
    key = entry_token(token, place, user.pk, searched_for)
    wait_for(key)
    held = lock(case.pk)
    ensure_at_work(held)
    if place in SearchPlace.APART:
        return _ask_reader(held, place, user, by=by, at=at)
    with door(ASSIGNING):
        if there := SearchPlace.objects.filter(token=key, case=held).first():
            return there
    if place not in P.values or place == P.HARBOUR:
        raise BadInput("Choose where to look.")
    ensure_works_at(user, held.school_id, timezone.localdate(at))
    if not searched_for.strip():
        raise BadInput("Write which words to look for, such as each form of the name.")
    made = _place(held, place, user, token=key, by=by, at=at, searched_for=searched_for.strip())
    tell_some(held, RequestNotice.ASKED, [user], at=at, but=by, asked=True)
    return made


def _ask_reader(case: RightsRequest, place: str, user: User, *, by: User, at: datetime) -> SearchPlace:
    """Who reads concerns about adults now is asked, where the one who was asked is not there any more."""
    if user not in _READERS[P(place)](case.school_id, timezone.localdate(at)):
        raise BadInput(f"{user.full_name} does not read those concerns. Choose who does.")
    with door(ASSIGNING):
        rows = SearchPlace.objects.select_for_update(of=("self",)).filter(case=case, place=place, answered_at=None)
        row = rows.first()
        if row is None:
            # Whether they have answered is told to nobody who asks.
            return SearchPlace(case=case, school_id=case.school_id, place=place, asked=user)
        if row.asked_id == user.pk:
            return row
        row.asked = user
        row.revision += 1
        row.save(update_fields=["asked", "revision"])
    record(Verb.ASK, case, by=by, purpose=place)
    tell_some(case, RequestNotice.ASKED, [user], at=at, asked=True)
    return row


def ask_who_reads_now(case: RightsRequest, *, at: datetime) -> None:
    """Who reads concerns about adults by now is asked, where nobody was, or who was asked reads them no more. Of the
    worker: whoever handles the case would learn who has not answered.
    """
    for row in SearchPlace.objects.filter(case=case, place__in=SearchPlace.APART, answered_at=None).order_by("place"):
        readers = _READERS[P(row.place)](case.school_id, timezone.localdate(at))
        if not readers or row.asked_id in {one.pk for one in readers}:
            continue
        row.asked = readers[0]
        row.revision += 1
        row.save(update_fields=["asked", "revision"])
        record(Verb.ASK, object_type=row._meta.label_lower, object_id=row.pk, purpose="adults")
        tell_some(case, RequestNotice.ASKED, [row.asked], at=at, asked=True)


@transaction.atomic
def answer(place: SearchPlace, *, by: User, found: str, note: str = "", at: datetime | None = None) -> SearchPlace:
    """What is there: something, which was added; or nothing. Who answered may correct it while the case is at work.

    Raises `NotAllowed` for who is not asked, `BadInput`, `OutOfTurn`.
    """
    case, row = _held(place, by=by)
    if found not in (F.NONE, F.SOME):
        raise BadInput("Say whether something is held there, or nothing.")
    _ensure_fits(row, found)
    if (row.found, row.note) == (found, note.strip()):
        return row
    row.found, row.note = found, note.strip()
    row.answered_at, row.answered_by = at or timezone.now(), by
    row.revision += 1
    row.save(update_fields=["found", "note", "answered_at", "answered_by", "revision"])
    record(Verb.CONFIRM, row, by=by, purpose=row.place if row.place not in SearchPlace.APART else "adults")
    with door(ANSWERING):
        documents.changed(case, by=by)
    _settle(case, by=by, at=row.answered_at)
    return row


def _ensure_fits(row: SearchPlace, found: str) -> None:
    """ "Nothing" is not said of a place from which something was added, nor the other way round."""
    # Who answers reads none of what they added.
    if found == F.NONE and known_of("items_of_place", row.pk):
        raise BadInput("Something was added from there, so it does not hold nothing.")


def _settle(case: RightsRequest, *, by: User, at: datetime) -> None:
    """Nobody is asked any more by the notice of who has answered everything asked of them."""
    waiting = SearchPlace.objects.filter(case=case, asked=by, answered_at=None)
    if not waiting.exists():
        own = User.objects.filter(pk=by.pk)
        asking = (RequestNotice.ASKED, RequestNotice.UNFINISHED)
        settle_notices(object_id=case.pk, kinds=asking, by=by, at=at, among=own)


def add_text(
    place: SearchPlace, *, by: User, title: str, text: str, token: UUID | None = None, at: datetime | None = None
) -> RequestItem:
    """Words that are held there become an item. The same `token` again adds nothing twice; without one, the same words.
    Raises `NotAllowed`, `BadInput`, `OutOfTurn`.
    """
    if not title.strip() or not text.strip():
        raise BadInput("Write what it is, and copy its words.")
    block = {"label": title.strip(), "text": text.strip()}
    token = token or entry_token(place.pk, *block.values())
    return _add(place, by=by, token=token, at=at, title=title.strip(), blocks=(block,))


def add_file(
    place: SearchPlace, *, by: User, upload: Upload, token: UUID | None = None, at: datetime | None = None
) -> RequestItem:
    """A file that is held there becomes an item. The same `token` again adds nothing twice; without one, the same file.
    Raises `NotAllowed`, `BadInput`, `OutOfTurn`.
    """
    token = token or entry_token(place.pk, upload.name, sha256(upload.content).hexdigest())
    return _add(place, by=by, token=token, at=at, title=upload.name, file=upload)


@transaction.atomic
def _add(place: SearchPlace, *, by: User, token: UUID | None, at: datetime | None, **what: Any) -> RequestItem:
    case, row = _held(place, by=by)
    if row.found == F.NONE:
        raise OutOfTurn("You have said that nothing is held there. Say first that something is, and add it then.")
    with door(ANSWERING):
        made = add_item(case, place=row, by=by, token=token, at=at, **what)
        documents.changed(case, by=by)
    return made


def _held(place: SearchPlace, *, by: User) -> tuple[RightsRequest, SearchPlace]:
    """The case and the place, locked, for who is asked; a place that nobody is asked about, for who handles it."""
    with door(ANSWERING):
        case = RightsRequest.objects.select_for_update(of=("self",)).filter(pk=place.case_id).first()
    row = SearchPlace.objects.select_for_update(of=("self",)).filter(pk=place.pk).first()
    if case is None or row is None or not _may_answer(row, case, by):
        raise NotAllowed(NOT_ASKED)
    ensure_at_work(case)
    return case, row


def _may_answer(row: SearchPlace, case: RightsRequest, by: User) -> bool:
    if row.asked_id is not None or row.place in SearchPlace.APART:
        return row.asked_id == by.pk
    return row.place != P.HARBOUR and may_handle(by, case)


def unanswered(case: RightsRequest) -> list[str]:
    """Which places wait for an answer, each a sentence: of concerns about adults it is not said who has answered."""
    with door(ASSIGNING):
        rows = SearchPlace.objects.filter(case=case, answered_at=None).exclude(place=P.HARBOUR)
        places = sorted(set(rows.values_list("place", flat=True)))
    found = [f"{P(place).label}: nobody has answered yet." for place in places if place not in SearchPlace.APART]
    if set(places) & SearchPlace.APART:
        found.append("Concerns about adults: Headteacher or chair has not answered yet.")
    return found
