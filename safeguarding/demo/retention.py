"""Whose record has reached its day? Fifteen invented leavers, none of whom ever was at the school of the data.

Some are due, one is held, one is kept for long, of one nobody knows the day of birth, two are brothers. Of three
another school had sent a file: of one nobody has said whether it is a sign of abuse, of one a lead has said that it is
none; of one it is, the next school has the file, and what becomes of ours is to decide. One list waits to be approved,
one waits its fourteen days, and one record has been destroyed. A concern about an adult is over too: the Headteacher
has decided, and the chair of governors is asked. The account of a colleague who left long ago is emptied.
"""

from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils import timezone

from children.models import Child
from children.services import keeping
from retention.models import Approval, Decision, DestructionList
from retention.services.accounts import empty_accounts
from retention.services.approvals import approve
from retention.services.destroying import carry_out
from retention.services.holds import ask_to_lift, lift_hold, set_hold
from retention.services.leavers import state_destination, state_last_school
from retention.services.lists import begin_list, decide, send
from retention.services.scan import scan
from retention.services.schedule import adopt_all, agree_all
from retention.services.statements import mark
from safeguarding.accounts.models import School, User
from safeguarding.accounts.services import add_person, assign_role, end_role
from safeguarding.adults.services.access import give_access
from safeguarding.audit.context import Acting, acting
from safeguarding.dates import as_day
from safeguarding.demo.adults import over
from safeguarding.demo.ground import Ground
from safeguarding.demo.keys import Keys
from safeguarding.demo.leavers import lay_folder, register_leaver, state_leaver
from safeguarding.demo.source import children

_HEAD, _LEAD, _OFFICE, _OFFICER = "S01", "S02", "S09", "S46"
_CHAIR = "S44"
_MALICIOUS = "Malicious, closed long ago; nothing against him is kept."
_NO_SCHOOL = "At home or abroad: no school has asked for a file. The local authority was told of each."
_SPECIAL = ("Brook Meadow School (fictional)", "356/9996")
_READ = "Read in full. Nothing in it is asked for by anybody."
_POLICE = "The police are looking into a club that several children of that year went to."
# Forename, surname, born (None: nobody knows), the next school that has it (empty: none has).
_LEAVERS: tuple[tuple[str, str, date | None, str], ...] = (
    ("Ida", "Thornley", date(1999, 3, 1), ""),
    ("Callum", "Brookfield", date(1999, 6, 17), ""),
    ("Nadia", "Farrow", date(1999, 9, 30), ""),
    ("Reece", "Aldgate", date(2000, 1, 12), ""),
    ("Shanice", "Mellor", date(2000, 2, 29), ""),
    ("Jordan", "Peverell", date(2000, 8, 4), ""),
    ("Kieran", "Peverell", date(2001, 10, 22), ""),
    ("Amber", "Locke", date(2000, 11, 19), ""),
    ("Tariq", "Hollin", date(2001, 4, 8), ""),
    ("Bethan", "Orrell", date(2001, 7, 2), "Whitmoor High School, Mrs Dale, by telephone"),
    ("Louis", "Garside", None, ""),
    ("Yasmin", "Croft", date(2001, 12, 5), ""),
    ("Elsie", "Warden", date(2001, 5, 14), ""),
    ("Marcus", "Tindall", date(2001, 2, 9), ""),
    ("Priya", "Sandal", date(2001, 6, 30), "Whitmoor High School, Mrs Dale, by telephone"),
)
_DESTROYED, _WAITING, _TO_APPROVE, _HELD, _UNSTATED = (0,), (1, 2), (3, 4, 5), (7,), (11,)
_LIFTED, _MARKED = 8, 6
# Another school had sent a file: what was answered of it, and why (None: nothing yet).
_RECEIVED: dict[int, tuple[bool, str] | None] = {
    12: None,
    13: (False, "Read in full: two notes on late collection, and nothing of this kind."),
    14: (True, "The letter of 2008 in it says what an uncle did, and that there was a conference."),
}
_ABUSE = "What he told in Year 6 led to a trial. The child protection file says so, and names the court."
_INSURER = "The insurer asked that nothing of that year is destroyed while a claim is open."
_SETTLED = "The insurer wrote that the claim is settled and nothing more is needed."


