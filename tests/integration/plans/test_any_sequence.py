"""Is a plan sound whatever is done with it, in whatever order, by somebody who presses every button?

Sound is: nothing waits in a plan that has ended; of each kind one step waits at most; a step that waits by a rule has
its day, or says what is missing; the badge has the days of the plan; what is out of its order is not counted. What a
service refuses changes nothing.
"""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from safeguarding.exceptions import HarbourError
from safeguarding.keys import uuid7
from safeguarding.plans import codes
from safeguarding.plans.kinds import EPISODES, STEPS
from safeguarding.plans.models import Designation, Episode, Step
from safeguarding.plans.services import episodes, steps
from safeguarding.plans.services.order import why_not_counted
from safeguarding.plans.services.rules import LOCAL, set_local_rule
from tests.factories import SCHOOL_DAY

from .conftest import Place

pytestmark = pytest.mark.django_db
TODAY, FIRST = SCHOOL_DAY.date(), date(2026, 1, 5)
SS = Step.Status
# A few in every run, and many in `tests/soak/test_plans.py`. What fails is not made shorter: that takes minutes.
EXAMPLES, SHORT = 10, (Phase.explicit, Phase.generate)


class Hand:
    """Somebody who keeps a plan, and does with it what a number says."""

    def __init__(self, place: Place, kind: str) -> None:
        self.lead, self.child = place.room.lead, place.child
        self.episode = place.begin(kind, starts_on=FIRST)
        self.done: Counter[str] = Counter()

    def do(self, deed: str, number: int) -> None:
        """One deed; refused, it has changed nothing."""
        self.number = number
        self.now = Episode._base_manager.get(pk=self.episode.pk)
        try:
            with transaction.atomic():
                DEEDS[deed](self)
        except HarbourError:
            self.done["refused"] += 1
        else:
            self.done[deed] += 1

    def one_of(self, some: Any) -> Any:
        there = list(some)
        if not there:
            raise HarbourError("There is none.")
        return there[self.number % len(there)]

    def step(self, status: str) -> Step:
        return self.one_of(Step._base_manager.filter(episode=self.episode, status=status).order_by("pk"))

    @property
    def day(self) -> date:
        return FIRST + timedelta(days=self.number % (TODAY - FIRST).days)

    def results(self, kind: str) -> dict[str, Any]:
        """What a kind requires, of codes that are offered."""
        of = STEPS[kind]
        found = {
            name: self.one_of(codes.offered(of.list_of(name), TODAY)).code for name in of.required if of.list_of(name)
        }
        if of.outcomes:
            found["outcome"] = self.one_of(codes.offered(of.outcomes, TODAY)).code
        if "answer" in of.required:
            found["answer"] = "yes"
        return found | ({"score": self.number % 41} if kind == "sdq" else {})

    def add(self, **facts: Any) -> None:
        kind = self.one_of(self.now.of_kind.steps)
        if "held_on" in facts:
            facts["columns"] = self.results(kind)
        steps.add_step(episode=self.now, token=uuid7(), kind=kind, by=self.lead, **facts)

    def book(self) -> None:
        step = self.step(SS.WAITING)
        steps.book_step(step=step, seen=step.revision, booked_on=self.day + timedelta(days=90), by=self.lead)

    def hold(self) -> None:
        step = self.step(SS.WAITING)
        columns = self.results(step.kind)
        steps.hold_step(step=step, seen=step.revision, held_on=self.day, columns=columns, by=self.lead)

    def correct(self) -> None:
        step = self.step(SS.HELD)
        told = {"token": uuid7(), "reason": "The minutes say so.", "by": self.lead}
        columns = self.results(step.kind) if self.number % 2 else {}
        steps.correct_step(step=step, seen=step.revision, held_on=self.day, columns=columns, **told)

    def set_aside(self) -> None:
        step = self.step(SS.WAITING)
        steps.set_aside_step(step=step, seen=step.revision, reason="Not now.", by=self.lead)

    def take_back(self) -> None:
        step = self.step(SS.SET_ASIDE)
        steps.take_back_step(step=step, seen=step.revision, by=self.lead)

    def chase(self) -> None:
        steps.chase_step(step=self.step(SS.WAITING), token=uuid7(), happened_on=TODAY, text="Rang.", by=self.lead)

    def end(self) -> None:
        why = self.one_of(codes.offered(self.now.of_kind.ends, TODAY)).code
        facts = {"ends_on": max(self.day, self.now.starts_on), "end_reason": why, "by": self.lead}
        episodes.end_episode(episode=self.now, seen=self.now.revision, **facts)


