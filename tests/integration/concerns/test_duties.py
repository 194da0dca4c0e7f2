"""What does the law ask of whoever logs a concern, who sees it, and what becomes of it?"""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from children.models import ConflictOfInterest
from safeguarding.accounts.models import Notice
from safeguarding.audit.models import Event
from safeguarding.concerns.models import Category, Duty, DutyRule, Subcategory
from safeguarding.concerns.services import deciding, duties, error, raising
from safeguarding.concerns.services.duties import Done, Words
from safeguarding.concerns.services.reminding import remind
from safeguarding.exceptions import BadInput, ChangedSince, NotAllowed, OutOfTurn
from safeguarding.keys import uuid7
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.pdfs import Printed

pytestmark = pytest.mark.django_db
WEDNESDAY = SCHOOL_DAY.date() + timedelta(days=1)
REPORTED = Done(how="reported", police_reference="INC 2411-0093", reported_at=SCHOOL_DAY + timedelta(hours=1))


def kind(code: str, name: str = "") -> dict[str, Any]:
    narrower = Subcategory.objects.get(category=code, name=name) if name else None
    return {"category": Category.objects.get(pk=code), "subcategory": narrower}


def fgm(room: factories.Staffroom, **report: Any) -> Any:
    return factories.concern(room, **kind("HBA", "Female genital mutilation"), **report)


def typed(**more: str) -> dict[str, str]:
    day = {"day_day": "24", "day_month": "11", "day_year": "2026", "time": "9:45am"}
    return {"how": "reported", "police_reference": "INC 2411-0093", **day, **more}


@pytest.mark.parametrize(
    ("by", "code", "name", "asked"),
    [
        ("teacher", "HBA", "Female genital mutilation", True),
        # Who has said no more than the category may mean it.
        ("teacher", "HBA", "", True),
        ("teacher", "HBA", "Virginity testing", False),
        ("teacher", "DOM", "", False),
        ("assistant", "HBA", "Female genital mutilation", False),
    ],
)
def test_it_is_asked_of_a_teacher_about_a_concern_of_that_kind(room, by, code, name, asked):
    concern = factories.concern(room, by=getattr(room, by), **kind(code, name))
    found = list(Duty.objects.filter(concern=concern))
    assert bool(found) is asked
    if asked:
        assert (found[0].owner, found[0].due_on, found[0].reference) == (room.teacher, WEDNESDAY, concern.reference)
        assert "section 5B" in found[0].law


def test_a_call_asks_when_its_account_is_finished_and_a_double_click_asks_once(room):
    token, child = uuid7(), factories.child(room.school, by=room.office)
    concern = raising.call_lead(token=token, school=room.school, by=room.teacher, child=child, at=SCHOOL_DAY)
    assert not Duty.objects.filter(concern=concern).exists()
    for _ in range(2):
        report = raising.Report(
            how_soon=4,
            children=[raising.ChildEntry(role="worried_about", child=child)],
            account=raising.AccountFacts(facts="She told me."),
            **kind("HBA"),
        )
        raising.raise_concern(token=token, school=room.school, report=report, by=room.teacher, at=SCHOOL_DAY)
    assert Duty.objects.filter(concern=concern).count() == 1