def lay_retention(school: School, ground: Ground, keys: Keys) -> None:
    """The schedule of the school in force, the leavers with what is known of them, and three lists.

    A school that opens on a later day has its lists as of today: the database says when a record may be destroyed.
    """
    head, lead, office, officer = (ground.users[one] for one in (_HEAD, _LEAD, _OFFICE, _OFFICER))
    now = min(ground.now, timezone.now())

    def days_ago(days: int) -> datetime:
        return now - timedelta(days=days)

    with acting(Acting(user_id=head.pk, school_id=school.pk)):
        adopt_all(school=school, by=head, at=days_ago(400))
    with acting(Acting(user_id=officer.pk, school_id=school.pk)):
        agree_all(school=school, by=officer, at=days_ago(395))
    with acting(Acting(user_id=office.pk, school_id=school.pk)):
        leavers = [register_leaver(school, place, *one[:3], by=office) for place, one in enumerate(_LEAVERS, start=1)]
        told = keeping.Told(by=keeping.ToldBy.FAMILY, note="On the admission form.")
        keeping.link_siblings(one=leavers[5], other=leavers[6], told=told, by=office, at=now)
    with acting(Acting(user_id=lead.pk, school_id=school.pk)):
        for place, child in enumerate(leavers):
            if place not in _UNSTATED:
                state_leaver(child, _LEAVERS[place][3], by=lead, keys=keys, at=days_ago(120))
        mark(child=leavers[_MARKED], token=keys.token(), applies=True, reason=_ABUSE, by=lead, at=days_ago(110))
        for place, said in _RECEIVED.items():
            lay_folder(leavers[place], said, by=lead, keys=keys, at=days_ago(115))
        _left(school, ground, keys, by=lead, at=days_ago(100))
    for days in (50, 40, 0):
        scan(at=days_ago(days))
    lists = [
        _list(school, [leavers[place] for place in places], by=lead, keys=keys, at=days_ago(days))
        for places, days in ((_DESTROYED, 32), (_WAITING, 6), (_TO_APPROVE, 3))
    ]
    with acting(Acting(user_id=head.pk, school_id=school.pk)):
        for made, days in zip(lists[:2], (30, 5), strict=True):
            items = [item.pk for item in made.items.all()]
            approve(on_list=made, seen=made.revision, items=items, by=head, at=days_ago(days))
    _held(school, leavers[_HELD[0]], by=lead, keys=keys, at=days_ago(20), review_on=as_day(now) + timedelta(days=60))
    _lifted(school, leavers[_LIFTED], by=lead, second=head, keys=keys, at=days_ago(300), lifted=days_ago(90))
    # The database says when something is decided and approved: here both were earlier.
    for made, decided, approved in zip(lists, (32, 6, 3), (30, 5, 0), strict=True):
        Decision.objects.filter(item__on_list=made).update(decided_at=days_ago(decided))
        Approval.objects.filter(item__on_list=made).update(approved_at=days_ago(approved))
    for item in lists[0].items.all():
        carry_out(item)
    _adult(school, ground, keys, at=days_ago(2))
    _left_long_ago(school, by=head, on=as_day(now) - timedelta(days=300))
    empty_accounts()


def _left_long_ago(school: School, *, by: User, on: date) -> None:
    """A colleague whose last day was more than six months ago. Who adds staff finds her by name, if she comes back."""
    names = {"title": "Mrs", "first_name": "Beryl", "last_name": "Ashcombe", "job": "Lunchtime supervisor"}
    with acting(Acting(user_id=by.pk, school_id=school.pk)):
        user = add_person(username="b.ashcombe", email="b.ashcombe@example.sch.uk", by=by, **names)
        began = on - timedelta(days=1200)
        role = assign_role(user=user, school=school, role_key="midday", starts_on=began, by=by)
        end_role(assignment=role, last_day=on, by=by)


