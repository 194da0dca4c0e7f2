"""Put together what goes out: the records that were chosen, with other children and some words left out.

What was looked at goes out, and nothing else: the pages are made once, kept sealed under the digest of the PDF, and
handed over as they lie (`handing_over.py`).
"""

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import cached_property, partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.audit.by_keys import Asks
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.exceptions import BadInput, ChangedSince, OutOfTurn
from safeguarding.keys import entry_token
from safeguarding.parts import Key
from safeguarding.printing import services as printing
from safeguarding.printing.pages import frame, page
from safeguarding.sealing import files
from safeguarding.sealing.services.keeping import key_of
from safeguarding.sealing.subjects import first_subject, record_of
from sharing.events.models import SharedItem, SharingEvent

from .bars import Bar, bars_of, ensure_nothing_bars
from .choosing import ensure_unchanged, standing_items
from .drafts import CHANGED, hold_draft
from .enclosing import LARGEST, Document, documents_of, enclosed, ensure_whole
from .following import lock
from .naming import SHORTEST, Naming, Other, lines
from .naming_adults import UNNAMED, unnamed

TOO_LARGE = "This pack is larger than 50 MB. Take records out, and share them by a decision of their own"
NOTHING = "Nothing is chosen and nothing is written of what is shared: there is no pack to make"
TEMPLATE = "pdf/pack.html"


@dataclass(frozen=True)
class Told:
    """One record as the pages say it."""

    title: str
    day: date | None
    clock: time | None
    texts: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Pack:
    """What the pages say, for the person asking: nobody is named in it who may not be."""

    event: SharingEvent
    records: tuple[Told, ...]
    person: str
    content: str
    purpose: str
    onward: str
    documents: tuple[Document, ...]
    others: tuple[Other, ...]
    pointed_out: tuple[str, ...]
    # The titles of orders and parental responsibilities that lack their adult's name.
    unnamed: tuple[str, ...]
    bars: tuple[Bar, ...]

    @cached_property
    def digest(self) -> str:
        """The same for pages that say the same to the same recipient."""
        event = self.event
        said = [_words(self), event.reference, event.recipient.called, event.return_by, event.reason_id]
        said += [[str(one.file.pk) for one in self.documents]]
        said += [event.child.full_name, [str(one.clock or "") for one in self.records]]
        return hashlib.sha256(json.dumps(said, default=str, ensure_ascii=False).encode()).hexdigest()


def _words(pack: Pack) -> list[str]:
    told = [
        part
        for one in pack.records
        for part in (one.title, str(one.day or ""), *(t for pair in one.texts for t in pair))
    ]
    return [pack.person, pack.content, pack.purpose, pack.onward, *told]


def put_together(asks: Asks, event: SharingEvent, *, on: date | None = None) -> Pack:
    """The pack of a decision as it stands, as far as the person asking may see what it names."""
    items = standing_items(event)
    raw = [event.person, event.content, event.purpose, event.onward, *_texts(items)]
    naming = Naming(asks, event, raw)
    records = tuple(
        Told(
            naming(one.title), one.day, one.clock, tuple((naming(text.label), naming.tell(text)) for text in one.texts)
        )
        for one in items
    )
    pack = Pack(
        event=event,
        records=records,
        person=naming(event.person),
        content=naming(event.content),
        purpose=naming(event.purpose),
        onward=naming(event.onward),
        documents=tuple(documents_of(asks, items)),
        others=tuple(naming.others),
        pointed_out=(),
        unnamed=_unnamed(asks, naming, items, records),
        bars=(),
    )
    said = _words(pack)
    children = {event.child_id, *(one.child.pk for one in naming.others)}
    files = [one.file.pk for one in pack.documents]
    bars = bars_of(asks, event, "\n".join(said), children, today=on or timezone.localdate(), files=files)
    return replace(pack, pointed_out=tuple(naming.pointed_out(said)), bars=tuple(bars))


def _unnamed(asks: Asks, naming: Naming, items: Collection[SharedItem], records: Collection[Told]) -> tuple[str, ...]:
    said = {
        Key(item.record_type, item.record_key): "\n".join(text for _, text in told.texts)
        for item, told in zip(items, records, strict=True)
    }
    lacking = set(unnamed(asks, naming.own_adults, said, naming.is_taken_out)) if said else set()
    return tuple(one.title for one in items if Key(one.record_type, one.record_key) in lacking)


def _texts(items: Collection[SharedItem]) -> list[str]:
    return [words for one in items for words in (one.title, *(text.text for text in one.texts))]


