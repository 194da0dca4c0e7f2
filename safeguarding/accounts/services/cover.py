"""Who takes calls at a school, who of them is in, and when is somebody next in? Read only; `rota` changes it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Prefetch
from django.utils import timezone

from safeguarding.accounts.calendar import LONDON, SchoolCalendar
from safeguarding.accounts.models import Absence, RoleAssignment, School, User
from safeguarding.accounts.permissions import live, people_with
from safeguarding.accounts.roles import ACTING_LEAD, LEAD_ROLES, Capability, with_capability
from safeguarding.dates import clock, near_day
from safeguarding.once import once

# As colleagues say it; the full titles are in `roles.py`.
_SPOKEN = {
    "lead": "Safeguarding lead",
    ACTING_LEAD: "Acting safeguarding lead",
    "deputy_lead": "Deputy safeguarding lead",
    "headteacher": "Headteacher",
}
# How far ahead to look for a day on which somebody is in: longer than any school holiday.
_AHEAD = timedelta(days=100)


@dataclass(frozen=True)
class SpeakTo:
    """Somebody to speak to about a child. `why` is a sentence for the page: the role, and whether to try now."""

    user_id: UUID
    name: str
    role: str
    extension: str
    in_school_now: bool
    why: str


@dataclass(frozen=True)
class OutOfHours:
    """What a page must say when no safeguarding lead is on duty. Numbers are empty where the school has given none.

    `next_reading` is when the first of those who are told today is in, None when that is as far off as anybody can see.
    `reader` names who that is, where it is not a safeguarding lead; `reads_now` says that they are in already.
    """

    nobody_on_duty: bool
    next_reading: datetime | None
    reader: str
    reads_now: bool
    somebody_takes_calls: bool
    social_care_day: str
    social_care_night: str


@dataclass(frozen=True)
class _OnCall:
    """One person who takes calls, with the days on which they are away."""

    user: User
    role_key: str
    away: tuple[tuple[date, date], ...]

    @property
    def is_lead(self) -> bool:
        return self.role_key in LEAD_ROLES

    @property
    def spoken(self) -> str:
        """The role as colleagues say it."""
        return _SPOKEN.get(self.role_key, "Takes calls")

    def is_away(self, day: date) -> bool:
        return any(first <= day <= last for first, last in self.away)

    def next_in(self, calendar: SchoolCalendar, at: datetime) -> datetime | None:
        """From when this person is in school: `at` itself when in now, None when away for as far as anybody can see."""
        opening = calendar.next_opening(at)
        while self.is_away(timezone.localdate(opening)):
            if opening - at > _AHEAD:
                return None
            opening = calendar.next_opening(_midnight_after(opening))
        return opening


def _midnight_after(moment: datetime) -> datetime:
    return (timezone.localtime(moment) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)


def _on_call(school_id: UUID, on: date) -> list[_OnCall]:
    """Everybody who takes calls on a day, away or not, in the order in which they are called.

    Two queries, once a page.
    """
    return once(("on call", school_id, on), lambda: _read_on_call(school_id, on))


def _read_on_call(school_id: UUID, on: date) -> list[_OnCall]:
    rows = (
        RoleAssignment.objects.filter(
            live(on),
            school_id=school_id,
            role_key__in=with_capability(Capability.RECEIVE_CALLS),
            user__is_active=True,
        )
        .select_related("user")
        .prefetch_related(
            Prefetch(
                "user__absences",
                queryset=Absence.objects.filter(ends_on__gte=on, withdrawn_at=None),
                to_attr="coming_absences",
            )
        )
        .order_by("call_order", "user_id")
    )
    found: dict[UUID, _OnCall] = {}
    for row in rows:
        away = tuple((a.starts_on, a.ends_on) for a in row.user.coming_absences)  # type: ignore[attr-defined]
        # Who is both Headteacher and lead is met as lead; a deputy who acts for the lead, as that.
        there = found.get(row.user_id)
        if there is None or (row.role_key in LEAD_ROLES and not there.is_lead):
            found[row.user_id] = _OnCall(row.user, row.role_key, away)
    return list(found.values())


def speak_to(school: School, at: datetime) -> list[SpeakTo]:
    """Who to speak to at the school, the one to try first at the top: three queries.

    Leads who are not away today come in the order in which they are called, then the Headteacher, then who is away.
    """
    calendar, day = SchoolCalendar.of(school.pk), timezone.localdate(at)
    open_now = calendar.is_open(at)
    people = sorted(_on_call(school.pk, day), key=lambda p: (p.is_away(day), not p.is_lead))
    lead_in = any(p.is_lead and not p.is_away(day) for p in people)
    return [
        SpeakTo(
            user_id=person.user.pk,
            name=person.user.full_name,
            role=person.spoken,
            extension=person.user.extension,
            in_school_now=open_now and not person.is_away(day),
            why=_why(person, open_now=open_now, lead_in=lead_in, day=day),
        )
        for person in people
    ]


def _why(person: _OnCall, *, open_now: bool, lead_in: bool, day: date) -> str:
    role = person.spoken
    if person.is_away(day):
        return f"{role}, away today"
    if not person.is_lead:
        return (
            f"{role}, "
            f"{'if it is about an adult in school' if lead_in else 'stands in: no safeguarding lead is in today'}"
        )
    return f"{role}, in school now" if open_now else f"{role}, not in school now"


def out_of_hours(school: School, at: datetime) -> OutOfHours:
    """Whether no safeguarding lead is on duty at a moment, and what the page must then say: three queries.

    Nobody is on duty outside the hours of a school day, or when every lead is away. Who reads next is looked for among
    those who are told on that day (leads who are in, else whoever takes calls and is in, else all of them): the
    Headteacher who is in comes before a lead who is back on Friday.
    """
    calendar, day = SchoolCalendar.of(school.pk), timezone.localdate(at)
    people = _on_call(school.pk, day)
    here = [p for p in people if not p.is_away(day)]
    told = [p for p in here if p.is_lead] or here or people
    coming = [(moment, place, p) for place, p in enumerate(told) if (moment := p.next_in(calendar, at))]
    next_reading, _, reader = min(coming, default=(None, 0, None))
    return OutOfHours(
        nobody_on_duty=not (calendar.is_open(at) and any(p.is_lead for p in here)),
        next_reading=next_reading,
        reader="" if reader is None or reader.is_lead else f"{reader.user.full_name}, {reader.spoken}",
        reads_now=next_reading is not None and next_reading <= at,
        somebody_takes_calls=bool(people),
        social_care_day=school.social_care_day,
        social_care_night=school.social_care_night,
    )


@dataclass(frozen=True)
class Place:
    """A person's place in the order of calling, as the cover page lists it."""

    user_id: UUID
    name: str
    role: str
    extension: str
    away_until: date | None


