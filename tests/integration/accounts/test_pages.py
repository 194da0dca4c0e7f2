"""The inbox, cover and the school's settings: who may open them, what they change, what they say when it cannot be
done.
"""

from datetime import date, time, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from safeguarding.accounts import services
from safeguarding.accounts.models import Absence, Closure, Notice, School, Term
from safeguarding.accounts.notices import leads_to
from safeguarding.audit.history import is_setting
from safeguarding.audit.models import Event, Verb
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.panels import settings
from safeguarding.personal_data import own_models
from tests import factories

pytestmark = pytest.mark.django_db
leads_to("test", lambda key: f"/test/{key}/")


@pytest.fixture
def room():
    return factories.staffroom()


def post(client, user, address, **data):
    client.force_login(user)
    return client.post(address, data)


def boxes(name, day):
    return {f"{name}_day": day.day, f"{name}_month": day.month, f"{name}_year": day.year}


SETTINGS = {
    "day_starts": "7:45am",
    "day_ends": "4.30pm",
    "telephone": "0161 496 0001",
    "social_care_day": "0161 496 0002",
    "social_care_night": "0161 496 0003",
    "call_next_after": "2",
    "call_head_after": "5",
}


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("/inbox/", {"teacher", "office", "lead", "deputy", "headteacher"}),
        ("/cover/", {"lead", "deputy", "headteacher"}),
        ("/school/", {"lead", "headteacher"}),
        ("/settings/", {"lead", "headteacher"}),
        ("/settings/changes/", {"lead", "headteacher"}),
    ],
)
def test_who_may_open_the_page(client, room, address, allowed):
    answers = {}
    for role in ("teacher", "office", "lead", "deputy", "headteacher"):
        client.force_login(getattr(room, role))
        answers[role] = client.get(address).status_code
    assert answers == {role: 200 if role in allowed else 403 for role in answers}


def tell(person, school, kind=ConcernNotice.NEW_CONCERN, object_type="test"):
    about = uuid4()
    services.tell(
        people=[person], school_id=school.pk, kind=kind, object_type=object_type, object_id=about, at=timezone.now()
    )
    return Notice.objects.get(user=person, object_id=about)


def test_following_a_notice_opens_it_and_leads_to_its_record(client, room):
    mine, theirs = tell(room.teacher, room.school), tell(room.lead, room.school)
    client.force_login(room.teacher)
    assert "A new concern" in client.get("/inbox/").content.decode()

    assert client.get(f"/inbox/{mine.pk}/").url == f"/test/{mine.object_id}/"
    assert client.get(f"/inbox/{theirs.pk}/").status_code == 404

    assert services.inbox(room.teacher, opened=False).count() == 0
    assert services.inbox(room.lead, opened=False).count() == 1
    assert "Nothing waiting" in client.get("/inbox/").content.decode()


@pytest.mark.parametrize(("unopened", "said"), [(0, ""), (2, "2"), (99, "99"), (100, "99+")])
def test_the_bell_counts_what_is_not_opened(client, room, unopened, said):
    for _ in range(unopened):
        tell(room.teacher, room.school)
    client.force_login(room.teacher)
    page = client.get("/inbox/")
    [entry] = [item for item in page.context["harbour"]["bell"] if item["text"] == "Inbox"]
    assert entry["count"] == said


def test_a_long_inbox_is_paged_by_place(client, room, django_assert_max_num_queries):
    for _ in range(60):
        services.open_notices(user=room.teacher, object_id=tell(room.teacher, room.school).object_id)
    client.force_login(room.teacher)
    with django_assert_max_num_queries(13):
        first = client.get("/inbox/").context["earlier"]
    rest = client.get("/inbox/", {"before": first.older}).context["earlier"]
    assert (len(first.rows), len(rest.rows), rest.older) == (50, 10, "")
    assert {n.pk for n in first.rows} & {n.pk for n in rest.rows} == set()


def test_an_inbox_page_is_an_event_with_its_number(client, room):
    tell(room.teacher, room.school)
    client.force_login(room.teacher)
    client.get("/inbox/")
    event = Event.objects.get(verb=Verb.LIST, purpose="inbox")
    assert (event.actor_id, event.count) == (room.teacher.pk, 1)


def test_days_away_are_recorded_and_taken_out(client, room):
    today = timezone.localdate()
    sent = {"person": room.lead.pk, **boxes("starts_on", today), **boxes("ends_on", today + timedelta(days=2))}
    assert post(client, room.deputy, "/cover/", **sent).status_code == 302
    assert services.leads_on_duty(room.school.pk, on=today) == [room.deputy]
    absence = Absence.objects.get()
    assert absence.recorded_by == room.deputy

    text = client.get("/cover/").content.decode()
    assert "In after all" in text
    assert client.post(f"/cover/back/{absence.pk}/").status_code == 302
    assert room.lead in services.leads_on_duty(room.school.pk, on=today)
    assert client.post(f"/cover/back/{absence.pk}/").status_code == 404


