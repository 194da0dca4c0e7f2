"""How far is the file of each leaver of the demo school? As the data has them: settled, sent without a receipt, late,
not to be sent because nobody knows where the child is, and one child who is about to leave.

Files are built by the worker with its printer and its key. Those that went long ago are laid as they were built,
without their volumes, which nobody needs any more.
"""

import hashlib
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from children.models import Child
from safeguarding.accounts.calendar import LONDON
from safeguarding.accounts.models import School, User
from safeguarding.audit.context import Acting, acting
from safeguarding.audit.protection import may_view
from safeguarding.concerns.models import ConcernChild
from safeguarding.concerns.services.deciding import say_in_file
from safeguarding.demo.ground import Ground
from safeguarding.demo.keys import Keys
from safeguarding.demo.source import Entry, children
from safeguarding.printing.gathering import For
from sharing.events.models import Recipient
from sharing.events.services.following import Happened
from sharing.events.services.recipients import Facts, add_recipient, check_recipient
from sharing.transfers.models import FileSending, FileTransfer
from sharing.transfers.services import additions
from sharing.transfers.services.asking import ask_for_file
from sharing.transfers.services.confirming import Noted, Where, confirm_destination, note_early, stop_transfer
from sharing.transfers.services.contents import undecided_concerns
from sharing.transfers.services.opening import open_transfer
from sharing.transfers.services.receiving import receive_file, settle_transfer
from sharing.transfers.services.sending import HandedOver, hand_over_file

_SHARERS = ("S02", "S03", "S01")
# Why the file does not go, by where the data says that the child is; and how the school knows.
_STOPPED = {
    "unknown": ("unknown", "Letters came back, and nobody opens the door. The children missing education team knows."),
    "ehe": ("home", "The parents wrote that they educate the child at home. The local authority was told."),
    "abroad": ("abroad", "The family has moved abroad, and has not said to which school."),
    "deceased": ("died", "The local authority told the school."),
}
_EARLY = "They want to know who the child talks to, and will have a key adult at the gate on the first day."
# Of those that were sent in the end: one that is late is left, and one that is confirmed.
_LATE, _CONFIRMED = 1, 2


def lay_transfers(school: School, ground: Ground, keys: Keys) -> None:
    """Every leaver of whom there is an entry, as far as the data says; and one who leaves at Christmas."""
    book = _address_book(school, ground, keys)
    # The clock of the demo school stands in school hours: on a Saturday that is Friday.
    sent, today = 0, timezone.localdate(ground.now)
    for entry in children():
        child = Child.objects.select_related("school").filter(pk=ground.children.get(entry["id"])).first()
        by = _who(ground, child) if child and child.left_on else None
        if child is None or by is None or not 0 <= (today - child.left_on).days <= 365:
            continue
        with acting(Acting(user_id=by.pk, school_id=school.pk)):
            if not additions.seen(For(by), child):
                continue
            to = entry["destination"]
            if to["type"] in _STOPPED:
                _stop(child, to["type"], keys, ground, by=by)
                continue
            sent += 1
            _send(child, entry, book, sent, keys, ground, by=by)
    _about_to_leave(school, ground, keys, book)


def _who(ground: Ground, child: Child) -> User | None:
    return next((ground.users[key] for key in _SHARERS[:2] if may_view(ground.users[key], child)), None)


def _address_book(school: School, ground: Ground, keys: Keys) -> dict[str, Recipient]:
    """Every school of the data to which a child went, checked."""
    by, at = ground.users[_SHARERS[0]], ground.now - timedelta(days=390)
    names = sorted({name for entry in children() if (name := (entry.get("destination") or {}).get("name"))})
    found = {}
    with acting(Acting(user_id=by.pk, school_id=school.pk)):
        for name in names:
            facts = Facts("school", name, "Safeguarding lead", email="safeguarding@example.org")
            row = add_recipient(school=school, token=keys.token(), facts=facts, by=by, at=at)
            found[name] = check_recipient(
                recipient=row,
                school=school,
                seen=row.revision,
                how="call_back",
                on=timezone.localdate(at),
                by=by,
                at=at,
            )
    return found


def _open(child: Child, *, by: User, ground: Ground, last_day: date | None = None) -> FileTransfer:
    day = last_day or child.left_on
    assert day is not None  # noqa: S101  (of leavers)
    at = min(_at(day + timedelta(days=1)), ground.now) if last_day is None else ground.now
    return open_transfer(child=child, last_day=day, by=by, at=at)


