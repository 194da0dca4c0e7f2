"""Who takes calls at a school, who of them is in, and when is somebody next in? Read only; `rota` changes it."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.utils import timezone

from safeguarding.accounts.calendar import LONDON, SchoolCalendar
from safeguarding.accounts.models import Absence, RoleAssignment, School, User
from safeguarding.accounts.permissions import live, people_with
from safeguarding.accounts.roles import ACTING_LEAD, LEAD_ROLES, Capability, with_capability
from safeguarding.dates import clock, day_ahead
from safeguarding.once import once

from .access import Colleague, staff_of

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
    """Somebody to speak to about a child. `why` is a sentence for the page: the role, and whether to try now.

    `telephone` is the number of the school, beside which an extension stands.
    """

    user_id: UUID
    name: str
    role: str
    telephone: str
    extension: str
    in_school_now: bool
    why: str


@dataclass(frozen=True)
class Duty:
    """Where one person who takes calls stands at a moment: the one answer to who is on duty, now and next.

    `next_in` is `at` itself for who is in now, None for who is away as far as anybody can see. `says` is that in words:
    "until 4pm", "from 8am Monday".
    """

    user_id: UUID
    name: str
    role: str
    extension: str
    is_lead: bool
    is_in: bool
    is_away: bool
    next_in: datetime | None
    says: str


@dataclass(frozen=True)
class OutOfHours:
    """What a page must say when no safeguarding lead is on duty. Numbers are empty where the school has given none.

    `next_reading` is when the first of those who are told today is in, None when that is as far off as anybody can see;
    `from_when` is that in words, "from 8am Monday".
    `reader` names who that is, where it is not a safeguarding lead; `reads_now` says that they are in already.
    """

    nobody_on_duty: bool
    next_reading: datetime | None
    from_when: str
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
    """Everybody who takes calls on a day, away or not, in the order of calling: one query, once a page."""
    return once(("on call", school_id, on), lambda: _read_on_call(school_id, on))


def _read_on_call(school_id: UUID, on: date) -> list[_OnCall]:
    coming = Absence.objects.filter(user=OuterRef("user"), ends_on__gte=on, withdrawn_at=None).order_by("pk")
    rows = (
        RoleAssignment.objects.filter(
            live(on),
            school_id=school_id,
            role_key__in=with_capability(Capability.RECEIVE_CALLS),
            user__is_active=True,
        )
        .select_related("user")
        .annotate(
            away_from=ArraySubquery(coming.values("starts_on")), away_until=ArraySubquery(coming.values("ends_on"))
        )
        .order_by("call_order", "user_id")
    )
    found: dict[UUID, _OnCall] = {}
    for row in rows:
        away = tuple(zip(row.away_from, row.away_until, strict=True))
        # Who is both Headteacher and lead is met as lead; a deputy who acts for the lead, as that.
        there = found.get(row.user_id)
        if there is None or (row.role_key in LEAD_ROLES and not there.is_lead):
            found[row.user_id] = _OnCall(row.user, row.role_key, away)
    return list(found.values())


def duty(school_id: UUID, at: datetime) -> list[Duty]:
    """Everybody who takes calls, in the order in which they are called: who is in now, and who from when.

    In is who is not away, in the hours of a school day. Two queries. Each page that says who is on duty asks this.
    """
    calendar, today = SchoolCalendar.of(school_id), timezone.localdate(at)
    found = []
    for person in _on_call(school_id, today):
        next_in = person.next_in(calendar, at)
        is_in = next_in is not None and next_in <= at
        if is_in:
            says = f"until {clock(calendar.closes)}"
        else:
            says = from_when(next_in, today) if next_in else "for as long as days away are recorded"
        found.append(
            Duty(
                user_id=person.user.pk,
                name=person.user.full_name,
                role=person.spoken,
                extension=person.user.extension,
                is_lead=person.is_lead,
                is_in=is_in,
                is_away=person.is_away(today),
                next_in=next_in,
                says=says,
            )
        )
    return found


def from_when(moment: datetime, today: date) -> str:
    """from 8am Monday; from 8am on 30 November."""
    return f"from {clock(moment)} {day_ahead(moment, today)}"


def speak_to(school: School, at: datetime) -> list[SpeakTo]:
    """Who to speak to at the school, the one to try first at the top: two queries.

    Leads who are not away today come in the order in which they are called, then the Headteacher, then who is away.
    """
    people = sorted(duty(school.pk, at), key=lambda p: (p.is_away, not p.is_lead))
    lead_today = any(p.is_lead and not p.is_away for p in people)
    return [
        SpeakTo(
            user_id=person.user_id,
            name=person.name,
            role=person.role,
            telephone=school.telephone,
            extension=person.extension,
            in_school_now=person.is_in,
            why=f"{person.role}, {_why(person, lead_today=lead_today)}",
        )
        for person in people
    ]


def _why(person: Duty, *, lead_today: bool) -> str:
    if person.is_away:
        return f"away {person.says}" if person.next_in is None else f"away, in {person.says}"
    if not person.is_lead:
        return "if it is about an adult in school" if lead_today else "stands in: no safeguarding lead is in today"
    return "in school now" if person.is_in else f"in {person.says}"


def out_of_hours(school: School, at: datetime) -> OutOfHours:
    """Whether no safeguarding lead is on duty at a moment, and what the page must then say: two queries.

    Nobody is on duty outside the hours of a school day, or when every lead is away. Who reads next is looked for among
    those who are told on that day (leads who are in, else whoever takes calls and is in, else all of them): the
    Headteacher who is in comes before a lead who is back on Friday.
    """
    people = duty(school.pk, at)
    here = [p for p in people if not p.is_away]
    told = [p for p in here if p.is_lead] or here or people
    coming = [(p.next_in, place, p) for place, p in enumerate(told) if p.next_in]
    next_reading, _, reader = min(coming, default=(None, 0, None))
    return OutOfHours(
        nobody_on_duty=not any(p.is_lead and p.is_in for p in people),
        next_reading=next_reading,
        from_when=from_when(next_reading, timezone.localdate(at)) if next_reading else "",
        reader="" if reader is None or reader.is_lead else f"{reader.name}, {reader.role}",
        reads_now=next_reading is not None and next_reading <= at,
        somebody_takes_calls=bool(people),
        social_care_day=school.social_care_day,
        social_care_night=school.social_care_night,
    )


@dataclass(frozen=True)
class Place:
    """A person's place in the order of calling."""

    user_id: UUID
    name: str
    role: str
    extension: str