@transaction.atomic
def say_names(
    *,
    event: SharingEvent,
    seen: int,
    named: Collection[str],
    named_why: str,
    take_out: str,
    asks: Asks,
    by: User,
) -> SharingEvent:
    """Which other children a pack names and why, by their pseudonyms, and which words are taken out of it: of a draft.

    Raises `NotAllowed`, `BadInput`, `ChangedSince`, `OutOfTurn`.
    """
    held = hold_draft(event, seen, by=by)
    there = {one.child.pseudonym for one in put_together(asks, held).others}
    for problem in names_problems(named, named_why, take_out, there).values():
        raise BadInput(f"{problem}.")
    said = {"named": sorted(set(named)), "named_why": named_why.strip(), "take_out": "\n".join(lines(take_out))}
    changed = [name for name, value in said.items() if getattr(held, name) != value]
    if not changed:
        return held
    for name in changed:
        setattr(held, name, said[name])
    held.revision += 1
    held.save(update_fields=[*changed, "revision"])
    record(Verb.CHANGE, held, by=by, purpose="names")
    return held


def names_problems(named: Collection[str], named_why: str, take_out: str, there: Collection[str]) -> dict[str, str]:
    """Why names cannot be said like this. Empty when they can. `there` are the pseudonyms of who could be named."""
    found = {}
    if set(named) - set(there):
        found["named"] = "One of these children has nothing to do with it any more. Open the page again"
    if named and not named_why.strip():
        found["named_why"] = "Write why these children are named"
    if any(len(line) < SHORTEST for line in lines(take_out)):
        found["take_out"] = "Each line needs at least two letters: one letter stands in every word"
    return found


@transaction.atomic
def make_pack(*, event: SharingEvent, seen: int, asks: Asks, by: User, at: datetime | None = None) -> SharingEvent:
    """The pages that go out, kept sealed. Made again, they replace those that were there; pages that say the same stay.

    Raises `NotAllowed`, `ChangedSince`; `OutOfTurn` for what does not wait to be sent, and while the printer is not
    ready: asked again, it is; `BadInput` for a record that has changed since, for what stands in the way, for a pack
    that is too large, and where there is nothing; `NotPrinted`, `FilesAway`.
    """
    at = at or timezone.now()
    held = lock(event, by=by)
    if held.status != SharingEvent.Status.TO_SEND:
        raise OutOfTurn("A pack is made of what is decided and has not gone. Open it again to see how it stands.")
    if held.revision != seen:
        raise ChangedSince(CHANGED)
    pack = ensure_goes(asks, held, at=at)
    if not (pack.records or pack.content):
        raise BadInput(f"{NOTHING}.")
    if held.stored and held.pack_of == pack.digest:
        return held
    pages = printing.make_at_once(_written(asks, pack, by, at), key=_print_of(held, pack), whose=by.pk)
    pdf = enclosed(pages, held, pack.documents, to=by)
    if len(pdf) > LARGEST:
        raise BadInput(f"{TOO_LARGE}.")
    if held.stored:
        transaction.on_commit(partial(files.drop, held.stored), robust=True)
    owner, kind = record_of(held)
    held.stored = files.keep(pdf, key=key_of(owner, kind, first_subject(held)))
    held.pack_digest, held.pack_of, held.pack_size = hashlib.sha256(pdf).hexdigest(), pack.digest, len(pdf)
    held.packed_at, held.packed_by = at, by
    held.revision += 1
    made = ["stored", "pack_digest", "pack_of", "pack_size", "packed_at", "packed_by", "revision"]
    held.save(update_fields=made)
    record(Verb.ADD, held, by=by, purpose="pack")
    return held


def ensure_goes(asks: Asks, event: SharingEvent, *, at: datetime) -> Pack:
    """The pack of what is decided, if nothing stands in the way of handing it over: no record has changed, what bars it
    was let go by two people, every document is there, and every order names its adult. Raises `BadInput`.
    """
    ensure_unchanged(asks, event)
    pack = put_together(asks, event, on=timezone.localdate(at))
    ensure_whole(standing_items(event), pack.documents)
    if pack.unnamed:
        raise BadInput(f"{UNNAMED}.")
    ensure_nothing_bars(event, pack.bars)
    return pack


def content_of(event: SharingEvent) -> bytes:
    """The pack as it lies in the store. Raises `OutOfTurn` where it is not what was kept; what `files.read` raises."""
    owner, _ = record_of(event)
    pdf = b"".join(files.read(event.stored, record=owner))
    if hashlib.sha256(pdf).hexdigest() != event.pack_digest:
        raise OutOfTurn("This pack is not what was made here. Tell whoever looks after Harbour at your school.")
    return pdf


def on_paper(pack: Pack, *, is_preview: bool = False) -> dict[str, Any]:
    """What its template shows. A preview says on each page that it is none to hand over."""
    return {"pack": pack, "event": pack.event, "is_preview": is_preview}


def _written(asks: Asks, pack: Pack, by: User, at: datetime) -> bytes:
    about = frame(by, pack.event.school_id, title=pack.event.reference, at=at)
    return printing.written([page(asks, TEMPLATE, {**on_paper(pack), **about}, ())])


def _print_of(event: SharingEvent, pack: Pack) -> UUID:
    """The printer knows a print that is asked for again by this key."""
    return entry_token(event.pk, event.revision, pack.digest)
