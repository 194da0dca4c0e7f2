"""Does a request come in once, and become a case for each child?"""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from safeguarding.accounts.models import Notice
from safeguarding.exceptions import BadInput, ChangedSince, NotAllowed, OutOfTurn
from safeguarding.keys import uuid7
from sharing.requests.models import Exemption, RequestRole, RightsRequest, SearchPlace
from sharing.requests.services import answering, intake, law, letters, places, roles, steps
from tests import factories
from tests.walls import asking

from .cases import RECEIVED, handed_in, taken_up

pytestmark = pytest.mark.django_db
R = RightsRequest
CHECKED = {"order_binds": "no", "address_is_confidential": "no", "care_order": "no"}


def test_anybody_of_the_staff_hands_one_in_and_the_office_is_told(cast: Any) -> None:
    case = handed_in(cast)
    assert (case.status, case.reference[:4], case.requester) == ("handed_in", "SAR-", "Dana Ashdown")
    assert Notice.objects.filter(object_id=case.pk).get().user == cast.office
    stranger = factories.member(factories.school("Whitmoor High School"), "teacher")
    with pytest.raises(NotAllowed):
        handed_in(cast, by=stranger)
    with pytest.raises(BadInput, match="is to come"):
        handed_in(cast, received_on=timezone.localdate() + timedelta(days=1))
    with pytest.raises(BadInput, match="who it is about"):
        handed_in(cast, about=" ")


def test_sent_twice_it_is_handed_in_once_and_other_words_are_another(cast: Any) -> None:
    token = uuid7()
    first, again, other = (handed_in(cast, token=token, words=words) for words in ("All.", "All.", "All of it."))
    assert first.pk == again.pk != other.pk
    assert int(other.reference[-3:]) == int(first.reference[-3:]) + 1


def test_each_child_becomes_a_case_with_both_readers_asked(cast: Any) -> None:
    one, two = cast.child(), cast.child("Fern")
    first = taken_up(cast, one, two)
    second = R.objects.get(came_with=first)
    assert (first.child, second.child, second.words) == (one, two, first.words)
    assert first.reference != second.reference
    for case in (first, second):
        asked = dict(SearchPlace.objects.filter(case=case).values_list("place", "asked"))
        assert asked == {
            "harbour": None,
            "adults_headteacher": cast.headteacher.pk,
            "adults_chair": cast.chair.pk,
        }
        assert roles.who_has(case, RequestRole.Part.HANDLER) == [cast.office]
    with pytest.raises(OutOfTurn):
        taken_up(cast, one, case=first)


def test_who_may_not_and_what_cannot_be_taken_up(cast: Any) -> None:
    case, child = handed_in(cast), cast.child()
    elsewhere = factories.child(factories.school("Whitmoor High School"), "Ash")
    with pytest.raises(NotAllowed):
        taken_up(cast, child, case=case, by=cast.teacher)
    for children, facts in (
        ([elsewhere], {}),
        ([child, child], {}),
        ([child], {"requester_is": "child"}),
        ([child], {"authority": "own"}),
    ):
        with pytest.raises(BadInput):
            taken_up(cast, *children, case=case, **facts)
    assert taken_up(cast, child, case=case, right="erase").reference.startswith("RQ-")


def test_about_nobody_of_the_school_is_a_case_too(cast: Any) -> None:
    case = taken_up(cast, requester_is="other", authority="own")
    assert (case.status, case.child) == ("open", None)


def test_what_was_taken_down_is_corrected_by_who_saw_it_last(cast: Any) -> None:
    case = taken_up(cast, cast.child())
    done = intake.correct(case, by=cast.office, seen=case.revision, channel="letter", requester="Dana Ashdown-Lee")
    assert (done.channel, done.requester) == ("letter", "Dana Ashdown-Lee")
    with pytest.raises(ChangedSince):
        intake.correct(case, by=cast.office, seen=case.revision, channel="email")
    with pytest.raises(BadInput):
        intake.correct(case, by=cast.office, channel="pigeon")
    with pytest.raises(NotAllowed):
        intake.correct(case, by=cast.teacher, channel="email")


def test_what_binds_the_answer_is_said_by_who_reviews(cast: Any) -> None:
    case = taken_up(cast, cast.child())
    assert len(intake.unanswered(case)) == 4
    with pytest.raises(NotAllowed):
        intake.answer_checks(case, by=cast.office, **CHECKED)
    with pytest.raises(BadInput, match="what was found"):
        intake.answer_checks(case, by=cast.lead, **{**CHECKED, "order_binds": "yes"})
    done = intake.answer_checks(case, by=cast.lead, **{**CHECKED, "care_order": "yes"}, competence="not_yet", note="LA")
    [left] = intake.unanswered(done)
    assert "local authority" in left


