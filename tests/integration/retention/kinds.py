"""How is a record of each kind laid that has a period, and how does it come to its end? By the services of the pages.

`KINDS` has a row for every kind; `due` takes one to the day on which it can be put on a list.
"""

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from types import SimpleNamespace
from typing import Any

from django.db.models import Model
from django.utils import timezone
from PIL import Image

from children.facts import Adult
from children.models import Child, Contact, Photograph
from children.services.filing import Consent as PhotographConsent
from children.services.filing import end_photograph, put_photograph
from children.services.keeping.roll import set_roll
from retention.models import DestructionList, RetentionDate
from retention.services.lists import begin_list, decide, send
from retention.services.scan import scan
from safeguarding.accounts.models import RoleAssignment, User
from safeguarding.accounts.services.guidance import load_editions
from safeguarding.accounts.services.people import end_role
from safeguarding.adults.models import StaffConcern
from safeguarding.adults.services.access import give_access
from safeguarding.clocks import add_months
from safeguarding.concerns.models import Concern, OutsideNote, PaperForm
from safeguarding.concerns.services.outside import settling
from safeguarding.concerns.services.outside.leaving import Left, leave_note
from safeguarding.concerns.services.outside.links import make_link
from safeguarding.concerns.services.papers import make_forms, settle_form
from safeguarding.keys import uuid7
from safeguarding.plans.models import AttendanceDay
from safeguarding.training.models import Certificate, GuidanceRead, TrainingRecord
from safeguarding.training.services.courses import set_course
from safeguarding.training.services.noting import Had, attach_certificate, note_training
from safeguarding.training.services.reading_guidance import confirm_read, to_read
from safeguarding.uploads.services.keeping import Upload
from sharing.events.models import Consent, ConsentWording, Recipient
from sharing.events.services.consents import Answered, record_consent, withdraw_consent
from sharing.events.services.reference import load_law
from sharing.events.services.wordings import save_wording
from sharing.requests.models import RightsRequest
from sharing.requests.services.answering import withdraw as withdraw_request
from sharing.requests.services.law import load_request_law
from tests import factories
from tests.integration.requests.cases import handed_in, taken_up

from . import lasting
from .adults import PENSION_IN, end_substantiated, lay_concern
from .conftest import Office, later


@dataclass(frozen=True)
class Row:
    """How a record of one kind is laid, which is still open; how it comes to its end; and after how many days its
    period is over.
    """

    lay: Callable[[Office], Any]
    end: Callable[[Office, Any], None]
    days: int
    # What its date says while it is open.
    waits: str = "open"
    # The child that it is about: a hold on the child keeps it.
    about: Callable[[Any], Any] = lambda record: record.child
    # The roots of other kinds of which rows go with it: days are a child's, entries of the chronology a concern's.
    takes: tuple[type[Model], ...] = ()
    # Who decides on it, and who approves.
    decides: Callable[[Office], User] = lambda place: place.room.lead
    approves: Callable[[Office, Any], User] = lambda place, record: place.room.headteacher


# --- a child's file, and a photograph

UNTIL_25 = 100


def lay_file(place: Office) -> Child:
    """Of somebody nearly 25 who is still on roll."""
    born = add_months(timezone.localdate() + timedelta(days=UNTIL_25), -25 * 12)
    return factories.child(place.school, by=place.room.office, details={"date_of_birth": born})


def end_file(place: Office, child: Child) -> None:
    """The child leaves, and the lead states that no other school has the file."""
    today = timezone.localdate()
    set_roll(child=child, values={"left_on": today}, told=factories.told(), by=place.room.office)
    child.refresh_from_db()
    place.last_school(child, on=today, at=timezone.now())


def photograph(place: Office, child: Child, **facts: Any) -> Photograph:
    drawn = BytesIO()
    Image.new("RGB", (24, 32), (90, 90, 120)).save(drawn, "PNG")
    upload = Upload("seen.png", drawn.getvalue())
    return put_photograph(child=child, token=uuid7(), upload=upload, by=place.room.office, **facts)