def _adult(school: School, ground: Ground, keys: Keys, *, at: datetime) -> None:
    """The concern about an adult whose time is over: decided by its reader, who lets the chair read it to approve."""
    head, concern = ground.users[_HEAD], over(school)
    with acting(Acting(user_id=head.pk, school_id=school.pk)):
        last_day = as_day(at) + timedelta(days=60)
        why = "To approve that it is destroyed."
        give_access(concern=concern, user=ground.users[_CHAIR], reason=why, last_day=last_day, by=head, at=at)
        made = begin_list(school=school, records=[concern.pk], token=keys.token(), by=head, at=at)
        decide(item=made.items.get(), seen=0, token=keys.token(), kind="destroy", reason=_MALICIOUS, by=head, at=at)
        made.refresh_from_db()
        send(on_list=made, seen=made.revision, by=head, at=at)


def _left(school: School, ground: Ground, keys: Keys, *, by: User, at: datetime) -> None:
    """Of those whom the data has at home or abroad the lead stated together that this was their last school; of those
    at a special school, which one. Of the others nothing is stated.
    """
    went: dict[str, list[UUID]] = {}
    for entry in children():
        if entry["id"] in ground.children and entry.get("destination"):
            went.setdefault(entry["destination"]["type"], []).append(ground.children[entry["id"]])
    seen = Child.objects.filter(school=school, left_on__lt=as_day(at)).visible_to(by)

    def of(*kinds: str) -> list[UUID]:
        keys_of = [key for kind in kinds for key in went.get(kind, ())]
        return list(seen.filter(pk__in=keys_of).values_list("pk", flat=True))

    if last := of("ehe", "abroad"):
        state_last_school(school=school, children=last, token=keys.token(), said=_NO_SCHOOL, by=by, at=at)
    if special := of("special"):
        state_destination(school=school, children=special, name=_SPECIAL[0], number=_SPECIAL[1], by=by)


def _held(school: School, child: Child, *, by: User, keys: Keys, at: datetime, review_on: date) -> None:
    with acting(Acting(user_id=by.pk, school_id=school.pk)):
        set_hold(
            school=school,
            token=keys.token(),
            scope="child",
            kind="police",
            reason=_POLICE,
            authority="DC Warr, reference to be given by letter",
            review_on=review_on,
            child=child,
            by=by,
            at=at,
        )


def _lifted(
    school: School, child: Child, *, by: User, second: User, keys: Keys, at: datetime, lifted: datetime
) -> None:
    """A hold that two people have lifted since."""
    with acting(Acting(user_id=by.pk, school_id=school.pk)):
        hold = set_hold(
            school=school,
            token=keys.token(),
            scope="child",
            kind="insurance",
            reason=_INSURER,
            review_on=timezone.localdate(at) + timedelta(days=180),
            child=child,
            by=by,
            at=at,
        )
        hold = ask_to_lift(
            hold=hold, seen=hold.revision, token=keys.token(), reason=_SETTLED, by=by, at=lifted - timedelta(days=1)
        )
    with acting(Acting(user_id=second.pk, school_id=school.pk)):
        lift_hold(hold=hold, seen=hold.revision, by=second, at=lifted)


def _list(school: School, children: list[Child], *, by: User, keys: Keys, at: datetime) -> DestructionList:
    with acting(Acting(user_id=by.pk, school_id=school.pk)):
        made = begin_list(school=school, records=[child.pk for child in children], token=keys.token(), by=by, at=at)
        for item in made.items.order_by("place"):
            made.refresh_from_db()
            decide(item=item, seen=made.revision, token=keys.token(), kind="destroy", reason=_READ, by=by, at=at)
        made.refresh_from_db()
        return send(on_list=made, seen=made.revision, by=by, at=at)
