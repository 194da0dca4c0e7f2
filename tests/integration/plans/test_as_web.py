"""Do the services work behind both walls, as the role of the web server, for those who keep plans and for no others?"""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import transaction

from children.services import access
from safeguarding.audit.context import Acting, acting
from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.exceptions import NotAllowed
from safeguarding.keys import uuid7
from safeguarding.plans.models import Designation, Episode, Step
from safeguarding.plans.services import around, episodes, outcomes, steps
from safeguarding.uploads.services.keeping import Upload
from tests import factories
from tests.walls import asking

from .conftest import STOCKPORT, Place

pytestmark = pytest.mark.django_db


def whole_life(place: Place, kind: str, by: Any) -> Episode:
    """Begun, with all that belongs to it, ended, in error and back: everything by one person, as `web`."""
    with transaction.atomic(), acting(Acting(user_id=by.pk, school_id=place.school.pk)), asking(by):
        episode = place.begin(kind, by=by)
        first, *_ = Step.objects.filter(episode=episode).order_by("pk")
        booked = steps.book_step(step=first, seen=0, booked_on=date(2026, 12, 1), by=by)
        steps.chase_step(step=booked, token=uuid7(), happened_on=date(2026, 11, 20), text="Rang.", by=by)
        columns = {"outcome": "assess"} if kind == "ehcp" else {}
        held = steps.hold_step(step=booked, seen=booked.revision, held_on=date(2026, 11, 23), columns=columns, by=by)
        steps.correct_step(
            step=held, seen=held.revision, token=uuid7(), reason="The 20th.", held_on=date(2026, 11, 20), by=by
        )
        worker = around.add_professional(episode=episode, token=uuid7(), role="social_worker", name="M Bell", by=by)
        around.end_professional(professional=worker, ends_on=date(2026, 11, 20), by=by)
        uploads = [Upload("minutes.txt", b"Minutes.")]
        around.attach_to_step(step=held, token=uuid7(), uploads=uploads, what="minutes", by=by)
        corrected = episodes.correct_episode(episode=episode, seen=episode.revision, starts_on=date(2026, 10, 6), by=by)
        reason = {"child_protection": "moved", "looked_after": "E3", "ehcp": "5", "adoption": "RD4"}[kind]
        ended = episodes.end_episode(
            episode=corrected, seen=corrected.revision, ends_on=date(2026, 11, 23), end_reason=reason, by=by
        )
        again = episodes.open_again(episode=ended, seen=ended.revision, by=by)
        gone = episodes.enter_in_error(episode=again, seen=again.revision, reason="His cousin’s.", by=by)
        return episodes.put_back(episode=gone, by=by)


@pytest.mark.parametrize(
    ("kind", "who"),
    [
        ("child_protection", lambda p: p.room.lead),
        ("child_protection", lambda p: p.room.deputy),
        ("looked_after", lambda p: p.designated),
        ("ehcp", lambda p: p.senco),
    ],
    ids=["lead", "deputy", "designated teacher", "SENCO"],
)
def test_who_keeps_an_area_does_all_of_it(place: Place, kind: str, who: Callable[[Place], Any]):
    place.name_in_notice("senco", "designated_teacher")
    assert whole_life(place, kind, who(place)).status == "open"


