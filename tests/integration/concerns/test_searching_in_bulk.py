"""Is somebody who searches far more than work needs stopped, and who manages access told, and is nobody held up who
must not be?
"""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from safeguarding.accounts.models import Notice
from safeguarding.accounts.notice_kinds import NoticeKind
from safeguarding.accounts.services import bulk
from safeguarding.accounts.services.bulk import FILES, NAMES, SEARCHES, had_enough
from safeguarding.accounts.verbs import AccountVerb
from safeguarding.audit.models import Event, Verb
from safeguarding.concerns import tokens
from safeguarding.concerns.services.access import restrict_concern
from tests import factories
from tests.integration.concerns.filed import attached
from tests.integration.concerns.log_page import LOG, opened, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("few_are_enough", "empty_store")]
FIND, TYPED = reverse("find"), reverse("find_child")


@pytest.fixture
def few_are_enough(settings):
    settings.MOST_SEARCHES = settings.MOST_FILES_OUT = (3, 5)
    settings.MOST_NAMES = (6, 12)


@pytest.fixture
def deputy(client, room):
    client.force_login(room.deputy)
    return client


def search(person, times=1, at=FIND, words="Rowan"):
    for _ in range(times):
        answer = person.post(at, {"q": words})
    return answer


def told_of(person):
    return Notice.objects.filter(kind=NoticeKind.BULK, object_id=person.pk)


def later(**after):
    return time_machine.travel(timezone.now() + timedelta(**after))


@pytest.mark.parametrize("address", ["find", "find_words", "search_children"])
def test_who_searches_too_often_is_told_to_stop_and_their_words_stay(deputy, address):
    assert search(deputy, 3, reverse(address)).status_code == 200
    page = search(deputy, 1, reverse(address), "Rowan")
    assert page.status_code == 429
    assert "Nothing was searched." in page.content.decode()
    assert 'value="Rowan"' in page.content.decode()


def test_after_an_hour_they_may_again_until_it_is_enough_for_the_day(deputy, room, settings):
    assert search(deputy, 4).status_code == 429
    with later(hours=1, minutes=1):
        deputy = signed_in(room.deputy)
        assert search(deputy).status_code == 200
        settings.MOST_SEARCHES = (3, 4)
        assert search(deputy).status_code == 429
    with later(days=1, minutes=1):
        assert search(signed_in(room.deputy)).status_code == 200


def test_what_was_refused_does_not_count_on(deputy, room):
    search(deputy, 20)
    assert Event.objects.filter(actor_id=room.deputy.pk, verb=Verb.SEARCH, purpose="name").count() == 3


def test_others_search_on_and_lists_and_records_open_for_everybody(deputy, room, concern):
    child = factories.child(room.school, "Rowan", "Ashdown", by=room.office)
    search(deputy, 4)
    for address in (reverse("children"), reverse("child", args=[child.pk]), reverse("concern", args=[concern.pk])):
        assert deputy.get(address, follow=True).status_code == 200
    assert search(signed_in(room.headteacher)).status_code == 200


def test_typing_a_name_counts_for_itself_and_the_find_buttons_of_a_report_and_a_call_go_on(deputy, room):
    factories.child(room.school, "Rowan", "Ashdown", by=room.office)
    assert search(deputy, 6, TYPED).status_code == 200
    stopped = search(deputy, 1, TYPED)
    assert (stopped.status_code, "press Find" in stopped.content.decode()) == (429, True)
    assert search(deputy).status_code == 200
    _, form = opened(deputy)
    assert "Ashdown" in deputy.post(LOG, form | {"q": "Rowan", "find": ""}, follow=True).content.decode()
    call = {"key": tokens.issue(room.deputy, school_id=room.school.pk), "q": "Rowan", "find": ""}
    assert "Ashdown" in deputy.post(reverse("call_lead"), call).content.decode()


def test_who_looks_up_very_many_names_on_the_way_to_a_report_is_told_of_and_reports_all_the_same(room):
    factories.child(room.school, "Rowan", "Ashdown", by=room.office)
    teacher = signed_in(room.teacher)
    _, form = opened(teacher)
    for _ in range(7):
        assert "Ashdown" in teacher.post(LOG, form | {"q": "Rowan", "find": ""}, follow=True).content.decode()
    assert Event.objects.get(verb=AccountVerb.ALARM).purpose == NAMES.key
    assert {notice.user for notice in told_of(room.teacher)} == {room.lead, room.headteacher}


