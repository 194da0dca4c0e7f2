"""How might somebody learn of a request what they should not, approve what is theirs, or send what is not approved?"""

import pytest
from django.urls import reverse
from django.utils import timezone

from children.facts import Home
from children.models import ChildDetail
from safeguarding.accounts.services.looked import Asked, events_at
from safeguarding.audit.models import Event
from safeguarding.concerns.models import ConcernSubject
from safeguarding.exceptions import BadInput, OutOfTurn
from safeguarding.keys import uuid7
from sharing.requests.models import (
    Bundle,
    BundleVolume,
    Redaction,
    RequestItem,
    RequestPerson,
    RequestRole,
    RightsRequest,
    SearchPlace,
)
from sharing.requests.permissions import ASSIGNING, may_approve, reads_whole
from sharing.requests.services import answering, approving, building, deciding, handing_over, intake, places, roles
from tests import factories
from tests.integration.requests import answers, cases
from tests.integration.requests.answers import School, approved, decide_person, family, gathered, now, school
from tests.integration.requests.desk import desk, signed_in
from tests.integration.requests.test_walls import change, refused, seen, through
from tests.integration.test_rights_rows import insert
from tests.walls import asking

pytestmark = pytest.mark.django_db


@pytest.fixture
def at() -> School:
    return school()


def split(at: School) -> tuple[RightsRequest, RequestItem, RequestItem]:
    """A case of which the deputy, whom Harbour named, reviews what is hidden from the lead."""
    child = factories.child(at.cast.school, by=at.cast.office)
    case = cases.case_row(at.cast, child, gathering="done")
    concern = factories.concern(at.cast)
    ConcernSubject._base_manager.create(
        concern=concern, school=at.cast.school, user=at.lead, named_by=at.cast.headteacher
    )
    for user, part in ((at.cast.office, "handler"), (at.lead, "preparer"), (at.officer, "approver")):
        cases.named(case, user, part, by=at.cast.office)
    cases.named(case, at.cast.deputy, "reviewer")
    other = cases.item(case, at.cast.deputy, concern_key=concern.pk)
    return case, cases.item(case, at.lead), other


def test_whom_harbour_named_is_known_to_that_person_and_the_approver_alone(at: School) -> None:
    case, *_ = split(at)
    role = RequestRole._base_manager.get(case=case, part="reviewer")
    for user, knows in (
        (at.cast.deputy, True),
        (at.officer, True),
        (at.lead, False),
        (at.cast.office, False),
        (at.cast.headteacher, False),
    ):
        assert (role.pk in seen(RequestRole, user)) is knows, user.last_name
        assert len(seen(RequestRole, user)) == 3 + knows
    # Named once more by who does not know of it: neither a second row, nor a fault that says so.
    roles.name(case, by=at.cast.office, user=at.cast.deputy, part="reviewer")
    assert RequestRole._base_manager.filter(case=case, user=at.cast.deputy).count() == 1
    with pytest.raises(BadInput, match="cannot be named"):
        roles.replace(case, by=at.cast.office, part="approver", user=at.cast.deputy)


def test_the_log_of_a_school_does_not_say_who_reviews_or_added_something(at: School) -> None:
    case, _, other = split(at)
    deciding.decide(other, by=at.cast.deputy, decided="full", revision=0)
    theirs = Event.objects.filter(actor_id=at.cast.deputy.pk, object_id__in=[other.pk, case.pk])
    assert theirs.exists()
    told = events_at(at.cast.school.pk, Asked(person=at.cast.deputy.pk), today=timezone.localdate())
    assert not told.filter(object_type__startswith="requests.").exists()


def test_the_page_of_approval_offers_also_who_reviews_something_hidden(at: School) -> None:
    case, *_ = split(at)
    RequestRole._base_manager.filter(case=case, part="reviewer").update(user=at.cast.headteacher)
    page = signed_in(at.lead).get(reverse("request_approval", args=[case.pk]))
    assert at.cast.headteacher in page.context["others"] and at.lead not in page.context["others"]


