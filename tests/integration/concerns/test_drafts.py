"""Is what somebody typed still there, and who gets to know of it?"""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core.management import call_command

from children.services.access import declare_conflict
from safeguarding.accounts.models import Notice
from safeguarding.accounts.services import add_closure, deactivate_person, end_role, record_absence
from safeguarding.audit.models import Event
from safeguarding.concerns.models import ConcernNote, Draft
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.services.drafts import (
    ask_about_draft,
    discard_draft,
    open_draft,
    save_draft,
    unsent_for_a_day,
    unsent_of,
)
from safeguarding.concerns.services.raising import (
    AccountFacts,
    ChildEntry,
    Report,
    amend,
    call_lead,
    raise_concern,
    sent_as,
)
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from tests.factories import SCHOOL_DAY, child, concern, staffroom

pytestmark = pytest.mark.django_db
TYPED = {"facts": ["He was quiet.\x00"], "who": ["a", "b"]}
DAY = timedelta(days=1)


@pytest.fixture
def cast():
    return staffroom()


def drafted(cast, *, at=SCHOOL_DAY, author=None, token=None, content=TYPED):
    return save_draft(
        token=token or uuid4(),
        school_id=cast.school.pk,
        content=content,
        author_id=(author or cast.teacher).pk,
        at=at,
    )


def report(cast):
    return Report(
        how_soon=3,
        children=[ChildEntry(role="worried_about", child=child(cast.school, by=cast.office))],
        account=AccountFacts(facts="He was quiet at register."),
    )


def test_a_draft_keeps_everything_but_the_one_character_that_no_database_takes(cast):
    draft = drafted(cast)
    assert Draft.objects.get(pk=draft.pk).content == {"facts": ["He was quiet."], "who": ["a", "b"]}


def test_saving_again_changes_the_same_draft(cast):
    draft = drafted(cast)
    drafted(cast, token=draft.pk, content={"facts": ["He was very quiet."]}, at=SCHOOL_DAY + DAY)
    kept = Draft.objects.get()
    assert (kept.content["facts"], kept.started_at, kept.saved_at) == (
        ["He was very quiet."],
        SCHOOL_DAY,
        SCHOOL_DAY + DAY,
    )


def test_nobody_saves_into_the_draft_of_somebody_else(cast):
    draft = drafted(cast)
    with pytest.raises(NotAllowed):
        drafted(cast, token=draft.pk, author=cast.assistant)


def test_what_has_been_sent_is_no_draft_any_more(cast):
    draft = drafted(cast)
    sent = raise_concern(token=draft.pk, school=cast.school, report=report(cast), by=cast.teacher)
    assert not Draft.objects.exists()
    assert drafted(cast, token=draft.pk) is None, "a late autosave must not bring it back"
    assert sent_as(draft.pk, by=cast.teacher) == sent.pk
    assert sent_as(draft.pk, by=cast.assistant) is None


def test_an_addition_that_has_been_sent_is_no_draft_any_more(cast):
    account = concern(cast).account
    token = uuid4()
    save_draft(
        token=token,
        school_id=cast.school.pk,
        content={"text": ["He"]},
        author_id=cast.teacher.pk,
        about=account.concern_id,
        at=SCHOOL_DAY,
    )
    assert unsent_of(cast.teacher)[0].report_id == account.concern_id
    amend(account=account, token=token, text="He ate nothing.", reason="more", by=cast.teacher)
    assert unsent_of(cast.teacher) == []
    assert drafted(cast, token=token) is None


def test_after_thirty_days_sign_out_and_leaving_a_lead_reads_the_draft(cast, client):
    """The author writes in the browser, leaves the school, and the rows of old sessions are cleared away."""
    with time_machine.travel(SCHOOL_DAY, tick=False):
        client.force_login(cast.teacher)
        form = client.get("/log/", follow=True)
        client.post("/log/keep/", {"key": form.context["key"], "facts": "He was quiet."})
        client.post("/account/sign-out/")
        end_role(assignment=cast.teacher.assignments.get(), last_day=SCHOOL_DAY.date())
        deactivate_person(user=cast.teacher)
        client.force_login(cast.office)
    with time_machine.travel(SCHOOL_DAY + 30 * DAY, tick=False):
        assert Session.objects.exists()
        call_command("clearsessions")
        assert not Session.objects.exists()
        token = Draft.objects.get().pk
        client.force_login(cast.teacher)
        assert client.get(f"/log/{token}/").status_code == 302, "who has left is not let in"
        client.force_login(cast.lead)
        assert "Jon Beckett" in client.get("/today/").content.decode()
        assert f"/unsent/{token}/" in client.get("/unsent/").content.decode()
        page = client.post(f"/unsent/{token}/", {"reason": "Its author has left"}, follow=True).content.decode()
        assert "He was quiet." in page
        client.force_login(cast.pastoral)
        assert client.get(f"/unsent/{token}/").status_code == 403


