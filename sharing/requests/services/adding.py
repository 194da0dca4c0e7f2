"""What people add from places where they looked: a text or a file, as an item. And what the worker does with it then.

Who adds something may read none of the other items. So it is the worker that looks into the file, chooses the reviewer
and finds whom it names.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid5

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from children.services import bulk
from safeguarding.accounts.models import User
from safeguarding.audit.context import door, system_task
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.exceptions import BadInput, OutOfTurn
from safeguarding.keys import uuid7
from safeguarding.locks import is_lock
from safeguarding.parts import Key
from safeguarding.sealing.exceptions import FilesAway, KeysAway
from safeguarding.uploads.services.keeping import Upload, seal_all
from sharing.requests.models import AT_WORK, RequestFile, RequestItem, RequestRole, RightsRequest, SearchPlace
from sharing.requests.permissions import ANSWERING

from . import finding, reviewers
from .copying import set_back
from .files import Found, Without, copied, without_of
from .item_numbers import NEW, number_for_now
from .worker import Broken, alone, ask_to_settle

TASK = "requests"


@transaction.atomic
def add_item(
    case: RightsRequest,
    *,
    title: str,
    by: User,
    token: UUID | None = None,
    moment: datetime | None = None,
    blocks: Iterable[Mapping[str, str]] = (),
    file: Upload | None = None,
    place: SearchPlace | None = None,
    at: datetime | None = None,
) -> RequestItem:
    """An item that somebody adds from a place where they looked: `blocks` of {"label", "text"}, or a file. Who may add
    is asked by the caller (`places.py`). The worker then chooses its reviewer and looks into the file; what comes from
    the store of concerns about adults is read by whoever adds it.

    A title that somebody typed, and the name of a file, may name people. So they are texts of the item, in which
    people are found and taken out; what the index calls it says where it comes from. Raises `BadInput` for a file that
    is not taken. The same `token` again adds nothing twice.
    """
    at, token = at or timezone.now(), token or uuid7()
    apart = place is not None and place.place in SearchPlace.APART
    row = {
        "id": uuid5(token, f"item of {case.pk}"),
        "case_id": case.pk,
        "school_id": case.school_id,
        "number": number_for_now(),
        "title": _title(place),
        "moment": moment,
        "content": {"blocks": list(_texts(title.strip(), blocks)), "pages": []},
        # Until the worker has looked into it.
        "without": Without.NOT_SCANNED if file else "",
        "is_record": place is not None and place.place == SearchPlace.Place.REGISTER,
        "place_id": place.pk if place else None,
        "reviewer_id": by.pk if apart else None,
        "made_at": at,
    }
    item = RequestItem(**row)
    kept = _sealed(case, item, file, token=token, by=by, at=at) if file else None
    try:
        with transaction.atomic():
            bulk.insert(RequestItem, [dict(row)])
            if kept is not None:
                bulk.insert(RequestFile, [kept])
    except IntegrityError:
        # The same form was sent before. Who adds an item may not look whether it is there.
        return item
    with door(ANSWERING):
        finding.mark(case)
    record(Verb.ADD, item, by=by)
    ask_to_settle(case.pk)
    return item


def _title(place: SearchPlace | None) -> str:
    """What the index calls it. Of the store of concerns about adults it does not say that there is one."""
    if place is None or place.place in (*SearchPlace.APART, SearchPlace.Place.OTHER):
        return "Added from another place"
    return f"Added from {place.get_place_display()}"  # type: ignore[attr-defined]


def _texts(title: str, blocks: Iterable[Mapping[str, str]]) -> Iterator[dict[str, str]]:
    yield {"key": "title", "label": "Title", "text": title}
    for n, block in enumerate(blocks, 1):
        label = "Text" if block["label"] == title else block["label"]
        yield {"key": f"a{n}", "label": label, "text": block["text"]}


def _sealed(
    case: RightsRequest, item: RequestItem, file: Upload, *, token: UUID, by: User, at: datetime
) -> dict[str, Any]:
    """An added file, looked at and put into the store, as a row that is not kept yet."""
    make = partial(RequestFile, case=case, school_id=case.school_id, item=item)
    sealed = seal_all([file], make=make, token=token, by=by, at=at)
    if sealed.problems:
        raise BadInput(sealed.problems[0])
    [row] = sealed.rows
    return {field.attname: getattr(row, field.attname) for field in RequestFile._meta.concrete_fields}


def settle(case_id: UUID) -> bool:
    """Look into files that were added, and see to it that every item has a reviewer and says whom it names.

    After something was added, and after another person prepares the copies. Whether it was done; not while somebody is
    at the case, nor where something was added meanwhile: the next run goes on. May run again. Raises `Broken`.
    """
    with alone(case_id) as mine:
        try:
            return mine and _settled(case_id)
        except (FilesAway, KeysAway, OutOfTurn):
            # What does not open is said on the page of its item; until then the case waits.
            return False
        except Exception as error:
            if is_lock(error):
                return False
            # What went wrong may quote what people wrote.
            raise Broken(f"{type(error).__name__} while request {case_id} was settled") from None


def _settled(case_id: UUID) -> bool:
    with system_task(TASK):
        case = RightsRequest.objects.filter(pk=case_id, status__in=AT_WORK).select_related("school").first()
        waiting = [file.pk for file in _uncopied() if file.case_id == case_id] if case else []
    if case is None or case.child_id is None:
        return False
    for key in waiting:
        _look_into(key)
    with system_task(TASK):
        if reviewers.assign(case) or waiting:
            set_back(case)
        is_marked = RightsRequest.objects.filter(pk=case_id, is_to_be_searched=True).exists()
    return finding.find(case_id) if is_marked else True


def _uncopied() -> list[RequestFile]:
    """Files that were added and that nobody has looked into, though anybody may now."""
    rows = RequestFile.objects.filter(item__without=Without.NOT_SCANNED, item__source="", case__status__in=AT_WORK)
    return [file for file in rows.order_by("pk") if not without_of(file)]


def unsettled() -> list[UUID]:
    """The cases in which something waits to be settled: something new, or whose reviewer is not named any more, or in
    which people are still to be found.
    """
    parts = (RequestRole.Part.PREPARER, RequestRole.Part.REVIEWER)
    named = RequestRole.objects.filter(case=OuterRef("case"), user=OuterRef("reviewer"), ended_at=None, part__in=parts)
    items = RequestItem.objects.filter(case__status__in=AT_WORK)
    left = items.filter(Q(number__gte=NEW) | Q(reviewer__isnull=False) & ~Exists(named))
    marked = RightsRequest.objects.filter(is_to_be_searched=True, status__in=AT_WORK, child__isnull=False)
    return sorted(
        {
            *left.values_list("case_id", flat=True),
            *marked.values_list("pk", flat=True),
            *(file.case_id for file in _uncopied()),
        }
    )


def _look_into(file_id: UUID) -> None:
    """Copy what an added file shows into its item, which has waited for that."""
    with system_task(TASK):
        file = RequestFile.objects.get(pk=file_id)
    found = Found(
        key=Key(RequestFile._meta.label_lower, file.pk),
        name="",
        kind=file.of_kind,
        is_active=file.is_active,
        stored=file.stored,
        owner=file.case_id,
        author_id=file.author_id,
        scan=file.scan,
        scanned_at=file.scanned_at,
        signatures=file.signatures,
        without="",
    )
    shows, _ = copied(found)
    with system_task(TASK):
        item = RequestItem.objects.select_for_update(of=("self",)).get(pk=file.item_id)
        before = item.content.get("blocks", [])
        item.content = {"blocks": [*before, *shows.blocks], "pages": list(shows.pages)}
        item.without, item.why = shows.without, shows.why
        item.revision += 1
        item.save(update_fields=["content", "without", "why", "revision"])
        finding.mark(file.case)
        record(Verb.ADD, item, purpose="copy")