def test_who_prepares_does_not_see_by_the_files_that_something_is_hidden(at: School) -> None:
    case, *_ = split(at)
    whole = cases.case_row(at.cast, factories.child(at.cast.school, "Wren", by=at.cast.office))
    cases.named(whole, at.lead, "preparer", by=at.cast.office)
    cases.item(whole, at.lead)
    assert not reads_whole(at.lead, case) and not reads_whole(at.lead, whole)
    assert reads_whole(at.officer, case)


def test_nobody_decides_everywhere_on_who_stands_in_what_others_review(at: School) -> None:
    case, one, other = split(at)
    both, apart = cases.person(case, one, other), cases.person(case, other, label="Child C")
    keep = {"deed": "keep", "token": uuid7()}
    with pytest.raises(OutOfTurn, match="items of others too"):
        decide_person(both, by=at.cast.deputy, **keep)
    decide_person(apart, by=at.cast.deputy, **keep)
    made = decide_person(both, by=at.lead, **keep)
    with pytest.raises(OutOfTurn, match="items of others too"):
        deciding.undo(made, by=at.cast.deputy, token=uuid7())
    assert {row.made_by for row in Redaction._base_manager.filter(pk__in=seen(Redaction, at.lead))} == {at.lead}


def test_nobody_approves_what_they_decided_whatever_their_part_is_now() -> None:
    on = desk()
    room, head, rows = on.room, on.room.headteacher, RequestRole._base_manager.filter(case=on.case)
    rows.update(ended_at=timezone.now(), ended_by=room.office)
    cases.named(on.case, head, "preparer", by=room.office)
    deciding.decide(on.item("Hail.", reviewer=head), by=head, decided="full", revision=0)
    rows.update(ended_at=timezone.now(), ended_by=room.office)
    roles.name(on.case, by=room.office, user=on.lead, part="preparer")
    with pytest.raises(BadInput, match="cannot be named"):
        roles.name(on.case, by=room.office, user=head, part="approver")
    made = RequestRole(case=on.case, school=room.school, user=head, part="approver", named_by=room.office)
    made.named_at = timezone.now()
    assert refused(room.office, *insert(made))
    made.save(force_insert=True)
    RightsRequest._base_manager.filter(pk=on.case.pk).update(
        status="prepared", prepared_at=timezone.now(), prepared_by=on.lead
    )
    case = now(on.case)
    assert not may_approve(head, case)
    sets = f"status = 'approved', approved_at = now(), approved_by_id = '{head.pk}'"
    assert refused(head, change(case, sets))


def test_nobody_gives_an_item_of_others_to_themselves(at: School) -> None:
    """What comes from the store about adults hangs on no concern: its reviewer alone keeps it from who prepares."""
    case, *_ = split(at)
    apart = cases.item(case, at.cast.deputy)
    for user in (at.lead, at.cast.office):
        assert not through(ASSIGNING, user, change(apart, f"reviewer_id = '{at.lead.pk}'"))
        assert not through(ASSIGNING, user, f"SELECT id FROM requests_requestitem WHERE id = '{apart.pk}'")  # noqa: S608


def test_an_old_file_is_not_fetched_after_something_was_changed_and_approved_again(at: School) -> None:
    case, *_ = split(at)
    stamps = {"prepared_at": timezone.now(), "prepared_by": at.lead, "approved_at": timezone.now()}
    RightsRequest._base_manager.filter(pk=case.pk).update(
        status="approved", approved_by=at.officer, approved_state="1" * 64, **stamps
    )
    volume = cases.built(case, by=at.officer, words_shown_at=timezone.now())
    BundleVolume._base_manager.filter(pk=volume.pk).update(stored="there")
    assert volume.pk not in seen(BundleVolume, at.cast.office)
    address = reverse("request_volume", args=[case.pk, volume.pk])
    assert signed_in(at.cast.office).post(address).status_code == 404
    assert b"Something was changed" in signed_in(at.officer).post(address).content
    RightsRequest._base_manager.filter(pk=case.pk).update(approved_state="0" * 64)
    assert volume.pk in seen(BundleVolume, at.cast.office)