def lay_photograph(place: Office) -> Photograph:
    """For the website, with consent."""
    today = timezone.localdate()
    consent = PhotographConsent(by="Kerry Ashdown, mother", what_for="The website", on=today, how="form")
    return photograph(place, factories.child(place.school, by=place.room.office), consent=consent)


def end_shown(place: Office, shot: Photograph) -> None:
    end_photograph(photograph=shot, ending="withdrawn", by=place.room.office)


# --- consent


def lay_consent(place: Office) -> Consent:
    load_law()
    mother = Adult(surname="Ashdown", forename="Kerry", relationship="Mother", responsibility=True)
    child = factories.child(place.school, by=place.room.office, adults=[mother])
    save_wording(school=place.school, token=uuid7(), title="The nurse", text="We ask.", by=place.room.lead)
    return answer(place, child, "given")


def answer(place: Office, child: Any, said: str) -> Consent:
    """What the mother answered today of the school nurse."""
    facts = Answered(
        wording=ConsentWording.objects.get(school=place.school),
        recipient=Recipient.objects.get(school=None, code="school_nurse"),
        answer=said,
        capacity="parent",
        how="form",
        answered_on=timezone.localdate(),
        adult=Contact.objects.get(children__child=child),
    )
    return record_consent(child=child, token=uuid7(), said=facts, by=place.room.lead)


def end_consent(place: Office, consent: Consent) -> None:
    """It is withdrawn; a year later she says no, which is what she answered last."""
    withdraw_consent(consent=consent, on=timezone.localdate(), how="spoken", said="She rang.", by=place.room.lead)
    with later(days=300):
        answer(place, consent.child, "refused")


def consent_of_a_leaver(place: Office) -> tuple[Any, Consent]:
    """A child who left years ago, and what the mother had answered."""
    load_law()
    mother = Adult(surname="Thorne", forename="Kerry", relationship="Mother", responsibility=True)
    child = place.leaver(adults=[mother])
    save_wording(school=place.school, token=uuid7(), title="The nurse", text="We ask.", by=place.room.lead)
    return child, answer(place, child, "given")


# --- request


def lay_request(place: Office) -> RightsRequest:
    load_request_law()
    child = place.leaver("Hanna", "Reed")
    cast = SimpleNamespace(
        school=place.school, teacher=place.room.teacher, office=place.room.office, lead=place.room.lead
    )
    case = handed_in(cast, received_on=timezone.localdate())
    return taken_up(cast, child, case=case)


def end_request(place: Office, case: RightsRequest) -> None:
    withdraw_request(case, by=place.room.office, because="She rang: she has what she needs.")


# --- training, and guidance that was read


def lay_training(place: Office) -> TrainingRecord:
    """Of the assistant, with a certificate."""
    room = place.room
    course = set_course(
        school=room.school,
        token=uuid7(),
        name="Safeguarding update",
        months=12,
        for_whom="all",
        source="Decided by the Headteacher",
        by=room.headteacher,
    )
    had = [Had(room.assistant, course, timezone.localdate())]
    [made] = note_training(school=room.school, had=had, token=uuid7(), by=room.office)
    attach_certificate(training=made, token=uuid7(), uploads=[Upload("seen.txt", b"Seen.")], by=room.office)
    assert Certificate.objects.get().training == made
    return made


def lay_guidance(place: Office) -> GuidanceRead:
    load_editions()
    edition = to_read(place.school.pk, timezone.localdate())[0]
    return confirm_read(school=place.school, edition=edition, by=place.room.assistant)


def leave(place: Office, record: Any) -> None:
    with later(days=30):
        for role in RoleAssignment.objects.filter(user=record.user, school=place.school):
            end_role(assignment=role, last_day=timezone.localdate(), by=place.room.headteacher)


# --- concern about an adult


def let_chair_in(place: Office, concern: StaffConcern) -> User:
    """The Headteacher gives the chair access by name."""
    last_day = timezone.localdate() + timedelta(days=60)
    said = {"reason": "To approve its end.", "last_day": last_day, "by": place.room.headteacher}
    give_access(concern=concern, user=place.chair, **said)
    return place.chair


