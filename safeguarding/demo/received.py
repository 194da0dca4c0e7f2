"""Which file has come to the demo school from another one? That of one child, opened, confirmed by a call, and on the
record.

The school that sent it is invented, as its key is. One entry was restricted there, one has a document.
"""

from datetime import date, timedelta
from random import Random

from django.utils import timezone

from children.models import Child
from safeguarding.accounts.models import School
from safeguarding.audit.context import Acting, acting
from safeguarding.audit.seals.notes import Signer
from safeguarding.concerns.services import earlier
from safeguarding.demo.drawing import a_letter
from safeguarding.demo.ground import Ground
from safeguarding.demo.keys import Keys
from sharing.received.services.calling import Call, confirm_sender
from sharing.received.services.opening import open_file
from sharing.transfer_file.containers import Content, bind
from sharing.transfer_file.record import FileChild, FileEntry, FileRecord, FileSchool

_LEAD, _CHILD = "S02", "P0195"
_SENDER = FileSchool("Heaton Brook Infant School", "999117", "999", "1117")
_WORDS = "pebble-anchor-thistle-copper"
_LETTER = "Letter to parents.pdf"
# Days before the file was made, what it is, who wrote it, what was written, whether it was restricted there.
_ENTRIES = (
    (
        420,
        "Concern: Collected late",
        "Mrs A Pell, class teacher",
        "Collected late for the third time in two weeks. Said that she waits at the window until it is dark.",
        False,
    ),
    (
        401,
        "Meeting with parents",
        "Mr T Orme, safeguarding lead",
        "Both parents came. Shifts had changed. Grandmother collects on Tuesdays and Thursdays from now on.",
        False,
    ),
    (
        262,
        "Concern: Words about home",
        "Mrs A Pell, class teacher",
        "Said in the reading corner that there was shouting at night and that she had slept in the bath.",
        True,
    ),
    (
        230,
        "Note: How it goes on",
        "Mr T Orme, safeguarding lead",
        "Collected on time since the meeting. Eats and plays well. Nothing more was said.",
        False,
    ),
)
_CALLED = "Mr T Orme, safeguarding lead"


def lay_received(school: School, ground: Ground, keys: Keys, chance: Random) -> None:
    """Open it, ring the school, look, and put it onto the record, three weeks ago."""
    lead, at = ground.users[_LEAD], ground.now - timedelta(days=21)
    child = Child.objects.select_related("detail").get(pk=ground.children[_CHILD])
    made = timezone.localdate(at) - timedelta(days=2)
    letter = a_letter(("To both parents", "Thank you for coming.", "Grandmother collects on Tuesdays and Thursdays."))
    pages = a_letter(("The file of one child", _SENDER.name, "Paper copy of what is inside"))
    content = Content(pages, {_LETTER: lambda: letter})
    signer = Signer("harbour/5a7e0b19c3d2f486", chance.randbytes(32))
    volumes = bind(_record(child, keys, made, school), [content], words=_WORDS, signer=signer).volumes
    with acting(Acting(user_id=lead.pk, school_id=school.pk)):
        received = open_file(school=school, token=keys.token(), volumes=list(volumes), words=_WORDS, by=lead, at=at)
        call = Call(_CALLED, timezone.localdate(at), "register")
        received = confirm_sender(received=received, call=call, by=lead, at=at)
        if received.batch is None:
            return
        batch = earlier.read_batch(batch=received.batch, by=lead)
        batch = earlier.confirm_batch(batch=batch, by=lead, seen=batch.revision, at=at)
        earlier.finish_batch(batch=batch)


def _record(child: Child, keys: Keys, made: date, school: School) -> FileRecord:
    entries = tuple(
        FileEntry(
            key=keys.token(),
            kind=kind.partition(":")[0],
            title=kind.partition(": ")[2],
            happened=made - timedelta(days=days),
            clock=None,
            written_by=author,
            texts=(("What was written", text),),
            documents=(_LETTER,) if kind.startswith("Meeting") else (),
            is_restricted=is_restricted,
            is_adoption=False,
            came_from="",
        )
        for days, kind, author, text, is_restricted in _ENTRIES
    )
    detail = child.detail
    about = FileChild(detail.upn, child.forename, child.surname, child.known_forename, detail.date_of_birth)
    return FileRecord(keys.token(), about, _SENDER, school.name, made, entries, is_addition=False)
