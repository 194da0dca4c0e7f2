"""Which children of the demo school have a plan of an authority?

Those of the file, laid by the services that everybody uses and by those who keep plans of that kind. What is planned
for a day that has passed was held then; what is to come is booked.
"""

from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

from children.models import Child
from safeguarding.accounts.calendar import LONDON
from safeguarding.accounts.models import School, User
from safeguarding.accounts.services import change_school
from safeguarding.audit.context import Acting, acting
from safeguarding.clocks import Unit
from safeguarding.demo import source
from safeguarding.demo.authorities import Begins, Chased, Ends, Happening, Held, by_order, happenings, of_this_term
from safeguarding.demo.drawing import a_letter
from safeguarding.demo.ground import Ground
from safeguarding.demo.keys import Keys
from safeguarding.demo.meetings import lay_meetings
from safeguarding.plans.kinds import EPISODES, STEPS, Area, Duty
from safeguarding.plans.models import Episode, Step
from safeguarding.plans.services.around import add_professional, attach_to_step
from safeguarding.plans.services.episodes import begin_episode, end_episode
from safeguarding.plans.services.rules import set_local_rule
from safeguarding.plans.services.steps import add_step, book_step, chase_step
from safeguarding.uploads.services.keeping import Upload

_HEAD, _LEAD = "S01", "S02"
_KEEPERS = {Area.NEEDS: "S05", Area.CARE: "S06"}
_AGREED = "Agreed with the local authority’s duty team"
_YEAR = timedelta(days=365)
_WRITTEN_AT = time(15, 30)
# What is asked of the school where a child has a child protection plan, and the minutes of the first core group.
_ASKED = "Tell the social worker of each absence on the same morning."
# To what people from the school go, when, and where.
_MEETINGS = ("core_group", "review_conference", "plan_review", "care_review")
_MEET_AT, _MEET_IN = time(14), "Family centre, room 2"
_MINUTES = ("Core group minutes.pdf", ("Core group (practice, about nobody)", "Who does what until the next one."))


def lay_plans(school: School, ground: Ground, keys: Keys) -> None:
    """All of them. Reviews of child in need plans are every three months, as the school has agreed, and children move
    on after Year 6.
    """
    head, long_ago = ground.users[_HEAD], ground.now - 4 * _YEAR
    with acting(Acting(user_id=head.pk, school_id=school.pk)):
        change_school(school=school, by=head, moves_after=[6])
        set_local_rule(
            school=school,
            token=keys.token(),
            code="L02",
            amount=3,
            unit=Unit.MONTHS,
            source=_AGREED,
            by=head,
            at=long_ago,
        )
    entries = {ground.children[entry["pupil_id"]]: entry for entry in source.plans()}
    for child in Child.objects.filter(pk__in=entries).order_by("pk"):
        story = _Story(child, ground, keys)
        entry = entries[child.pk]
        told = (*happenings(entry, ground.days), *by_order(entry, ground.days), *of_this_term(entry, ground.days))
        for happening in told:
            story.lay(happening)
    lay_meetings(ground, keys)


class _Story:
    """What happens to one child, one thing after the other."""

    def __init__(self, child: Child, ground: Ground, keys: Keys) -> None:
        self.child, self.ground, self.keys = child, ground, keys
        self.episodes: dict[str, Episode] = {}

    def lay(self, one: Happening) -> None:
        """What has happened; of what is to come a step that is booked, in a plan that has begun."""
        by = self.ground.users[_KEEPERS.get(EPISODES[one.plan].area, _LEAD)]
        is_over = one.day <= self.ground.now.date()
        at = min(datetime.combine(one.day, _WRITTEN_AT, LONDON), self.ground.now)
        with acting(Acting(user_id=by.pk, school_id=self.ground.school_id)):
            match one:
                case Begins() if is_over:
                    self._begin(one, by, at)
                case Held() if one.plan in self.episodes and is_over:
                    self._hold(one, by, at)
                case Held() if one.plan in self.episodes:
                    self._book(one, by, at)
                case Chased() if is_over:
                    step = Step.objects.get(episode=self.episodes[one.plan], kind=one.step, status=Step.Status.WAITING)
                    chase_step(step=step, token=self.keys.token(), happened_on=one.day, text=one.text, by=by, at=at)
                case Ends() if is_over:
                    episode = self.episodes[one.plan]
                    end_episode(
                        episode=episode, seen=episode.revision, ends_on=one.day, end_reason=one.reason, by=by, at=at
                    )

    def _begin(self, one: Begins, by: User, at: datetime) -> None:
        if one.told_on:
            at = datetime.combine(one.told_on, _WRITTEN_AT, LONDON)
        begin = partial(begin_episode, child=self.child, token=self.keys.token(), by=by, at=at)
        words = one.words | ({"asked": _ASKED} if one.plan == "child_protection" else {})
        episode = begin(
            kind=one.plan, starts_on=one.day, authority=one.authority, columns=one.columns, words=words, first=one.first
        )
        self.episodes[one.plan] = episode
        for role, name, telephone in one.people:
            facts: dict[str, Any] = {"role": role, "name": name, "telephone": telephone, "starts_on": one.day}
            add_professional(episode=episode, token=self.keys.token(), by=by, at=at, **facts)

    def _hold(self, one: Held, by: User, at: datetime) -> None:
        step = add_step(
            episode=self.episodes[one.plan],
            token=self.keys.token(),
            kind=one.step,
            held_on=one.day,
            asked_on=one.asked_on,
            columns=one.columns,
            words=one.words,
            by=by,
            at=at,
        )
        if one.step == "core_group" and step.number == 1:
            name, lines = _MINUTES
            uploads = [Upload(name, a_letter(lines))]
            attach_to_step(
                step=step, token=self.keys.token(), uploads=uploads, what="minutes", dated=one.day, by=by, at=at
            )

    def _book(self, one: Held, by: User, at: datetime) -> None:
        """The step that waits for it, where there is one. Its keeper sees to what is the school's duty."""
        episode, agreed = self.episodes[one.plan], {"booked_on": one.day, **agreed_for(one.step, by)}
        waiting = Step.objects.filter(episode=episode, kind=one.step, status=Step.Status.WAITING).first()
        if waiting is None:
            add_step(episode=episode, token=self.keys.token(), kind=one.step, by=by, at=at, **agreed)
        else:
            book_step(step=waiting, seen=waiting.revision, by=by, at=at, **agreed)


def agreed_for(kind: str, by: User) -> dict[str, Any]:
    """What is agreed beside the day: of a meeting the time, where it is and who goes; of the school's own duties who
    sees to them.
    """
    if kind in _MEETINGS:
        return {"booked_time": _MEET_AT, "place": _MEET_IN, "owner": by}
    return {"owner": by if STEPS[kind].duty == Duty.SCHOOL else None}