def test_the_reporter_sees_it_until_it_is_done_and_nothing_of_the_concern(client, room, clock):
    concern = fgm(room, facts="She said that an aunt had hurt her.")
    deciding.open_concern(concern=concern, by=room.lead)
    [duty] = Duty.objects.all()
    client.force_login(room.teacher)
    pages = [reverse("report", args=[concern.pk]), reverse("my_reports"), reverse("staff_home")]
    for page in pages:
        assert f'href="{reverse("duty", args=[duty.pk])}"' in client.get(page).content.decode()
    page = client.get(reverse("duty", args=[duty.pk])).content.decode()
    assert "close of the next working day" in page and "section 5B" in page and concern.reference in page
    assert "an aunt" not in page and reverse("concern", args=[concern.pk]) not in page
    assert client.get(reverse("concern", args=[concern.pk])).status_code in (403, 404)

    refused = client.post(reverse("duty", args=[duty.pk]), typed(police_reference="", time="11:30pm"))
    assert refused.status_code == 422
    assert "Enter the reference that the police gave you" in refused.content.decode()
    assert "must be now or in the past" in refused.content.decode() and "11:30pm" in refused.content.decode()
    for _ in range(2):
        assert client.post(reverse("duty", args=[duty.pk]), typed()).status_code == 302
    duty.refresh_from_db()
    assert (duty.how_ended, duty.police_reference, duty.ended_by) == ("reported", "INC 2411-0093", room.teacher)
    assert Event.objects.filter(object_id=duty.pk, verb="complete").count() == 1
    for page in pages[1:]:
        assert reverse("duty", args=[duty.pk]) not in client.get(page).content.decode()
    assert "INC 2411-0093" in client.get(pages[0]).content.decode()
    other = client.post(reverse("duty", args=[duty.pk]), typed(police_reference="INC 7"))
    assert other.status_code == 409 and "has been said already" in other.content.decode()
    assert Notice.objects.filter(user=room.lead, kind="added", object_id=concern.pk).exists()


def test_who_only_suspects_says_so_with_the_reason(client, room, clock):
    concern = fgm(room)
    [duty] = Duty.objects.all()
    client.force_login(room.teacher)
    without = client.post(reverse("duty", args=[duty.pk]), {"how": "suspected", "police_reference": "half typed"})
    assert without.status_code == 422 and "Write what you know and what you suspect" in without.content.decode()
    assert "half typed" in without.content.decode()
    why = {"how": "suspected", "reason": "A holiday was spoken of. Told Priya Raman."}
    assert client.post(reverse("duty", args=[duty.pk]), why | {"police_reference": "half typed"}).status_code == 302
    duty.refresh_from_db()
    assert (duty.how_ended, duty.police_reference, duty.reported_at) == ("suspected", "", None)
    client.force_login(room.lead)
    page = client.get(reverse("concern", args=[concern.pk])).content.decode()
    assert "A holiday was spoken of" in page and reverse("duty", args=[duty.pk]) in page


def test_leads_see_those_of_the_school_and_may_only_set_one_aside(client, room, clock):
    fgm(room)
    [duty] = Duty.objects.all()
    address = reverse("duty", args=[duty.pk])
    for person, status in ((room.assistant, 404), (room.office, 404), (room.lead, 200), (room.teacher, 200)):
        client.force_login(person)
        assert client.get(address).status_code == status, person
    clock.shift(timedelta(days=2))
    client.force_login(room.lead)
    for page in ("today", "duties_open"):
        text = client.get(reverse(page)).content.decode()
        assert address in text and "1 day late" in text
    assert client.post(address, typed()).status_code == 403
    aside = reverse("duty_aside", args=[duty.pk])
    assert client.post(aside, {"why": ""}).status_code == 422
    assert client.post(aside, {"why": "He has left; the deputy rang the police."}).status_code == 302
    assert address not in client.get(reverse("today")).content.decode()
    with pytest.raises(OutOfTurn):
        duties.end_duty(duty=duty, done=REPORTED, by=room.teacher, at=SCHOOL_DAY + timedelta(days=2))
    client.force_login(room.teacher)
    assert client.post(aside, {"why": "I would rather not."}).status_code == 403


def test_nobody_does_it_in_the_place_of_another_whatever_calls_the_service(room):
    fgm(room)
    [duty] = Duty.objects.all()
    for by, done in ((room.lead, REPORTED), (room.teacher, Done(how="set_aside", reason="No."))):
        with pytest.raises(NotAllowed):
            duties.end_duty(duty=duty, done=done, by=by, at=SCHOOL_DAY + timedelta(hours=2))
    with pytest.raises(BadInput, match="now or in the past"):
        duties.end_duty(duty=duty, done=REPORTED, by=room.teacher, at=SCHOOL_DAY)