def test_days_away_that_are_over_are_explained_and_sent_twice_they_are_one_absence(client, room):
    today = timezone.localdate()
    long_ago = {**boxes("starts_on", date(2019, 9, 2)), **boxes("ends_on", date(2019, 9, 2))}
    answer = post(client, room.deputy, "/cover/", person=room.lead.pk, **long_ago)
    assert answer.status_code == 422
    assert "Last day away must be today or later" in answer.content.decode()
    sent = {"person": room.lead.pk, **boxes("starts_on", today), **boxes("ends_on", today)}
    for _ in range(2):
        assert post(client, room.deputy, "/cover/", **sent).status_code == 302
    assert Absence.objects.count() == 1


def test_days_away_that_run_backwards_are_explained_and_nothing_typed_is_lost(client, room):
    sent = {"person": room.lead.pk, **boxes("starts_on", date(2026, 12, 3)), **boxes("ends_on", date(2026, 12, 1))}
    answer = post(client, room.deputy, "/cover/", **sent)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Last day away must be on or after the first day" in text
    assert "<title>Error: " in text
    assert 'value="3"' in text
    assert not Absence.objects.exists()


def test_somebody_else_can_neither_record_nor_reorder(client, room):
    stranger = factories.member(factories.school(), "lead", "Olive", "Marsh")
    today = timezone.localdate()
    sent = {"person": room.lead.pk, **boxes("starts_on", today), **boxes("ends_on", today)}
    assert post(client, room.teacher, "/cover/", **sent).status_code == 403
    # A lead of another school is offered only people of her own.
    assert post(client, stranger, "/cover/", **sent).status_code == 422
    assert post(client, stranger, f"/cover/sooner/{room.deputy.pk}/").status_code == 422
    assert not Absence.objects.exists()


def test_somebody_is_called_sooner(client, room):
    assert post(client, room.headteacher, f"/cover/sooner/{room.deputy.pk}/").status_code == 302
    assert services.leads_on_duty(room.school.pk, on=timezone.localdate()) == [room.deputy, room.lead]
    assert Event.objects.filter(object_id=room.school.pk, purpose="order of calling").exists()


def test_the_schools_settings_are_saved_with_an_event(client, room):
    assert post(client, room.headteacher, "/school/", **SETTINGS).status_code == 302
    school = School.objects.get(pk=room.school.pk)
    assert (school.day_starts, school.day_ends) == (time(7, 45), time(16, 30))
    assert (school.social_care_night, school.call_next_after, school.call_head_after) == ("0161 496 0003", 2, 5)
    assert Event.objects.filter(verb=Verb.CHANGE, object_id=school.pk, purpose="settings").count() == 1
    # Saved again without a change: nothing happened, so nothing is recorded.
    post(client, room.headteacher, "/school/", **SETTINGS)
    assert Event.objects.filter(verb=Verb.CHANGE, object_id=school.pk, purpose="settings").count() == 1


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("day_ends", "7am", "School day ends must be later than it starts"),
        ("day_starts", "early", "School day starts must be written like 8:50am or 2:15pm"),
        ("telephone", "ring Sue", "School telephone must be a telephone number, such as 0161 496 0000"),
        ("call_head_after", "1", "Minutes until the Headteacher must not be fewer than until the next person"),
        ("call_next_after", "0", "Minutes until the next person must be a whole number of minutes from 1 to 60"),
        ("call_next_after", "soon", "Minutes until the next person must be a whole number of minutes from 1 to 60"),
    ],
)
def test_a_setting_that_cannot_be_is_explained_and_kept_on_the_page(client, room, field, typed, sentence):
    answer = post(client, room.headteacher, "/school/", **SETTINGS | {field: typed})
    text = answer.content.decode()
    assert answer.status_code == 422
    assert text.count(sentence) == 2, "in the summary and at the field"
    assert f'value="{typed}"' in text
    assert School.objects.get(pk=room.school.pk).telephone == ""


def term(name="Autumn 2026", first=date(2026, 9, 1), last=date(2099, 12, 18)):
    return {"term-name": name, **boxes("term-starts_on", first), **boxes("term-ends_on", last)}


def test_terms_and_days_closed_are_added_and_taken_out(client, room):
    friday = date(2099, 11, 27)
    assert post(client, room.lead, "/school/terms/", **term()).status_code == 302
    closed = {"closure-reason": "Training day", **boxes("closure-on", friday)}
    assert client.post("/school/closures/", closed).status_code == 302
    text = client.get("/school/").content.decode()
    assert "Autumn 2026" in text
    assert "Friday 27 November 2099" in text

    for entry in (Term.objects.get(), Closure.objects.get()):
        assert client.post(f"/school/take-out/{entry.pk}/").status_code == 302
        assert client.post(f"/school/take-out/{entry.pk}/").status_code == 404
    text = client.get("/school/").content.decode()
    assert "No term is entered" in text
    assert "No day closed is entered" in text
    # Taken out, so the same can be entered rightly.
    assert client.post("/school/terms/", term()).status_code == 302
    assert client.post("/school/closures/", closed).status_code == 302


