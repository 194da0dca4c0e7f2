"""What of the demo school is over, so that there is something of each kind that its privacy notice says is destroyed?

Four more invented leavers, of whom one was looked after, one had a plan for special needs, one is of the long rule for
abuse, and of one everything else is there; and beside them two concerns about adults, a note from outside, a numbered
form, and marks of a school year that nobody has to keep any more. All of it by the services of today, on the days on
which it was.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from children.facts import Adult
from children.models import Child
from children.services.filing import put_photograph
from retention.services.statements import mark
from safeguarding.accounts.calendar import LONDON
from safeguarding.accounts.models import School, User
from safeguarding.adults.models import StaffConcern
from safeguarding.adults.services import raising, working
from safeguarding.adults.services.raising import Telling
from safeguarding.adults.services.working import Entry
from safeguarding.audit.context import Acting, acting
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.concerns.models import OutsideNote
from safeguarding.concerns.services import papers
from safeguarding.concerns.services.outside import links, settling
from safeguarding.concerns.services.outside.leaving import Left, leave_note
from safeguarding.dates import school_year
from safeguarding.demo.drawing import a_face
from safeguarding.demo.ground import Ground
from safeguarding.demo.keys import Keys
from safeguarding.demo.leavers import lay_folder, register_leaver, state_leaver
from safeguarding.demo.sharing import parents
from safeguarding.plans.attendance.reading import Line
from safeguarding.plans.models import Episode
from safeguarding.plans.services.attendance import bring_in_attendance
from safeguarding.uploads.services.keeping import Upload
from sharing.events.models import Recipient
from sharing.events.services.consents import Answered, record_consent
from sharing.events.services.wordings import save_wording
from sharing.requests.services import intake
from sharing.requests.services.answering import withdraw

_HEAD, _LEAD, _DEPUTY, _ATTENDANCE, _OFFICE = "S01", "S02", "S03", "S08", "S09"
# Forename, surname, born; the first place among the leavers that is free.
_LEAVERS = (
    ("Enid", "Marlow", date(1950, 4, 17)),
    ("Dean", "Ruscoe", date(1999, 5, 8)),
    ("Stacey", "Pimlott", date(1994, 2, 23)),
    ("Jade", "Oldfield", date(1998, 11, 12)),
)
_FIRST_PLACE = 16
_MOTHER = Adult(surname="Oldfield", forename="Carol", relationship="Mother", responsibility=True)
_TRIAL = "A brown folder of 1961 names a caretaker who was sent to prison for what he did to her and to two others."
_NOTE = Left(
    how_soon=3,
    name="Ron Pickles",
    agency="Photocopier service",
    contact="07700 900188",
    about_child="Nobody",
    facts="Please ring back about the service contract for the copier.",
)
_LATE = "Read in full: what the infant school wrote of reading and of late mornings."
_SPAM = "It is about the photocopier, and about no child."


def lay_over(school: School, ground: Ground, keys: Keys) -> None:
    """All of it, before the dates of every record are worked out."""
    past = _Past(school, ground, keys)
    enid, dean, stacey, jade = _leavers(past)
    with past.acts(_LEAD) as lead:
        mark(child=enid, token=keys.token(), applies=True, reason=_TRIAL, by=lead, at=past.ago(days=110))
    _plan(past, dean, "looked_after", "E8")
    _plan(past, stacey, "ehcp", "2")
    _consent(past, jade)
    _photograph(past, jade)
    with past.acts(_LEAD) as lead:
        lay_folder(jade, (False, _LATE), by=lead, keys=keys, at=past.ago(days=118))
    _asked(past, jade, years=4, right="access", words="I would like to see what you have of my time at the school.")
    _asked(past, jade, years=7, right="complaint", words="Nobody told us that the nurse had been told.")
    _adults(past)
    _note(past)
    _form(past)
    _attendance(past)


@dataclass(frozen=True)
class _Past:
    """The people of the demo school, and days that are long gone."""

    school: School
    ground: Ground
    keys: Keys

    @property
    def now(self) -> datetime:
        return min(self.ground.now, timezone.now())

    def ago(self, days: int) -> datetime:
        return self.now - timedelta(days=days)

    @contextmanager
    def acts(self, key: str) -> Iterator[User]:
        user = self.ground.users[key]
        with acting(Acting(user_id=user.pk, school_id=self.school.pk)):
            yield user


def _leavers(past: _Past) -> list[Child]:
    """Each stated to have been at this school last."""
    made = []
    for place, (forename, surname, born) in enumerate(_LEAVERS, start=_FIRST_PLACE):
        adults = [_MOTHER] if surname == _MOTHER.surname else []
        with past.acts(_OFFICE) as office:
            child = register_leaver(past.school, place, forename, surname, born, adults=adults, by=office)
        with past.acts(_LEAD) as lead:
            state_leaver(child, "", by=lead, keys=past.keys, at=past.ago(days=120))
        made.append(child)
    return made


def _on(day: date) -> datetime:
    return datetime.combine(day, time(10, 30), LONDON)


def _left(child: Child) -> date:
    assert child.left_on is not None  # noqa: S101  (of leavers)
    return child.left_on


def _plan(past: _Past, child: Child, kind: str, ended: str) -> None:
    """It began a year before the child left, and ended with that. A row like one of today (`plans.py`), whose key is of
    that day: what was entered in the last twelve months keeps a record.
    """
    last = _left(child)
    first = last - timedelta(days=300)
    like = Episode.objects.filter(school=past.school, kind=kind).order_by("written_at", "pk")[0]
    given = {field.attname: getattr(like, field.attname) for field in Episode._meta.concrete_fields}
    given |= {"id": past.keys.at(_on(first)), "token": past.keys.token(), "child_id": child.pk, "begun_for": child.pk}
    given |= {"starts_on": first, "written_at": _on(first), "status": Episode.Status.ENDED, "ends_on": last}
    given |= {"end_reason": ended, "ended_at": _on(last), "ended_by_id": like.author_id}
    with acting(Acting(user_id=like.author_id, school_id=past.school.pk)):
        made = Episode(**given)
        made.save(force_insert=True)
        record(Verb.CREATE, made, by=like.author)


def _consent(past: _Past, child: Child) -> None:
    """The mother agreed that the school nurse was told."""
    day = _left(child) - timedelta(days=200)
    with past.acts(_LEAD) as lead:
        text = "We would like to tell the school nurse about your child."
        wording = save_wording(
            school=past.school,
            token=past.keys.token(),
            title="School nurse, until 2010",
            text=text,
            by=lead,
            at=_on(day),
        )
        said = Answered(
            wording=wording,
            recipient=Recipient.objects.get(school=None, code="school_nurse"),
            answer="given",
            capacity="parent",
            how="form",
            answered_on=day,
            adult=parents(child)[0],
        )
        record_consent(child=child, token=past.keys.token(), said=said, by=lead, at=_on(day))


def _photograph(past: _Past, child: Child) -> None:
    with past.acts(_OFFICE) as office:
        upload = Upload("photograph.jpg", a_face())
        at = _on(_left(child) - timedelta(days=400))
        put_photograph(child=child, token=past.keys.token(), upload=upload, by=office, at=at)


def _asked(past: _Past, child: Child, *, years: int, right: str, words: str) -> None:
    """The grown child asked, and did not want it any more two weeks later."""
    days = years * 365
    with past.acts(_OFFICE) as office:
        case = intake.hand_in(
            by=office,
            school_id=past.school.pk,
            token=past.keys.token(),
            received_on=timezone.localdate(past.ago(days)),
            channel="email",
            requester=child.full_name,
            about=child.full_name,
            words=words,
            right=right,
            at=past.ago(days),
        )
        facts: dict[str, Any] = {"right": right, "requester_is": "child", "authority": "own"}
        [case] = intake.take_up(case, by=office, children=[child], at=past.ago(days - 1), **facts)
        withdraw(case, by=office, because="She wrote that she has what she needs.", at=past.ago(days - 14))


def _adults(past: _Past) -> None:
    """One that was substantiated eleven years ago, of a volunteer who has reached pension age since; and a low-level
    one of a visitor who comes no more.
    """
    at = past.ago(days=11 * 365)
    day = timezone.localdate(at)
    harm = (
        Entry("lado", "Look into it, and tell us what comes of it.", day, who="LADO duty desk"),
        Entry("police", "Nothing for the police.", day, ruling="considered"),
        Entry("dbs", "Referred on the same day.", day, ruling="considered"),
    )
    facts = "He took a boy by the collar on the way to the coach. The boy had a red mark."
    concern = _raised(past, at, "harm", facts, name="Desmond Farr", standing="volunteer")
    _closed(past, concern, at, "substantiated", harm, [Entry("pension", "", day + timedelta(days=900))])
    at = past.ago(days=500)
    facts = "She took pictures of the stage at the rehearsal with her own telephone. No child was in them."
    concern = _raised(past, at, "low_level", facts, name="Una Prescott", standing="visitor")
    _closed(past, concern, at, "explained", (), [Entry("left", "", timezone.localdate(at) + timedelta(days=30))])


def _raised(past: _Past, at: datetime, threshold: str, facts: str, **who: Any) -> StaffConcern:
    with past.acts(_OFFICE) as office:
        telling = Telling(raised_as=threshold, facts=facts, **who)
        said: dict[str, Any] = {"school": past.school, "telling": telling, "by": office, "at": at}
        words = raising.raise_staff_concern(token=past.keys.token(), **said)
    with past.acts(_HEAD) as head:
        concern = StaffConcern.objects.get(pk=words.staff_concern_id)
        now = working.open_staff_concern(concern=concern, by=head, at=at)
        given: dict[str, Any] = {"threshold": threshold, "reason": "As it was told.", "by": head, "at": at}
        return working.assess(concern=now, token=past.keys.token(), seen=now.revision, **given)


def _closed(
    past: _Past, concern: StaffConcern, at: datetime, outcome: str, entries: tuple[Entry, ...], after: list[Entry]
) -> None:
    token, later = past.keys.token, at + timedelta(days=9)
    with past.acts(_HEAD) as head:
        for entry in entries:
            working.add_entry(concern=concern, token=token(), entry=entry, by=head, at=at)
        concern.refresh_from_db()
        said: dict[str, Any] = {"reason": "As the LADO advised, or as was seen.", "by": head, "at": later}
        now = working.record_outcome(concern=concern, token=token(), seen=concern.revision, outcome=outcome, **said)
        said["reason"] = "Nothing more is to be done."
        now = working.close_staff_concern(concern=now, token=token(), seen=now.revision, **said)
        for entry in after:
            working.add_entry(concern=now, token=token(), entry=entry, by=head, at=past.ago(days=90))


def _note(past: _Past) -> None:
    """About no child; two people have set it aside."""
    link, at = links.link_of(past.school.pk), past.ago(days=460)
    assert link is not None  # noqa: S101  (`fresh.py` makes it)
    slip = leave_note(link=link, token=past.keys.token(), left=_NOTE, at=at)
    note = OutsideNote.objects.get(token=slip.token)
    with past.acts(_LEAD) as lead:
        note = settling.open_note(note=note, by=lead, at=at)
        note = settling.put_forward(note=note, reason="spam", detail=_SPAM, by=lead, at=at)
    with past.acts(_DEPUTY) as deputy:
        settling.set_aside(note=note, by=deputy, at=at + timedelta(days=1))


def _form(past: _Past) -> None:
    """A numbered form that got wet."""
    at = past.ago(days=480)
    with past.acts(_LEAD) as lead:
        said: dict[str, Any] = {"batch": past.keys.token(), "count": 1, "place": "Dinner hall"}
        [form] = papers.make_forms(school=past.school, by=lead, at=at, **said)
        papers.settle_form(form=form, move="spoil", by=lead, at=at + timedelta(days=20))


def _attendance(past: _Past) -> None:
    """Three days of the last school year whose six years are over, of a child who was there."""
    first = date(school_year(timezone.localdate(past.now)) - 6, 3, 2)
    days = [day for n in range(7) if (day := first + timedelta(days=n)).weekday() < 5][:3]
    there = Child.objects.filter(school=past.school, entered_on__lt=first, pk__in=past.ground.children.values())
    number = there.exclude(left_on__lt=first).order_by("entered_on", "pk").values_list("detail__upn", flat=True)[0]
    lines = [Line(row, number, day.isoformat(), "/", "\\", "") for row, day in enumerate(days, start=2)]
    with past.acts(_ATTENDANCE) as officer:
        said: dict[str, Any] = {"school": past.school, "lines": lines, "digest": "0" * 64, "by": officer}
        bring_in_attendance(token=past.keys.token(), at=_on(days[-1]), **said)