def test_its_owner_is_reminded_as_of_an_action_and_not_where_it_is_hidden(room):
    mine, hidden = fgm(room), fgm(room)
    child = hidden.children.get().child
    ConflictOfInterest.objects.create(
        user=room.teacher, child=child, kind="own_child", school=room.school, declared_by=room.teacher
    )
    evening = SCHOOL_DAY.replace(hour=6)
    assert remind(at=evening) == 0 and remind(at=SCHOOL_DAY) == 0
    day_after = SCHOOL_DAY + timedelta(days=1)
    assert (remind(at=day_after), remind(at=day_after)) == (1, 0)
    late = SCHOOL_DAY + timedelta(days=2)
    assert (remind(at=late), remind(at=late)) == (1, 0)
    told = Notice.objects.filter(user=room.teacher, kind="duty_due")
    assert [notice.object_id for notice in told] == [Duty.objects.get(concern=mine).pk]


def found_to_be(concern, by, code="HBA", **more):
    concern.refresh_from_db()
    given = {"seen": concern.revision, "category": code, "subcategory": None, "reason": "The nurse.", "by": by, **more}
    return deciding.reclassify_concern(concern=concern, **given)


def test_a_lead_who_finds_the_kind_tells_the_reporter_of_their_duty_by_that_and_nothing_else(client, room, clock):
    concern, of_assistant = (
        factories.concern(room, **kind("PHY")),
        factories.concern(room, by=room.assistant, **kind("PHY")),
    )
    own, hidden = factories.concern(room, by=room.lead, **kind("PHY")), factories.concern(room, **kind("PHY"))
    ConflictOfInterest.objects.create(
        user=room.teacher,
        child=hidden.children.get().child,
        kind="relative",
        school=room.school,
        declared_by=room.teacher,
    )
    for one in (concern, of_assistant, own, hidden):
        deciding.open_concern(concern=one, by=room.lead)
    client.force_login(room.lead)
    there, send_to = (reverse(name, args=[concern.pk]) for name in ("concern", "reclassify_concern"))

    def changed_to(code):
        page = client.get(there)
        assert "they are told at once" in page.content.decode()
        hidden = {"revision": page.context["kind_form"]["revision"].value(), "key": page.context["key"]}
        return client.post(send_to, hidden | {"kind": code, "reason": "The nurse."}, follow=True).content.decode()

    changed_to("DOM")
    assert not Duty.objects.exists(), "nothing is asked in person about that kind"
    page = changed_to("HBA")
    assert f"{room.teacher.full_name} has been told what the law asks of them, and nothing else." in page
    assert "Tell the reporter" not in page and f", by {room.lead.full_name}" in page.partition('id="duties"')[2]
    assert "has been told" not in changed_to("HBA")
    for one in (of_assistant, own):
        assert found_to_be(one, room.lead) == [], "no teacher"
    [untold] = found_to_be(hidden, room.lead)
    duty = Duty.objects.exclude(pk=untold.pk).get()
    assert (duty.concern, duty.owner, duty.asked_by, duty.due_on) == (concern, room.teacher, room.lead, WEDNESDAY)
    assert Notice.objects.filter(kind="duty").values_list("user_id", "object_id").get() == (room.teacher.pk, duty.pk)
    assert Event.objects.filter(verb="ask", purpose="duty of a new kind", object_id=concern.pk).count() == 1
    assert Event.objects.filter(verb="assign", object_id=duty.pk, actor_id=room.lead.pk).count() == 1
    client.force_login(room.teacher)
    assert "section 5B" in client.get(reverse("duty", args=[duty.pk])).content.decode()
    assert client.get(reverse("concern", args=[concern.pk])).status_code == 403
    # Another kind after all: what was asked stays until a lead sets it aside; the same kind again asks nothing twice.
    assert found_to_be(concern, room.lead, "PHY") == found_to_be(concern, room.lead) == []
    assert Duty.objects.get(concern=concern).is_open