DEEDS: dict[str, Callable[[Hand], object]] = {
    "add held": lambda hand: hand.add(held_on=hand.day),
    "add booked": lambda hand: hand.add(booked_on=hand.day + timedelta(days=60)),
    "add asked": lambda hand: hand.add(asked_on=hand.day),
    "book": Hand.book,
    "hold": Hand.hold,
    "correct": Hand.correct,
    "set aside": Hand.set_aside,
    "take back": Hand.take_back,
    "chase": Hand.chase,
    "end": Hand.end,
    "first day": lambda hand: episodes.correct_episode(
        episode=hand.now, seen=hand.now.revision, starts_on=hand.day, by=hand.lead
    ),
    "open again": lambda hand: episodes.open_again(episode=hand.now, seen=hand.now.revision, by=hand.lead),
    "in error": lambda hand: episodes.enter_in_error(
        episode=hand.now, seen=hand.now.revision, reason="Another child.", by=hand.lead
    ),
    "put back": lambda hand: episodes.put_back(episode=hand.now, by=hand.lead),
}
Sequence = list[tuple[str, int]]


def what_is_wrong(episode: Episode) -> list[str]:
    """Everything that is not sound."""
    now = Episode._base_manager.get(pk=episode.pk)
    waits = list(Step._base_manager.filter(episode=now, status=SS.WAITING))
    found = [f"{step.kind} waits in a plan that has ended" for step in waits if now.ended_at]
    twice = Counter(step.kind for step in waits if not step.of_kind.is_one_each)
    found += [f"{kind} waits {number} times" for kind, number in twice.items() if number > 1]
    found += [f"{step.kind} has no day" for step in waits if step.rule_id and bool(step.due_on) == bool(step.missing)]
    badges = Designation._base_manager.filter(episode=now).values_list("starts_on", "ends_on")
    found += ["the badge has other days" for days in badges if days != (now.decided_on, now.ends_on)]
    held = list(Step._base_manager.filter(episode=now, status=SS.HELD))
    found += [
        f"{step.kind} is counted otherwise"
        for step in held
        if step.not_counted != why_not_counted(now, step.kind, step.held_on, sorted(held, key=lambda one: one.held_on))
    ]
    numbers = Counter((step.kind, step.number) for step in held if step.number)
    return found + [f"{kind} is number {number} twice" for (kind, number), times in numbers.items() if times > 1]


def carry_out(place: Place, kind: str, sequence: Sequence) -> Counter[str]:
    """Do one after the other, and look after each."""
    with transaction.atomic():
        for code in LOCAL:
            agreed = {"amount": 5, "unit": "weeks", "source": "Agreed", "by": place.room.headteacher}
            at = SCHOOL_DAY - timedelta(days=400)
            set_local_rule(school=place.school, token=uuid7(), code=code, at=at, **agreed)
        hand = Hand(place, kind)
        for number, (deed, choice) in enumerate(sequence, 1):
            hand.do(deed, choice)
            assert what_is_wrong(hand.episode) == [], (kind, sequence[:number])
        transaction.set_rollback(True)
    return hand.done


def sequences(shortest: int, longest: int) -> st.SearchStrategy[Sequence]:
    """What is done, one after the other."""
    return st.lists(st.tuples(st.sampled_from(list(DEEDS)), st.integers(0, 999)), min_size=shortest, max_size=longest)


# Some of what was found when this was asked for the first time.
@example(kind="early_help", sequence=[("add booked", 0)])
@example(kind="child_protection", sequence=[("set aside", 0), ("add booked", 0), ("take back", 0)])
@example(kind="ehcp", sequence=[("add asked", 2), ("first day", 3)])
@example(kind="child_in_need", sequence=[("add held", 2), ("end", 300), ("correct", 4), ("open again", 0)])
@given(kind=st.sampled_from(list(EPISODES)), sequence=sequences(5, 20))
@settings(max_examples=EXAMPLES, phases=SHORT)
def test_a_plan_is_sound_whatever_is_done_with_it(place: Place, kind: str, sequence: Sequence):
    carry_out(place, kind, sequence)