@pytest.mark.parametrize(
    ("passed", "seen"),
    [
        (timedelta(hours=23), False),
        (timedelta(hours=24), True),
    ],
)
def test_leads_hear_of_a_draft_after_one_school_day(cast, passed, seen):
    drafted(cast)
    drafted(cast, token=Draft.objects.get().pk, at=SCHOOL_DAY + passed)
    assert bool(unsent_for_a_day(cast.school.pk, at=SCHOOL_DAY + passed, by=cast.lead)) is seen


def test_a_weekend_is_no_school_day(cast):
    friday = SCHOOL_DAY + 3 * DAY
    drafted(cast, at=friday)
    assert unsent_for_a_day(cast.school.pk, at=friday + 2 * DAY + timedelta(hours=23), by=cast.lead) == []
    assert len(unsent_for_a_day(cast.school.pk, at=friday + 3 * DAY, by=cast.lead)) == 1


@pytest.mark.parametrize("closed", [False, True])
def test_a_draft_that_leads_see_does_not_vanish_again(cast, closed):
    """One is begun on Friday at 10am, one at 6pm; each hour of the week leads look."""
    friday = SCHOOL_DAY + 3 * DAY
    if closed:
        add_closure(school=cast.school, on=friday.date() + 3 * DAY, reason="Training day", by=cast.headteacher)
    tokens = [drafted(cast, at=friday + timedelta(hours=begun)).pk for begun in (0, 8)]
    looks = [unsent_for_a_day(cast.school.pk, at=friday + timedelta(hours=h), by=cast.lead) for h in range(24 * 7)]
    for token, begun in zip(tokens, (0, 8), strict=True):
        due = 24 * (4 if closed else 3) + begun
        seen = [token in {one.token for one in found} for found in looks]
        assert seen == [False] * due + [True] * (24 * 7 - due), f"begun {begun} hours after 10am"


def test_a_lead_asks_and_the_author_is_told(cast):
    draft = drafted(cast)
    ask_about_draft(token=draft.pk, by=cast.lead, at=SCHOOL_DAY + DAY)
    assert Notice.objects.get(user=cast.teacher).kind == ConcernNotice.DRAFT
    assert unsent_of(cast.teacher)[0].asked_by == "Priya Raman"
    with pytest.raises(NotAllowed):
        ask_about_draft(token=draft.pk, by=cast.pastoral)


def test_a_lead_reads_a_draft_only_with_a_reason_which_stays(cast):
    draft = drafted(cast)
    assert not Draft.objects.visible_to(cast.lead).exists()
    with pytest.raises(BadInput):
        open_draft(token=draft.pk, reason="  ", by=cast.lead)
    with pytest.raises(NotAllowed):
        open_draft(token=draft.pk, reason="I am curious", by=cast.pastoral)
    ask_about_draft(token=draft.pk, by=cast.lead)
    open_draft(token=draft.pk, reason="The author is ill", by=cast.lead)
    assert Draft.objects.visible_to(cast.lead).exists()
    assert not Draft.objects.visible_to(cast.deputy).exists()
    assert Event.objects.filter(object_id=draft.pk, actor_id=cast.lead.pk, verb="view").exists()
    told = Notice.objects.filter(user=cast.teacher).values_list("kind", flat=True)
    assert sorted(told) == [ConcernNotice.DRAFT, ConcernNotice.DRAFT_READ]


def test_each_lead_who_gave_a_reason_goes_on_reading_and_each_reading_is_recorded(cast, client):
    draft = drafted(cast, at=SCHOOL_DAY - 7 * DAY)
    for lead, reason in ((cast.lead, "The author is ill"), (cast.deputy, "Priya is away")):
        client.force_login(lead)
        assert "He was quiet." not in client.get(f"/unsent/{draft.pk}/").content.decode(), "not without a reason"
        client.post(f"/unsent/{draft.pk}/", {"reason": reason})
    for lead in (cast.lead, cast.deputy):
        client.force_login(lead)
        page = client.get(f"/unsent/{draft.pk}/").content.decode()
        for text in ("He was quiet.", "The author is ill", "Priya is away"):
            assert text in page
    client.force_login(cast.headteacher)
    page = client.get(f"/unsent/{draft.pk}/").content.decode()
    assert "He was quiet." not in page
    assert "The author is ill" not in page
    read = Event.objects.filter(object_id=draft.pk, verb="view", object_type="concerns.draft")
    assert read.filter(purpose="unsent draft opened").count() == 2
    assert {e.actor_id for e in read.filter(purpose="")} == {cast.lead.pk, cast.deputy.pk}