def test_a_lead_points_the_reporter_to_a_duty_that_the_school_gave_their_role_afterwards(client, room, clock):
    concern = factories.concern(room, by=room.assistant, **kind("PHY"))
    client.force_login(room.lead)
    address, there = reverse("ask_duty", args=[concern.pk]), reverse("concern", args=[concern.pk])
    assert client.post(address).status_code == 422
    deciding.open_concern(concern=concern, by=room.lead)
    assert found_to_be(concern, room.lead) == []
    assert "Tell the reporter" not in client.get(there).content.decode()
    [prompt] = [one for one in duties.prompts_of(room.school.pk, SCHOOL_DAY.date()) if one.in_person]
    now = prompt.now
    words = Words(now.title, now.asks, now.category, now.subcategory, ["teacher", "teaching_assistant"], now.days)
    duties.save_rule(school=room.school, prompt=prompt, token=uuid7(), seen=None, words=words, by=room.lead)
    assert "Tell the reporter" in client.get(there).content.decode()
    concern.refresh_from_db()
    seen = concern.revision
    for _ in range(2):
        assert client.post(address).status_code == 302
    [duty] = Duty.objects.all()
    assert (duty.owner, duty.asked_by) == (room.assistant, room.lead)
    # A colleague who has the page open is told what was done meanwhile, and of nothing else.
    (change,) = deciding.changed_since(concern=concern, seen=seen, by=room.deputy)
    assert (change.by, change.what) == (room.lead, "asked the reporter")
    assert Notice.objects.filter(user=room.assistant, kind="duty", object_id=duty.pk).count() == 1
    assert "Tell the reporter" not in client.get(there).content.decode()
    client.force_login(room.assistant)
    assert client.post(address).status_code == 403


def test_prevent_stands_beside_its_kind_and_leads_to_a_referral(client, room, clock):
    concern, other = factories.concern(room, **kind("RAD")), factories.concern(room, **kind("PHY"))
    client.force_login(room.lead)
    page = client.get(reverse("concern", args=[concern.pk])).content.decode()
    there = f"{reverse('record_referral', args=[concern.pk])}?agency=channel"
    assert "Act 2015, section 26" in page and there in page
    assert "Act 2015, section 26" not in client.get(reverse("concern", args=[other.pk])).content.decode()
    assert 'value="channel" selected' in client.get(there).content.decode()
    assert not Duty.objects.exists()


def test_a_school_gives_it_its_own_words_and_goes_back_to_those_of_harbour(client, room, clock):
    [prompt] = [one for one in duties.prompts_of(room.school.pk, SCHOOL_DAY.date()) if one.in_person]
    address = reverse("duty_rule", args=[prompt.fact.pk])
    before = fgm(room)
    client.force_login(room.lead)
    page = client.get(address)
    form = {name: page.context["form"][name].value() or "" for name in page.context["form"].fields}
    assert client.post(address, form | {"role_keys": [], "days": "40"}).status_code == 422
    given = form | {"asks": "Ring the police yourself.", "role_keys": ["teacher", "senco"], "days": "0"}
    for _ in range(2):
        assert client.post(address, given).status_code == 302
    [rule] = DutyRule.objects.all()
    assert (rule.role_keys, rule.days, rule.made_by) == (["teacher", "senco"], 0, room.lead)
    senco = factories.member(room.school, "senco")
    new = fgm(room, by=senco)
    assert (new.duties.get().asks, new.duties.get().due_on) == ("Ring the police yourself.", SCHOOL_DAY.date())
    assert "as soon as possible" in before.duties.get().asks
    stale = client.post(address, form | {"token": str(uuid7()), "asks": "Another way."})
    assert stale.status_code == 409 and "Another way." in stale.content.decode()
    end = reverse("end_duty_rule", args=[rule.pk])
    assert client.post(end).status_code == 302 and client.post(end).status_code == 409
    assert "Ring the police yourself." in client.get(reverse("duty_rules")).content.decode()
    assert fgm(room, by=factories.member(room.school, "senco")).duties.count() == 0
    for page in (reverse("duty_rules"), address):
        client.force_login(room.teacher)
        assert client.get(page).status_code == 403


