"""Raise a concern about an adult, and add to one's own words."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from safeguarding.accounts.models import School, User
from safeguarding.accounts.permissions import ensure, ensure_works_at
from safeguarding.accounts.roles import Capability
from safeguarding.adults.models import AdultNamed, Raised, StaffConcern
from safeguarding.adults.services.routing import is_about_head, is_head_away, nobody_reads, refusal, tell_readers
from safeguarding.adults.subjects import keep_for
from safeguarding.audit.models import Verb
from safeguarding.audit.services import record
from safeguarding.exceptions import BadInput, NotAllowed
from safeguarding.keys import entry_token
from safeguarding.turns import wait_for

STAFF = AdultNamed.Standing.STAFF
_NO_ROLE = "You have no role at this school with which concerns are raised there. Ask the Headteacher."
# No vowels, so that no word comes about, and nothing that is taken for something else.
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ23456789"


class NobodyReads(BadInput):
    """Nobody at the school could read what somebody tells `about` these adults, so it was not taken."""

    status = 409

    def __init__(self, school: School, about: Collection[UUID]) -> None:
        super().__init__(refusal(school))
        self.about = about


@dataclass(frozen=True)
class Telling:
    """What somebody tells, as the form sends it.

    `user` is a colleague with an account; without one, `name` says who it is.
    """

    raised_as: str
    facts: str
    user: User | None = None
    name: str = ""
    standing: str = STAFF
    employer: str = ""
    about_raiser: bool = False
    happened_on: date | None = None
    told_on: date | None = None
    context: str = ""
    children: str = ""
    done_at_once: str = ""
    wish_unnamed: bool = False

    def about(self, by: User) -> User | None:
        """The colleague with an account whom it is about."""
        return by if self.about_raiser else self.user


@transaction.atomic
def raise_staff_concern(
    *, token: UUID, school: School, telling: Telling, by: User, at: datetime | None = None
) -> Raised:
    """Raise a concern about an adult; whoever reads it is told. Returns the raiser's own words, all that they see of
    it.

    The same form with the same words again, by whatever accident, returns what is there. Raises `NotAllowed` for
    somebody who may raise none at the school, `BadInput` for what is missing, `NobodyReads` where nobody could read it.
    """
    at = at or timezone.now()
    ensure(by, Capability.LOG_CONCERN, school.pk, _NO_ROLE)
    user, on = telling.about(by), timezone.localdate(at)
    token = entry_token(token, by.pk, *_typed(telling))
    wait_for(token)
    if there := Raised.objects.filter(token=token, author=by).first():
        return there
    _check(telling, user, school, on)
    about = {user.pk} if user else set()
    if nobody_reads(school.pk, about):
        raise NobodyReads(school, about)
    concern = _concern(token, school, telling, about, by=by, at=at)
    keep_for(concern.pk, about, school.pk)
    concern.save(force_insert=True)
    AdultNamed(
        staff_concern=concern,
        school=school,
        standing=telling.standing or STAFF,
        user=user,
        name="" if user else telling.name.strip(),
        employer=telling.employer.strip(),
        named_at=at,
        named_by=by,
    ).save(force_insert=True)
    words = Raised(
        staff_concern=concern,
        school=school,
        author=by,
        token=token,
        reference=concern.reference,
        who=user.full_name if user else telling.name.strip(),
        facts=telling.facts.strip(),
        context=telling.context.strip(),
        children=telling.children.strip(),
        done_at_once=telling.done_at_once.strip(),
        written_at=at,
    )
    words.save(force_insert=True)
    record(Verb.CREATE, concern, by=by)
    tell_readers(concern, by=by, at=at)
    return words


def _typed(telling: Telling) -> list[object]:
    """Everything that was told, to know a form again by."""
    return [value.pk if isinstance(value, User) else value for value in vars(telling).values()]


def _concern(
    token: UUID, school: School, telling: Telling, about: set[UUID], *, by: User, at: datetime
) -> StaffConcern:
    on = timezone.localdate(at)
    made = StaffConcern(
        school=school,
        reference=reference_of(token),
        raised_as=telling.raised_as,
        raised_at=at,
        raised_by=by,
        happened_on=telling.happened_on,
        told_on=telling.told_on,
        about_raiser=bool(about & {by.pk}),
        wish_unnamed=telling.wish_unnamed,
        about_head=is_about_head(school.pk, about, on),
        head_away=is_head_away(school.pk, about, on),
    )
    if telling.raised_as == StaffConcern.RaisedAs.HARM:
        made.harm_since = made.first_told_at
    return made


def _check(telling: Telling, user: User | None, school: School, on: date) -> None:
    if telling.raised_as not in StaffConcern.RaisedAs:
        raise BadInput("Choose what it may be. If you do not know, choose “I am not sure”.")
    if not telling.facts.strip():
        raise BadInput("Write what you saw, heard or know.")
    if user is not None:
        ensure_works_at(user, school.pk, on)
    elif not telling.name.strip():
        raise BadInput("Choose who it is about, or write the name of somebody who is not on the list.")
    if telling.standing and telling.standing not in AdultNamed.Standing:
        raise BadInput("Choose what the adult is here.")
    if telling.happened_on and telling.happened_on > on:
        raise BadInput("The day on which it happened must be today or in the past.")
    if telling.told_on and telling.told_on > on:
        raise BadInput("The day on which the school was first told must be today or in the past.")
    if telling.told_on and telling.happened_on and telling.told_on < telling.happened_on:
        raise BadInput("The school cannot have been told before it happened. Correct one of the two days.")


def reference_of(token: UUID) -> str:
    """What people quote: A-7KX-2MB. Made from the form's token, so that it says nothing of how many there are."""
    number, letters = int.from_bytes(sha256(token.bytes).digest()[:8]), ""
    for _ in range(6):
        number, place = divmod(number, len(_LETTERS))
        letters += _LETTERS[place]
    return f"A-{letters[:3]}-{letters[3:]}"


@transaction.atomic
def add_words(*, first: Raised, token: UUID, text: str, by: User, at: datetime | None = None) -> Raised:
    """Add to what one has raised.

    The first words stay as they were; whoever reads it is told. The same again adds nothing.
    """
    if first.author_id != by.pk:
        raise NotAllowed("Only the person who raised it can add to it. Raise a concern of your own instead.")
    if not text.strip():
        raise BadInput("Write what you want to add.")
    at, token = at or timezone.now(), entry_token(token, by.pk, text)
    wait_for(token)
    if there := Raised.objects.filter(token=token, author=by).first():
        return there
    added = Raised(
        staff_concern_id=first.staff_concern_id,
        school_id=first.school_id,
        author=by,
        token=token,
        reference=first.reference,
        is_addition=True,
        who=first.who,
        facts=text.strip(),
        written_at=at,
    )
    added.save(force_insert=True)
    record(
        Verb.ADD, object_type="adults.staffconcern", object_id=first.staff_concern_id, school_id=first.school_id, by=by
    )
    # By its keys: its author does not see the row.
    tell_readers(StaffConcern(pk=first.staff_concern_id, school_id=first.school_id), by=by, at=at)
    return added


def first_words(words: Raised) -> Raised:
    """The words with which the concern was raised to which these belong, of the same author."""
    mine = Raised.objects.filter(staff_concern_id=words.staff_concern_id, author_id=words.author_id)
    return mine.order_by("is_addition", "written_at").first() or words