def test_opened_again_and_approved_as_it_was_it_is_handed_over_anew(at: School) -> None:
    rowan, _ = family(at)
    case = approved(at, gathered(at, rowan))
    first = built_row(at, case)
    today = timezone.localdate()
    assert handing_over.release(first, by=at.officer, how="post", on=today).status == "answered"
    answering.reopen(now(case), by=at.cast.office, because="The post lost it.")
    approving.prepare(now(case), by=at.lead)
    case = approving.approve(now(case), by=at.officer)
    assert case.approved_state == first.state
    second = built_row(at, case)
    assert second.pk != first.pk
    assert building.ask(case, by=at.officer).pk == second.pk, "asked again"
    assert handing_over.release(second, by=at.officer, how="post", on=today).status == "answered"


def built_row(at: School, case: RightsRequest) -> Bundle:
    """The files of an approved case, as if the worker had made them."""
    made = building.ask(case, by=at.officer)
    Bundle._base_manager.filter(pk=made.pk).update(building="built", built_at=timezone.now(), outcome="part")
    return Bundle._base_manager.get(pk=made.pk)


def test_a_home_that_became_secret_is_found_before_anything_is_prepared_or_printed(at: School) -> None:
    rowan, _ = family(at, homes=[Home("14 Kiln Road", town="Testham", postcode="ZZ9 9ZZ")])
    case = gathered(at, rowan)
    assert not RequestPerson._base_manager.filter(case=case, kind="address").exists()
    case = approved(at, case)
    # On the list of the school, once the answer is approved: it is not printed, and the case is open again.
    detail = ChildDetail._base_manager.get(child=rowan)
    detail.address_confidential = True
    detail.save()
    bundle = building.ask(case, by=at.officer)
    assert building.run(bundle.pk)
    assert (Bundle.objects.get(pk=bundle.pk).building, now(case).status) == ("failed", "open")
    assert RequestPerson._base_manager.filter(case=case, kind="address").exists()
    # In the checks: it is looked for first.
    intake.answer_checks(
        now(case), by=at.lead, **(answers.CHECKS | {"address_is_confidential": "yes", "note": "A refuge."})
    )
    assert now(case).is_to_be_searched
    assert approving.BEING_FOUND in approving.preparing_problems(now(case), at.lead)


def test_what_is_added_from_a_place_is_added_once_and_is_not_nothing(at: School) -> None:
    senco = factories.member(at.cast.school, "senco")
    case = cases.taken_up(at.cast, factories.child(at.cast.school, by=at.cast.office))
    mail = places.ask(case, by=at.cast.office, place="mail", user=senco, searched_for="Rowan", token=uuid7())
    page = signed_in(senco)
    typed = {"do": "text", "place": mail.pk, "title": "An e-mail", "text": "Rowan was late."}
    for _ in range(2):
        assert page.post(reverse("request_places", args=[case.pk]), typed).status_code == 302
    assert RequestItem._base_manager.filter(place=mail).count() == 1
    with asking(senco), pytest.raises(BadInput, match="does not hold nothing"):
        places.answer(mail, by=senco, found="none")
    other = places.ask(case, by=at.cast.office, place="paper", user=senco, searched_for="Rowan", token=uuid7())
    places.answer(other, by=senco, found="none")
    with pytest.raises(OutOfTurn, match="nothing is held there"):
        places.add_text(other, by=senco, title="A note", text="Hail.")


def test_asking_again_does_not_say_whether_the_store_about_adults_was_answered(at: School) -> None:
    case = cases.taken_up(at.cast, factories.child(at.cast.school, by=at.cast.office))
    asked = {"place": "adults_chair", "user": at.chair, "token": uuid7()}
    places.ask(case, by=at.cast.office, **asked)
    row = SearchPlace._base_manager.get(case=case, place="adults_chair")
    places.answer(row, by=at.chair, found="none")
    again = places.ask(case, by=at.cast.office, **asked)
    assert (again.asked, again.answered_at, again.found) == (at.chair, None, "")
    assert SearchPlace._base_manager.filter(case=case, place="adults_chair").count() == 1