def test_only_its_author_sees_a_draft_is_said_until_a_lead_has_read_it_and_saving_is_promised_by_the_script(
    cast, client
):
    with time_machine.travel(SCHOOL_DAY, tick=False):
        client.force_login(cast.teacher)
        form = client.get("/log/", follow=True)
        note = form.content.decode().split("data-autosave-note")[1]
        assert note.startswith('="What you type is saved as a draft')
        assert "Nothing is saved yet. Press Save draft to keep what you type.</p>" in note
        typed = {"key": form.context["key"], "facts": "He was quiet."}
        assert "Only you can see it" in client.post("/log/keep/", typed).json()["saved"]
        open_draft(token=Draft.objects.get().pk, reason="The author is ill", by=cast.lead)
        said = client.post("/log/keep/", typed).json()["saved"]
        page = client.get(f"/log/{Draft.objects.get().pk}/").content.decode()
        for text in (said, page):
            assert "Draft saved today, 10am." in text
            assert "Only you can see it" not in text


def test_why_each_lead_read_a_draft_stays_with_the_concern(cast):
    draft = drafted(cast)
    open_draft(token=draft.pk, reason="The author is ill", by=cast.lead, at=SCHOOL_DAY)
    open_draft(token=draft.pk, reason="Priya is away", by=cast.deputy, at=SCHOOL_DAY + DAY)
    sent = raise_concern(token=draft.pk, school=cast.school, report=report(cast), by=cast.teacher)
    notes = {note.author_id: note.text for note in ConcernNote.objects.filter(concern=sent)}
    assert notes == {
        cast.lead.pk: "Read as an unsent draft on 24 November 2026, 10am. The author is ill",
        cast.deputy.pk: "Read as an unsent draft on 25 November 2026, 10am. Priya is away",
    }
    assert not ConcernNote.objects.visible_to(cast.teacher).exists()


def test_an_author_discards_a_draft_on_purpose_and_nobody_else_does(cast):
    draft = drafted(cast)
    token = draft.pk
    with pytest.raises(NotAllowed):
        discard_draft(draft=draft, by=cast.lead)
    discard_draft(draft=draft, by=cast.teacher)
    assert not Draft.objects.exists()
    assert Event.objects.filter(verb="discard", object_id=token).exists()


def test_discarding_pressed_twice_ends_where_pressed_once_does(cast, client):
    token = drafted(cast).pk
    client.force_login(cast.teacher)
    answers = [client.post(f"/drafts/{token}/discard/") for _ in range(2)]
    assert [(a.status_code, a.headers.get("Location")) for a in answers] == [(302, "/")] * 2
    assert Event.objects.filter(verb="discard", object_id=token).count() == 1
    assert client.get(f"/drafts/{token}/discard/").status_code == 302, "going back does not end in nothing either"
    assert client.post(f"/drafts/{uuid4()}/discard/").status_code == 404
    others = drafted(cast).pk
    assert "Go on with it" in client.get("/staff/").content.decode()
    assert "You have a draft" not in client.get("/drafts/").content.decode(), "its own page lists it already"
    client.force_login(cast.assistant)
    assert client.post(f"/drafts/{token}/discard/").status_code == 404
    assert client.post(f"/drafts/{others}/discard/").status_code == 404
    assert Draft.objects.filter(pk=others).exists()


def test_what_a_lead_acts_on_is_not_discarded(cast):
    read = drafted(cast)
    open_draft(token=read.pk, reason="The author is ill", by=cast.lead)
    called = call_lead(token=uuid4(), school=cast.school, by=cast.teacher, line="In the hall")
    of_call = drafted(cast, token=called.token)
    for draft in (Draft.objects.get(pk=read.pk), of_call):
        with pytest.raises(OutOfTurn):
            discard_draft(draft=draft, by=cast.teacher)


def test_a_leads_own_draft_is_hers_to_finish_and_no_colleagues(cast, client):
    own, of_teacher = drafted(cast, author=cast.lead, at=SCHOOL_DAY - 7 * DAY), drafted(cast, at=SCHOOL_DAY - 7 * DAY)
    with time_machine.travel(SCHOOL_DAY, tick=False):
        client.force_login(cast.lead)
        page = client.get("/unsent/").content.decode().split("<main")[1]
        assert f"/unsent/{of_teacher.pk}/" in page
        assert f"/unsent/{own.pk}/" not in page
        assert client.post(f"/unsent/{own.pk}/", {"reason": "Mine"}).status_code == 404
        with pytest.raises(NotAllowed):
            open_draft(token=own.pk, reason="Mine", by=cast.lead)
        client.post(f"/drafts/{own.pk}/discard/")
    assert not Draft.objects.filter(pk=own.pk).exists()