def _at(day: date) -> datetime:
    return datetime.combine(day, time(9, 40), LONDON)


def _stop(child: Child, kind: str, keys: Keys, ground: Ground, *, by: User) -> None:
    made = _open(child, by=by, ground=ground)
    because, text = _STOPPED[kind]
    day = min(timezone.localdate(made.opened_at) + timedelta(days=6), timezone.localdate(ground.now))
    stop_transfer(
        transfer=made,
        seen=made.revision,
        token=keys.token(),
        because=because,
        noted=Noted(text, day),
        authority_told_on=day if because == "unknown" else None,
        by=by,
        at=min(_at(day), ground.now),
    )


def _send(
    child: Child, entry: Entry, book: dict[str, Recipient], place: int, keys: Keys, ground: Ground, *, by: User
) -> None:
    made = _open(child, by=by, ground=ground)
    if place == _LATE:
        return
    to, at = entry["destination"], made.opened_at
    where = Where(book[to["name"]], number=f"{to['la']}/{to['estab']}" if to["la"] else "")
    made = confirm_destination(transfer=made, seen=made.revision, last_day=made.last_day, where=where, by=by, at=at)
    gone = ground.days.of(to["file_sent"])
    if place == _CONFIRMED or gone is None:
        return
    at = min(max(_at(gone), at + timedelta(hours=1)), ground.now)
    _say_what_files_say(child, keys, by, at)
    file = hand_over_file(sending=_built(made, keys, by, at), token=keys.token(), said=_said(at), by=by, at=at)
    received = ground.days.of(to["receipt"])
    if received is None or _at(received) > ground.now:
        return
    at = max(_at(received), at)
    happened = Happened(at, person="Ros Tan, designated safeguarding lead")
    receive_file(sending=file, token=keys.token(), happened=happened, by=by, at=at)
    made = FileTransfer.objects.get(pk=made.pk)
    settle_transfer(transfer=made, seen=made.revision, token=keys.token(), own_copy="schedule", text="", by=by, at=at)


def _say_what_files_say(child: Child, keys: Keys, by: User, at: datetime) -> None:
    """Of concerns that are about others too, before the file goes: one line."""
    for concern, named in undecided_concerns(For(by), child):
        line = ConcernChild.Says.LINE
        say_in_file(named=named, seen=concern.revision, token=keys.token(), says=line, story="", by=by, at=at)


def _built(transfer: FileTransfer, keys: Keys, by: User, at: datetime) -> FileSending:
    """A file as the worker left it when it was sent; its words were shown then."""
    made = ask_for_file(transfer=transfer, token=keys.token(), by=by, at=at)
    assert transfer.child is not None  # noqa: S101  (of leavers)
    told = additions.marks(transfer.pk, [one.key for one in additions.seen(For(by), transfer.child)])
    made.building, made.built_at, made.entries, made.told = "built", at, len(told), told
    made.manifest_digest = hashlib.sha256("".join(told).encode()).hexdigest()
    made.words_shown_at = at
    made.save(update_fields=["building", "built_at", "entries", "told", "manifest_digest", "words_shown_at"])
    return made


def _said(at: datetime) -> HandedOver:
    answers = {"enrolled": "Their registrar confirmed the place in writing.", "no_consent": "not_expected"}
    happened = Happened(at, "email", "Ros Tan, designated safeguarding lead")
    return HandedOver(happened, answers, "before", "before")


def _about_to_leave(school: School, ground: Ground, keys: Keys, book: dict[str, Recipient]) -> None:
    """A child of Year 5 who moves at the end of this half term: opened, confirmed and talked about already."""
    ends: Any = next((last for _, _, last in ground.days.terms if last > ground.days.today), None)
    by = ground.users[_SHARERS[0]]
    rows = Child.objects.filter(school=school, left_on=None, year_group=5, pk__in=ground.children.values())
    with acting(Acting(user_id=by.pk, school_id=school.pk)):
        for child in rows.select_related("school").order_by("sort_name")[:40]:
            if ends is None or not may_view(by, child) or len(additions.seen(For(by), child)) < 3:
                continue
            made = _open(child, by=by, ground=ground, last_day=ends)
            noted = Noted(_EARLY, timezone.localdate(ground.now), "Ros Tan, designated safeguarding lead")
            note_early(transfer=made, token=keys.token(), noted=noted, by=by, at=ground.now)
            where = Where(book[sorted(book)[0]])
            confirm_destination(transfer=made, seen=made.revision, last_day=ends, where=where, by=by, at=ground.now)
            return