def test_only_who_keeps_the_settings_changes_the_words_and_the_second_sees_the_first(room):
    [prompt] = [one for one in duties.prompts_of(room.school.pk, SCHOOL_DAY.date()) if one.in_person]
    words = Words("Title", "Asks", Category.objects.get(pk="HBA"), None, ("teacher",), 1)
    save = {"school": room.school, "prompt": prompt, "words": words, "seen": None}
    with pytest.raises(NotAllowed):
        duties.save_rule(**save, token=uuid7(), by=room.deputy)
    duties.save_rule(**save, token=uuid7(), by=room.lead)
    with pytest.raises(ChangedSince):
        duties.save_rule(
            **save | {"words": Words("Other", "Asks", words.category, None, ("teacher",), 1)},
            token=uuid7(),
            by=room.headteacher,
        )


def test_what_was_typed_when_the_session_had_ended_stands_in_its_form_again(client, room):
    with time_machine.travel(SCHOOL_DAY, tick=False):
        fgm(room)
        [duty] = Duty.objects.all()
        client.force_login(room.teacher)
        page = client.get(reverse("duty", args=[duty.pk]))
        client.logout()
        gone = client.post(reverse("duty", args=[duty.pk]), typed(key=page.context["key"]))
        assert gone.status_code == 303
        client.force_login(room.teacher)
        again = client.get(reverse("duty", args=[duty.pk])).content.decode()
        assert "INC 2411-0093" in again and "You had been signed out" in again


def test_it_stands_in_the_chronology_and_on_paper(client, room, clock):
    concern = fgm(room)
    [duty] = Duty.objects.all()
    clock.shift(timedelta(hours=2))
    duties.end_duty(duty=duty, done=REPORTED, by=room.teacher)
    client.force_login(room.lead)
    child = concern.children.get().child
    page = client.get(reverse("child_chronology", args=[child.pk])).content.decode()
    assert "Reported to the police in person" in page and "INC 2411-0093" in page
    printed = Printed(client.get(reverse("concern_paper", args=[concern.pk])).content)
    assert "INC 2411-0093" in printed.text and "Duties in person" in printed.text


def test_what_a_duty_said_before_stands_among_what_has_changed(client, room, clock):
    [prompt] = [one for one in duties.prompts_of(room.school.pk, SCHOOL_DAY.date()) if one.in_person]
    category = Category.objects.get(pk="HBA")
    rule = duties.save_rule(
        school=room.school,
        prompt=prompt,
        seen=None,
        token=uuid7(),
        by=room.lead,
        words=Words("Ring them", "Ring the police.", category, None, ("teacher",), 1),
    )
    client.force_login(room.headteacher)
    client.post(reverse("end_duty_rule", args=[rule.pk]))
    page = client.get(f"{reverse('setting_changes')}?of=duties")
    assert page.status_code == 200 and "Ring them" in page.content.decode()
    assert reverse("duty_rules") in client.get(reverse("settings_home")).content.decode()


def test_what_was_entered_in_error_asks_nothing_in_person_and_what_the_police_have_stays(client, room, clock):
    def proposed(concern):
        concern.refresh_from_db()
        return error.propose(
            concern=concern,
            seen=concern.revision,
            token=uuid7(),
            reason="The form was tried.",
            mistake="test",
            by=room.lead,
        )

    tried, told = fgm(room), fgm(room)
    [duty, reported] = [Duty.objects.get(concern=one) for one in (tried, told)]
    entry = proposed(tried)
    tried.refresh_from_db()
    error.answer(entry=entry, seen=tried.revision, confirms=True, reason="I was there.", by=room.deputy)
    duty.refresh_from_db()
    assert (duty.how_ended, duty.ended_by) == ("set_aside", room.deputy)
    assert not Notice.objects.filter(object_id=duty.pk, opened_at=None, settled_at=None).exists()
    client.force_login(room.teacher)
    assert reverse("duty", args=[duty.pk]) not in client.get(reverse("staff_home")).content.decode()
    duties.end_duty(duty=reported, done=REPORTED, by=room.teacher, at=REPORTED.reported_at)
    with pytest.raises(OutOfTurn, match="The police have been told"):
        proposed(told)