@pytest.mark.parametrize(
    "who",
    [
        lambda p: p.room.headteacher,
        lambda p: p.designated,
        lambda p: p.senco,
        lambda p: p.room.pastoral,
        lambda p: p.room.teacher,
        lambda p: p.room.office,
    ],
    ids=["Headteacher", "designated teacher", "SENCO", "pastoral", "teacher", "office"],
)
def test_who_does_not_is_refused_each_of_it(place: Place, who: Callable[[Place], Any]):
    place.name_in_notice("senco", "designated_teacher")
    by, episode = who(place), place.begin("child_protection")
    step = Step.objects.filter(episode=episode).first()
    worker = around.add_professional(
        episode=episode, token=uuid7(), role="social_worker", name="M Bell", by=place.room.lead
    )
    day: dict[str, Any] = {"by": by}
    for service in (
        lambda: place.begin("child_protection", authority="355", by=by),
        lambda: episodes.correct_episode(episode=episode, seen=0, starts_on=date(2026, 10, 6), **day),
        lambda: episodes.end_episode(episode=episode, seen=0, ends_on=date(2026, 11, 2), end_reason="moved", **day),
        lambda: episodes.open_again(episode=episode, seen=0, **day),
        lambda: episodes.enter_in_error(episode=episode, seen=0, reason="No.", **day),
        lambda: episodes.put_back(episode=episode, **day),
        lambda: place.step(episode, "progress", by=by),
        lambda: steps.book_step(step=step, seen=0, booked_on=date(2026, 12, 1), **day),
        lambda: steps.hold_step(step=step, seen=0, held_on=date(2026, 11, 20), **day),
        lambda: steps.correct_step(step=step, seen=0, token=uuid7(), reason="No.", **day),
        lambda: steps.set_aside_step(step=step, seen=0, reason="No.", **day),
        lambda: steps.take_back_step(step=step, seen=0, **day),
        lambda: steps.chase_step(step=step, token=uuid7(), happened_on=date(2026, 11, 20), text="Rang.", **day),
        lambda: steps.note_step(step=step, token=uuid7(), text="Rang.", **day),
        lambda: around.add_professional(episode=episode, token=uuid7(), role="police", name="A", **day),
        lambda: around.end_professional(professional=worker, ends_on=date(2026, 11, 20), **day),
        lambda: around.attach_to_step(
            step=step, token=uuid7(), uploads=[Upload("a.txt", b"A.")], what="minutes", **day
        ),
    ):
        with pytest.raises(NotAllowed), transaction.atomic():
            service()
    assert (Episode.objects.get().status, Designation.objects.count()) == ("open", 1)


def test_an_alternate_lead_keeps_where_nobody_else_may(place: Place):
    for person in (place.room.lead, place.room.deputy, place.acting, place.trust):
        access.declare_conflict(user=person, child=place.child, kind="relative", by=person)
    assert whole_life(place, "child_protection", place.alternate).status == "open"


def test_what_follows_is_done_behind_both_walls_also_by_who_may_not_open_the_concern(place: Place):
    place.name_in_notice("designated_teacher")
    about = factories.concern(place.room, children=[ChildEntry(role="worried_about", child=place.child)])
    care = place.begin("looked_after", concern=about)
    by = place.designated
    with transaction.atomic(), acting(Acting(user_id=by.pk, school_id=place.school.pk)), asking(by):
        ended = episodes.end_episode(episode=care, seen=0, ends_on=date(2026, 11, 20), end_reason="E45", by=by)
        begun = outcomes.carry_out(
            decided=ended, seen=ended.revision, begins=outcomes.Begins(date(2026, 11, 20), STOCKPORT), by=by
        )
    assert begun is not None
    assert (begun.kind, begun.began_with_id) == ("previously_looked_after", about.pk)
    with transaction.atomic(), acting(Acting(user_id=by.pk, school_id=place.school.pk)), asking(by):
        again = Episode.objects.get(pk=begun.pk)
        moved = episodes.correct_episode(episode=again, seen=0, starts_on=date(2026, 11, 19), by=by)
    assert moved.decided_on == date(2026, 11, 19)


def test_who_reads_a_plan_says_nothing_of_what_follows(place: Place):
    plan = place.begin("child_protection")
    review = place.step(plan, "review_conference", held_on=date(2026, 11, 20), columns={"outcome": "ends"})
    ends = outcomes.Ends(date(2026, 11, 20), "no_risk")
    for by in (place.room.headteacher, place.room.pastoral, place.room.teacher):
        with pytest.raises(NotAllowed), transaction.atomic(), asking(by):
            outcomes.carry_out(decided=review, seen=review.revision, ends=ends, by=by)