def call_order(school_id: UUID, *, on: date) -> list[Place]:
    """Everybody who takes calls at the school, away or not, in the order in which they are called: one query."""
    return [
        Place(
            user_id=person.user.pk,
            name=person.user.full_name,
            role=person.spoken,
            extension=person.user.extension,
        )
        for person in _on_call(school_id, on)
    ]


def cover_line(school_id: UUID, *, at: datetime, reader: User) -> str:
    """Return one line for the reader that says who is called first, now and next: "You until 4pm, then Tom Aldous
    tomorrow". Out of hours it says that no lead is in, and who comes in when.
    """
    today = timezone.localdate(at)
    now = _first_lead(school_id, at, reader)
    if now is None:
        return "No safeguarding lead is in for as far as days away are recorded: calls go to the Headteacher"
    name, opening = now
    if opening > at:
        return f"No safeguarding lead is in now; {name} {from_when(opening, today)}"
    closing = datetime.combine(today, SchoolCalendar.of(school_id).closes, LONDON)
    then = _first_lead(school_id, closing, reader)
    after = f", then {then[0]} {day_ahead(then[1], today)}" if then and then[0] != name else ""
    return f"{_capital(name)} until {clock(closing)}{after}"


def _first_lead(school_id: UUID, at: datetime, reader: User) -> tuple[str, datetime] | None:
    """Which lead is in first from a moment on, and from when."""
    leads = [p for p in duty(school_id, at) if p.is_lead]
    coming = [(p.next_in, place, p) for place, p in enumerate(leads) if p.next_in]
    if not coming:
        return None
    opening, _, person = min(coming)
    return ("you" if person.user_id == reader.pk else person.name), opening


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def on_duty(school_id: UUID, *, on: date, capability: Capability = Capability.RECEIVE_CALLS) -> list[User]:
    """Who is told at a school on a day, whatever the hour: who takes calls, in the order of calling, less who is away.

    Who is in at a moment, as a page says it, is `duty`.
    """
    away = Absence.objects.filter(starts_on__lte=on, ends_on__gte=on, withdrawn_at=None).values("user_id")
    return list(people_with(capability, school_id, on).exclude(pk__in=away))


def leads_on_duty(school_id: UUID, *, on: date) -> list[User]:
    """Safeguarding leads and deputies among them, in the order of calling; whatever the hour."""
    return [person.user for person in _on_call(school_id, on) if person.is_lead and not person.is_away(on)]


@dataclass(frozen=True)
class Staffing:
    """The people of a school on a day with the roles that they hold then, and the keys of those who are away."""

    staff: tuple[Colleague, ...]
    away: frozenset[UUID]

    def holders_of(self, *role_keys: str) -> list[User]:
        """Who holds one of these roles, by name."""
        return [one.user for one in self.staff if any(held.role_key in role_keys for held in one.roles)]

    def who_may(self, capability: Capability) -> list[User]:
        """What `people_with` returns."""
        keys = with_capability(capability)
        orders = {one.user: [held.call_order for held in one.roles if held.role_key in keys] for one in self.staff}
        return sorted((user for user, some in orders.items() if some), key=lambda user: (min(orders[user]), user.pk))

    def on_duty(self, capability: Capability = Capability.RECEIVE_CALLS) -> list[User]:
        """What the function of this name returns."""
        return [user for user in self.who_may(capability) if user.pk not in self.away]

    def leads_on_duty(self) -> list[User]:
        """What the function of this name returns."""
        leads = self.holders_of(*LEAD_ROLES)
        return [user for user in self.on_duty() if user in leads]


def staffing(school_id: UUID, *, on: date) -> Staffing:
    """The staff of a school on a day and who is away: two queries, however many groups are asked for."""
    staff = tuple(staff_of(school_id, on=on))
    mine = Absence.objects.filter(user_id__in=[one.user.pk for one in staff])
    away = mine.filter(starts_on__lte=on, ends_on__gte=on, withdrawn_at=None).values_list("user_id", flat=True)
    return Staffing(staff, frozenset(away))