def test_a_term_and_a_day_closed_sent_twice_are_there_once(client, room):
    closed = {"closure-reason": "Training day", **boxes("closure-on", date(2099, 11, 27))}
    for _ in range(2):
        assert post(client, room.lead, "/school/terms/", **term()).status_code == 302
        assert client.post("/school/closures/", closed).status_code == 302
    assert (Term.objects.count(), Closure.objects.count()) == (1, 1)
    assert Event.objects.filter(verb=Verb.ADD, object_type__in=("accounts.term", "accounts.closure")).count() == 2
    # The same days under another name are another matter.
    assert client.post("/school/terms/", term("Second")).status_code == 422
    assert client.post("/school/closures/", closed | {"closure-reason": "Snow"}).status_code == 422


@pytest.mark.parametrize(
    ("address", "sent", "sentence"),
    [
        ("/school/terms/", term("Second", date(2050, 1, 1)), "These days run into Autumn 2026"),
        (
            "/school/terms/",
            term("Odd", date(2100, 2, 1), date(2100, 1, 1)),
            "Last day must be on or after the first day",
        ),
        (
            "/school/closures/",
            {"closure-reason": "Fair", **boxes("closure-on", date(2099, 11, 28))},
            "Date must be from Monday to Friday",
        ),
        ("/school/closures/", {"closure-reason": "", **boxes("closure-on", date(2099, 11, 27))}, "Say why closed"),
    ],
)
def test_days_that_cannot_be_are_explained(client, room, address, sent, sentence):
    services.add_term(school=room.school, name="Autumn 2026", starts_on=date(2026, 9, 1), ends_on=date(2099, 12, 18))
    answer = post(client, room.lead, address, **sent)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert Term.objects.count() == 1
    assert Closure.objects.count() == 0


def test_one_school_changes_nothing_of_another(client, room):
    other = factories.staffroom("Weir Road Primary School")
    theirs = services.add_term(
        school=other.school, name="Spring", starts_on=date(2099, 1, 5), ends_on=date(2099, 4, 1), by=other.lead
    )
    assert post(client, room.lead, f"/school/take-out/{theirs.pk}/").status_code == 404
    assert post(client, room.deputy, "/school/terms/", **term()).status_code == 403
    theirs.refresh_from_db()
    assert theirs.withdrawn_at is None


def test_who_signs_in_with_an_account_of_the_school_is_told_that_there_is_no_password_to_change(client, room):
    page = reverse("account_change_password")
    client.force_login(room.teacher)
    for answer in (client.get(page), client.post(page, {"password1": "three small words"})):
        assert answer.status_code == 200
        assert "You have no password here" in answer.content.decode()
    room.teacher.set_password(factories.PASSWORD)
    room.teacher.save()
    client.force_login(room.teacher)
    assert "Change password" in client.get(page).content.decode()


def told(client, of=""):
    """What the page of changes says: who, what, which of them, which fact, before, since."""
    shown = client.get("/settings/changes/", {"of": of} if of else {})
    return [(c.who, c.what, c.about, c.field, c.before, c.after) for c in shown.context["changes"]]


def test_what_the_school_decided_before_and_who_decided_otherwise_is_kept(client, room):
    other = factories.staffroom("Fernhill Infant School")
    client.force_login(room.lead)
    assert "Never" in client.get("/settings/").content.decode() and told(client) == []
    post(client, room.headteacher, "/school/", **SETTINGS | {"call_next_after": "3", "call_head_after": "6"})
    post(client, room.lead, "/school/terms/", **term())
    post(client, room.lead, f"/school/take-out/{Term.objects.get(school=room.school).pk}/")
    head, lead = room.headteacher.full_name, room.lead.full_name
    hours = told(client, "hours")
    assert (head, "School", "", "Day starts", "8am", "7:45am") in hours
    assert not [fact for fact in hours if fact[1] != "School" or "call" in fact[3]]
    days = told(client, "calendar")
    assert (lead, "Term", "Autumn 2026", "Name", "Not recorded", "Autumn 2026") in days
    assert [fact[3] for fact in days if fact[3] == "Taken out"] == ["Taken out"]
    assert set(told(client)) == {*hours, *days}
    changed = {one.setting.key: one.changed_at for one in client.get("/settings/").context["decided"]}
    assert changed["hours"] and changed["calendar"] and not changed["notices"]
    # The other school has decided nothing.
    client.force_login(other.lead)
    assert told(client) == [] and "Never" in client.get("/settings/").content.decode()


def test_every_setting_has_its_page_and_keeps_what_it_was(client, room):
    """Everything that a school edits is in the one list, and nothing is there whose history is not kept."""
    listed = {label for setting in settings() for label in setting.models}
    assert listed == {model._meta.label_lower for model in own_models() if is_setting(model)}
    client.force_login(room.headteacher)
    page = client.get("/settings/").content.decode()
    for setting in settings():
        assert setting.title in page and setting.says in page
        assert client.get(reverse(setting.url_name)).status_code == 200