def test_a_draft_opened_shows_no_key_and_a_closed_account_is_not_said_to_read_notices(cast, client):
    draft = drafted(cast, at=SCHOOL_DAY - 7 * DAY, content={"told": [str(cast.lead.pk)], "facts": ["He was quiet."]})
    today = SCHOOL_DAY.date()
    record_absence(user=cast.lead, starts_on=today, ends_on=today, by=cast.headteacher, at=SCHOOL_DAY)
    with time_machine.travel(SCHOOL_DAY, tick=False):
        client.force_login(cast.deputy)
        page = client.post(f"/unsent/{draft.pk}/", {"reason": "Its author is ill"}, follow=True).content.decode()
        assert "A choice that is not offered any more" in page
        assert str(cast.lead.pk) not in page
        said = client.post(f"/unsent/{draft.pk}/ask/", follow=True).content.decode()
        assert "The author has a notice" in said
        deactivate_person(user=cast.teacher)
        said = client.post(f"/unsent/{draft.pk}/ask/", follow=True).content.decode()
        assert "The author has a notice" not in said
        assert "account is closed" in said


def test_a_call_nobody_has_written_about_waits_as_a_draft_does(cast, client, django_assert_num_queries):
    called = call_lead(token=uuid4(), school=cast.school, by=cast.teacher, at=SCHOOL_DAY)
    # Whether there is one; then the door, the list, and the door again.
    with django_assert_num_queries(4):
        [own] = unsent_of(cast.teacher)
    assert (own.token, own.concern_id, own.started_at, own.is_begun) == (called.token, called.pk, SCHOOL_DAY, False)
    assert unsent_for_a_day(cast.school.pk, at=SCHOOL_DAY + timedelta(hours=23), by=cast.lead) == []
    [waiting] = unsent_for_a_day(cast.school.pk, at=SCHOOL_DAY + DAY, by=cast.lead)
    assert (waiting.author, waiting.concern_id) == ("Jon Beckett", called.pk)
    assert unsent_for_a_day(cast.school.pk, at=SCHOOL_DAY + DAY, by=cast.teacher) == []
    assert unsent_of(cast.assistant) == []
    with time_machine.travel(SCHOOL_DAY + DAY, tick=False):
        client.force_login(cast.teacher)
        home = client.get("/my-reports/").content.decode()
        assert "You called a safeguarding lead" in home
        assert f'href="/log/{called.token}/"' in home
        assert "have not written it down" not in client.get(f"/call/{called.pk}/").content.decode(), "it is that page"
        client.force_login(cast.lead)
        assert f'href="/concerns/{called.pk}/"' in client.get("/unsent/").content.decode()
        assert client.get(f"/unsent/{called.token}/").status_code == 404
    drafted(cast, token=called.token)
    assert [each.is_begun for each in unsent_of(cast.teacher)] == [True]
    raise_concern(token=called.token, school=cast.school, report=report(cast), by=cast.teacher)
    assert unsent_of(cast.teacher) == []


def test_drafts_are_asked_for_once_where_there_are_none_and_once_more_where_there_are_any(
    cast, django_assert_num_queries
):
    with django_assert_num_queries(1):
        assert unsent_of(cast.teacher) == []
    for days in range(3):
        drafted(cast, at=SCHOOL_DAY + days * DAY)
    with django_assert_num_queries(4):
        assert [d.saved_at for d in unsent_of(cast.teacher)] == [SCHOOL_DAY + n * DAY for n in (2, 1, 0)]


def test_a_colleagues_draft_about_a_leads_own_child_is_not_there_for_that_lead(cast, client):
    hers = child(cast.school, "Blythe", by=cast.office)
    draft = save_draft(
        token=uuid4(),
        school_id=cast.school.pk,
        author_id=cast.teacher.pk,
        content={"who": [str(hers.pk), "unnamed-1"], "facts": ["Seen at the gate."]},
        at=SCHOOL_DAY,
    )
    declare_conflict(user=cast.lead, child=hers, kind="own_child", by=cast.lead)
    # Behind their door the services hide it by themselves: this test stands outside of row security.
    later = SCHOOL_DAY + 2 * DAY
    for lead, found in ((cast.deputy, [draft.pk]), (cast.lead, [])):
        assert [each.token for each in unsent_for_a_day(cast.school.pk, at=later, by=lead)] == found
    with pytest.raises(OutOfTurn):
        open_draft(token=draft.pk, reason="Its author is ill", by=cast.lead, at=later)
    with time_machine.travel(later, tick=False):
        for lead, there in ((cast.deputy, True), (cast.lead, False)):
            client.force_login(lead)
            assert (f"/unsent/{draft.pk}/" in client.get("/unsent/").content.decode()) == there
            page = client.post(f"/unsent/{draft.pk}/", {"reason": "Its author is ill"}, follow=True)
            assert (b"Seen at the gate." in page.content) == there