def test_a_part_is_named_by_who_may_and_nobody_approves_what_they_prepared(cast: Any) -> None:
    case = taken_up(cast, cast.child())
    part = RequestRole.Part
    assert cast.teacher not in roles.people_for(case, part.PREPARER)
    roles.name(case, by=cast.office, user=cast.headteacher, part=part.PREPARER)
    assert roles.people_for(case, part.APPROVER) == [cast.officer, cast.chair]
    with pytest.raises(BadInput):
        roles.name(case, by=cast.office, user=cast.headteacher, part=part.APPROVER)
    with pytest.raises(OutOfTurn):
        roles.name(case, by=cast.office, user=cast.lead, part=part.PREPARER)
    roles.replace(case, by=cast.office, user=cast.lead, part=part.PREPARER)
    assert roles.who_has(case, part.PREPARER) == [cast.lead]
    approves = roles.name(case, by=cast.office, user=cast.headteacher, part=part.APPROVER)
    roles.end(approves, by=cast.office)
    with pytest.raises(OutOfTurn):
        roles.end(approves, by=cast.office)
    with pytest.raises(NotAllowed):
        roles.name(case, by=cast.teacher, user=cast.officer, part=part.APPROVER)
    with pytest.raises(BadInput, match="themselves"):
        roles.name(case, by=cast.officer, user=cast.officer, part=part.APPROVER)


def test_a_place_is_answered_by_who_is_asked_and_by_nobody_else(cast: Any) -> None:
    case = taken_up(cast, cast.child())
    mail = places.ask(
        case, by=cast.office, place="mail", user=cast.pastoral, searched_for="Rowan; R. Ashdown", token=uuid7()
    )
    with pytest.raises(NotAllowed):
        places.answer(mail, by=cast.office, found="none")
    assert places.answer(mail, by=cast.pastoral, found="none", note="Since 2020.").found == "none"
    apart = SearchPlace.objects.get(case=case, place="adults_headteacher")
    with pytest.raises(NotAllowed):
        places.answer(apart, by=cast.chair, found="none")
    places.answer(apart, by=cast.headteacher, found="none")
    assert places.unanswered(case) == ["Concerns about adults: Headteacher or chair has not answered yet."]
    for place, user in (("mail", factories.person()), ("harbour", cast.office), ("adults_chair", cast.lead)):
        with pytest.raises(BadInput):
            places.ask(case, by=cast.office, place=place, user=user, searched_for="Rowan", token=uuid7())


def test_an_exemption_is_offered_for_whose_request_it_is(cast: Any) -> None:
    parent, child = R(requester_is="parent"), R(requester_is="child")
    assert "child_abuse" in {one.code for one in law.exemptions_for(parent, RECEIVED)}
    assert "child_abuse" not in {one.code for one in law.exemptions_for(child, RECEIVED)}
    assert law.load_request_law() == 0
    waits = Exemption.objects.exclude(waits_for="")
    assert {one.code for one in waits} == {"health", "family_court", "adoption"}
    assert all("had" in [asked["key"] for asked in one.questions] for one in waits)
    found = law.in_force("other_people", RECEIVED)
    assert found is not None and found.sentence
    assert law.times_on(RECEIVED)["reply"].law.endswith("12A")


def test_the_database_lets_each_do_their_part_and_shows_them_no_more(cast: Any) -> None:
    child, token = cast.child(), uuid7()
    with asking(cast.teacher):
        case = handed_in(cast, token=token)
        assert handed_in(cast, token=token).pk == case.pk
        assert not R.objects.filter(pk=case.pk).exists()
    assert Notice.objects.filter(object_id=case.pk, user=cast.office, kind="request_handed_in").exists()
    with asking(cast.office):
        case = taken_up(cast, child, case=case)
        roles.name(case, by=cast.office, user=cast.lead, part=RequestRole.Part.PREPARER)
        roles.name(case, by=cast.office, user=cast.officer, part=RequestRole.Part.APPROVER)
        mail = places.ask(case, by=cast.office, place="mail", user=cast.pastoral, searched_for="Rowan", token=uuid7())
        asks = letters.begin(case, by=cast.office, kind="identity", token=uuid7())
        letters.change(asks, by=cast.office, text="Show us a passport.", revision=0)
        letters.send(asks, by=cast.office, sent_on=timezone.localdate())
        assert steps.dates_of(case).start is None
        step = steps.add(case, by=cast.office, kind="note", happened_on=RECEIVED, text="Rang.", token=uuid7())
        steps.withdraw(step, by=cast.office)
        assert len(places.unanswered(case)) == 2
    told = Notice.objects.filter(object_id=case.pk, kind="request_asked").values_list("user", flat=True)
    assert set(told) == {cast.pastoral.pk, cast.headteacher.pk, cast.chair.pk}
    with asking(cast.pastoral):
        places.add_text(mail, by=cast.pastoral, title="An e-mail", text="Rowan was late.", token=uuid7())
        assert places.answer(mail, by=cast.pastoral, found="some", note="Since 2020.").answered_by == cast.pastoral
        assert not R.objects.filter(pk=case.pk).exists()
    with asking(cast.headteacher):
        apart = SearchPlace.objects.get(case=case, place="adults_headteacher")
        places.answer(apart, by=cast.headteacher, found="none", note="Looked today.")
    with asking(cast.lead):
        intake.answer_checks(case, by=cast.lead, **CHECKED)
        steps.add(case, by=cast.lead, kind="writer_consulted", happened_on=RECEIVED, text="Agrees.", token=uuid7())
        assert not SearchPlace.objects.filter(pk=apart.pk).exists()
    with asking(cast.office):
        assert places.unanswered(case) == ["Concerns about adults: Headteacher or chair has not answered yet."]
        answering.answer(case, by=cast.office, outcome="nothing", reasons="Nothing is held.")
        answering.withdraw(case, by=cast.office, because="They rang.")
        answering.reopen(case, by=cast.office, because="They rang again.")