# --- note set aside, paper form spoiled


def lay_note(place: Office) -> OutsideNote:
    link = make_link(school=place.school, by=place.room.lead)
    left = Left(
        how_soon=3,
        name="Sam Hill",
        agency="Supply teacher",
        contact="07700 900123",
        about_child="Rowan, Year 5",
        facts="He would not take his scarf off.",
    )
    leave_note(link=link, token=uuid7(), left=left, address=None)
    return OutsideNote.objects.get()


def end_note(place: Office, note: OutsideNote) -> None:
    settling.open_note(note=note, by=place.room.lead)
    settling.put_forward(note=note, reason="spam", detail="It is an advertisement.", by=place.room.lead)
    settling.set_aside(note=note, by=place.room.deputy)


def lay_form(place: Office) -> PaperForm:
    return make_forms(school=place.school, batch=uuid7(), count=2, place="Office", by=place.room.lead)[0]


def end_form(place: Office, form: PaperForm) -> None:
    settle_form(form=form, move="spoil", by=place.room.lead)


KINDS = {
    "child_file": Row(
        lay_file,
        end_file,
        days=UNTIL_25 + 1,
        waits="on_roll",
        about=lambda record: record,
        takes=(Concern,),
    ),
    "photograph": Row(lay_photograph, end_shown, days=1),
    "attendance": Row(
        lasting.lay_attendance,
        lasting.end_attendance,
        days=lasting.days_of_attendance(),
        about=lasting.nobody,
        takes=(AttendanceDay,),
    ),
    "file_received": Row(
        lasting.lay_received, lasting.end_received, days=lasting.days_of_received(), about=lasting.nobody
    ),
    "file_sent": Row(lasting.lay_sent, lasting.end_sent, days=lasting.days_of_sent(), about=lasting.nobody),
    "consent": Row(lay_consent, end_consent, days=366),
    "outside_note": Row(lay_note, end_note, days=367, about=lambda record: None),
    "paper_form": Row(lay_form, end_form, days=367, about=lambda record: None),
    "training": Row(lay_training, leave, days=6 * 366 + 30, about=lambda record: None),
    "guidance_read": Row(lay_guidance, leave, days=6 * 366 + 30, about=lambda record: None),
    "request": Row(lay_request, end_request, days=3 * 366),
    "staff_concern": Row(
        lay_concern,
        end_substantiated,
        days=PENSION_IN + 1,
        about=lambda record: None,
        decides=lambda place: place.room.headteacher,
        approves=let_chair_in,
    ),
}
# Days between the two scans that see that a record is due.
SCANS = 60


def kept(record: Any) -> RetentionDate:
    return RetentionDate.objects.get(record_key=record.pk)


def scanned_until(days: int) -> None:
    """Two scans, far enough apart that its date has changed long ago."""
    for before in (SCANS, 0):
        with later(days=days - before):
            scan()


def decider(place: Office, kind: str) -> User:
    return KINDS[kind].decides(place) if kind in KINDS else place.room.lead


def begun(place: Office, *records: Any) -> DestructionList:
    by = decider(place, kept(records[0]).kind)
    return begin_list(school=place.school, records=[one.pk for one in records], token=uuid7(), by=by)


def sent(place: Office, made: DestructionList, kind: str = "destroy", **facts: Any) -> DestructionList:
    by = decider(place, made.items.first().kind)
    for item in made.items.filter(left_out_at=None):
        made.refresh_from_db()
        said = {"token": uuid7(), "reason": "Read, and not needed.", "by": by, **facts}
        decide(item=item, seen=made.revision, kind=kind, **said)
    made.refresh_from_db()
    return send(on_list=made, seen=made.revision, by=by)


@contextmanager
def due(place: Office, kind: str) -> Any:
    """A record of a kind whose time is over, on the day on which it can be put on a list."""
    row = KINDS[kind]
    record = row.lay(place)
    row.end(place, record)
    scanned_until(row.days + SCANS)
    with later(days=row.days + SCANS):
        yield record