def call_order(school_id: UUID, *, on: date) -> list[Place]:
    """Everybody who takes calls at the school, away or not, in the order in which they are called: two queries."""
    return [
        Place(
            user_id=person.user.pk,
            name=person.user.full_name,
            role=person.spoken,
            extension=person.user.extension,
            away_until=max((last for first, last in person.away if first <= on <= last), default=None),
        )
        for person in _on_call(school_id, on)
    ]


def cover_line(school: School, *, at: datetime, reader: User) -> str:
    """Who is called first now and next, in one line for whoever reads it: "You until 4pm, then Tom Aldous tomorrow"."""
    calendar, today = SchoolCalendar.of(school.pk), timezone.localdate(at)
    leads = [p for p in _on_call(school.pk, today) if p.is_lead]

    def first_in(moment: datetime) -> tuple[str, datetime] | None:
        coming = [(opening, place, p) for place, p in enumerate(leads) if (opening := p.next_in(calendar, moment))]
        if not coming:
            return None
        opening, _, person = min(coming)
        return ("you" if person.user.pk == reader.pk else person.user.full_name), opening

    now = first_in(at)
    if now is None:
        return "No safeguarding lead is in for as far as days away are recorded: calls go to the Headteacher"
    name, opening = now
    if opening > at:
        return f"{_capital(name)} from {clock(opening)} {_day_in_words(opening, today)}"
    closing = datetime.combine(today, calendar.closes, LONDON)
    then = first_in(closing)
    after = f", then {then[0]} {_day_in_words(then[1], today)}" if then and then[0] != name else ""
    return f"{_capital(name)} until {clock(closing)}{after}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _day_in_words(moment: datetime, today: date) -> str:
    """today, tomorrow, else on 30 November."""
    words = near_day(moment, today)
    return words if words in ("today", "tomorrow") else f"on {words}"


def on_duty(school_id: UUID, *, on: date, capability: Capability = Capability.RECEIVE_CALLS) -> list[User]:
    """Who takes calls at the school on a day, in the order in which they are called, less who is away."""
    away = Absence.objects.filter(starts_on__lte=on, ends_on__gte=on, withdrawn_at=None).values("user_id")
    return list(people_with(capability, school_id, on).exclude(pk__in=away))


def leads_on_duty(school_id: UUID, *, on: date) -> list[User]:
    """Safeguarding leads and deputies who are in school on a day, in the order in which they are called."""
    return [person.user for person in _on_call(school_id, on) if person.is_lead and not person.is_away(on)]