def test_who_manages_access_is_told_once_a_day_and_never_the_person(deputy, room):
    search(deputy, 8)
    assert {notice.user for notice in told_of(room.deputy)} == {room.lead, room.headteacher}
    alarm = Event.objects.get(verb=AccountVerb.ALARM)
    assert (alarm.actor_id, alarm.count, alarm.purpose, alarm.object_id) == (
        room.deputy.pk,
        3,
        "searches",
        room.deputy.pk,
    )
    told_of(room.deputy).update(opened_at=timezone.now())
    search(deputy, 4)
    assert told_of(room.deputy).count() == 2


def test_a_lead_who_searches_too_often_is_looked_at_by_the_headteacher(room, client):
    client.force_login(room.lead)
    search(client, 4)
    assert {notice.user for notice in told_of(room.lead)} == {room.headteacher}


@pytest.mark.parametrize(
    ("roles", "looks"), [(("dpo", "it_admin"), "dpo"), (("it_admin",), "it_admin"), ((), None)], ids=str
)
def test_who_manages_access_alone_is_looked_at_by_another(client, roles, looks):
    small = factories.school("Fernhill Infant School")
    head = factories.member(small, "headteacher", "Ada", "Marsh")
    others = {role: factories.member(small, role, "Nil", role) for role in roles}
    client.force_login(head)
    search(client, 5)
    assert {notice.user for notice in told_of(head)} == ({others[looks]} if looks else set())
    assert Event.objects.get(verb=AccountVerb.ALARM).count == 3
    for other in filter(None, [others.get(looks)]):
        reader = signed_in(other)
        assert "Ada Marsh, 3 searches in a day" in reader.get(reverse("inbox")).content.decode()
        page = reader.get(reverse("notice", args=[told_of(head).get().pk]), follow=True)
        assert (page.status_code, len(page.redirect_chain)) == (200, 1)


def test_the_notice_names_who_and_how_many_and_leads_to_what_they_did_without_a_word(deputy, room):
    search(deputy, 4, words="Ashdown")
    lead = signed_in(room.lead)
    inbox = lead.get(reverse("inbox")).content.decode()
    assert f"{room.deputy.full_name}, 3 searches in a day" in inbox
    page = lead.get(reverse("notice", args=[told_of(room.deputy).get(user=room.lead).pk]), follow=True)
    log = f"{reverse('event_log')}?person={room.deputy.pk}&amp;days=7"
    assert (page.status_code, log in page.content.decode()) == (200, True)
    shown = lead.get(log.replace("&amp;", "&")).content.decode()
    assert "did it more often than work needs" in shown.lower()
    assert "Ashdown" not in inbox + page.content.decode() + shown
    assert deputy.get(log.replace("&amp;", "&")).status_code == 403


def test_who_does_not_manage_access_any_more_is_told_no_name(deputy, room, rf):
    search(deputy, 4)
    for person, named in ((room.lead, 1), (room.deputy, 0), (room.teacher, 0)):
        request = rf.get("/")
        request.user = person
        assert len(bulk.names_of_alarms(request, [room.deputy.pk])) == named


def test_files_taken_out_in_bulk_are_told_and_given_all_the_same(deputy, room, report):
    file = attached(room, report)
    for _ in range(5):
        assert deputy.get(f"/files/{file.pk}/").status_code == 200
    assert Event.objects.get(verb=AccountVerb.ALARM).purpose == FILES.key
    assert told_of(room.deputy).count() == 2


def test_the_limit_is_the_same_whether_or_not_something_is_hidden(deputy, room, report):
    restrict_concern(concern=report, by=room.lead)
    answers = [search(deputy, words=words).status_code for words in (report.reference, "nothing", report.reference)]
    assert answers == [200, 200, 200]
    assert search(deputy, words=report.reference).status_code == 429


def test_it_takes_one_query_however_much_was_done(deputy, room, django_assert_num_queries):
    search(deputy, 2)
    with django_assert_num_queries(1):
        assert not had_enough(SEARCHES, by=room.deputy, school_id=room.school.pk)
