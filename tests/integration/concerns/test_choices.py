"""The kinds of concern that a school offers, and the time its agencies have: changed on their pages, at once
everywhere, with what was before.
"""

from uuid import uuid4

import pytest
from django.urls import reverse

from safeguarding.audit.models import Event
from safeguarding.concerns.models import Category, Referral, SchoolAnswerTime, SchoolKind
from safeguarding.concerns.services import agencies, deciding, own_kinds
from safeguarding.concerns.services.agencies import Sent, times
from safeguarding.concerns.services.kinds import choices_on, kinds_on, names_on
from safeguarding.concerns.services.reference import load_reference
from safeguarding.exceptions import BadInput, ChangedSince, NotAllowed, OutOfTurn
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.integration.concerns.leads_page import fresh

pytestmark = pytest.mark.django_db
DAY = SCHOOL_DAY.date()
RIVER = {"name": "River and quarry", "guidance": "Write where the water was, and who was with the child."}


def add(room, *, by=None, token=None, **said):
    return own_kinds.add_kind(school=room.school, token=token or uuid4(), by=by or room.headteacher, **(RIVER | said))


def offer(room, code, offered, by=None):
    return own_kinds.offer_kind(school=room.school, code=code, offered=offered, by=by or room.headteacher)


def codes(room, school=None):
    return [kind.code for kind in kinds_on(DAY, (school or room.school).pk)]


def test_a_kind_of_its_own_is_offered_at_that_school_alone_and_renamed_with_what_it_was(lead, room, concern):
    for outsider in (room.teacher, room.office):
        with pytest.raises(NotAllowed):
            add(room, by=outsider)
    for wrong, sentence in (
        ({"name": " "}, "Write what"),
        ({"name": "neglect"}, "already"),
        ({"guidance": ""}, "note"),
    ):
        with pytest.raises(BadInput, match=sentence):
            add(room, **wrong)
    token = uuid4()
    kind = add(room, token=token)
    assert add(room, token=token) == kind
    elsewhere = factories.school("Beck Foot School")
    assert (codes(room)[-1], kind.category_id in codes(room, elsewhere)) == (kind.category_id, False)
    assert load_reference() == 0, "the list leaves it alone"
    # In the list of kinds of a lead, on the concern, in the filter.
    deciding.reclassify_concern(
        concern=fresh(concern),
        seen=fresh(concern).revision,
        category=kind.category_id,
        subcategory=None,
        reason="By the river.",
        by=room.lead,
    )
    assert kind.category_id in dict(names_on(DAY, room.school.pk))
    page = lead.get(reverse("concerns"), {"category": kind.category_id}).content.decode()
    assert concern.reference in page
    seen = kind.revision
    own_kinds.rename_kind(kind=kind, seen=seen, name="Open water", guidance="Say where.", by=room.lead)
    with pytest.raises(ChangedSince, match="Priya Raman"):
        own_kinds.rename_kind(kind=kind, seen=seen, name="Water", guidance="Say where.", by=room.headteacher)
    page = lead.get(reverse("concerns"), {"category": kind.category_id}).content.decode()
    assert ("Open water" in page, "River and quarry" in page) == (True, False)
    changed = lead.get(reverse("setting_changes"), {"of": "kinds"}).content.decode()
    assert {"River and quarry", "Open water", "Priya Raman"} <= {
        word for word in ("River and quarry", "Open water", "Priya Raman") if word in changed
    }
    assert Event.objects.filter(object_id=kind.pk, verb="change", actor_id=room.lead.pk).exists()


def test_a_kind_that_is_offered_no_more_leaves_the_form_and_stays_on_its_concerns(lead, room):
    substance = Category.objects.get(code="SUB")
    kept = factories.concern(room, category=substance)
    for _ in range(2):
        offer(room, "SUB", False)
    assert SchoolKind.objects.get(category="SUB").revision == 1
    assert "SUB" not in codes(room)
    assert "SUB" not in [group[1][0][0] for group in choices_on(DAY, room.school.pk)]
    assert "SUB" in codes(room, factories.school("Beck Foot School"))
    assert fresh(kept).category == substance
    text = lead.get(reverse("concerns"), {"category": "SUB"}).content.decode()
    assert ("no longer offered" in text, kept.reference in text) == (True, True)
    with pytest.raises(BadInput, match="from the list"):
        deciding.reclassify_concern(
            concern=factories.concern(room), seen=9, category="SUB", subcategory=None, reason="Vapes.", by=room.lead
        )
    lead.force_login(room.teacher)
    form = lead.get(reverse("log_concern"), follow=True).content.decode()
    assert ('value="NEG"' in form, 'value="SUB"' in form) == (True, False)
    # What comes with a source is not changed, and four kinds stay; nor is "Adult in school" ever offered.
    with pytest.raises(BadInput, match="child protection plan"):
        offer(room, "NEG", False)
    for code in ("STF", "none"):
        with pytest.raises(BadInput, match="from the list"):
            offer(room, code, True)
    with pytest.raises(BadInput, match="comes with Harbour"):
        own_kinds.rename_kind(kind=SchoolKind.objects.get(), seen=1, name="Drink", guidance="x", by=room.headteacher)
    offer(room, "SUB", True)
    assert "SUB" in codes(room)


def set_time(room, *, by=None, token=None, **said):
    facts = {"agency": "police", "answer_days": 2, "escalate_days": 4, "source": "Agreed with the local team, May 2026"}
    return times.set_time(school=room.school, token=token or uuid4(), by=by or room.headteacher, **(facts | said))


def refer(room, agency, **said):
    sent = Sent(agency=agency, method="telephone", told="He is hit.", sent_at=SCHOOL_DAY, **said)
    return agencies.refer(concern=factories.concern(room), token=uuid4(), sent=sent, by=room.lead, at=SCHOOL_DAY)


def test_an_agency_has_the_time_that_the_school_set_and_guidance_stands_above_it(room):
    with pytest.raises(BadInput, match="by which day"):
        refer(room, "police")
    with pytest.raises(NotAllowed):
        set_time(room, by=room.teacher)
    for wrong, sentence in (
        ({"agency": "social_care"}, "Working Together"),
        ({"answer_days": 0}, "from 1"),
        ({"escalate_days": 1}, "taken further"),
        ({"source": " "}, "comes from"),
    ):
        with pytest.raises(BadInput, match=sentence):
            set_time(room, **wrong)
    token = uuid4()
    first = set_time(room, token=token)
    assert set_time(room, token=token) == first
    made = refer(room, "police")
    assert (made.answer_by.day, made.escalate_on.day, made.answer_source) == (26, 30, first.source)
    second = set_time(room, answer_days=3)
    assert SchoolAnswerTime.objects.get(pk=first.pk).ended_by == room.headteacher
    assert refer(room, "police").answer_by.day == 27
    assert Referral.objects.get(pk=made.pk).answer_by.day == 26, "what was made keeps its day"
    times.end_time(time=second, by=room.lead)
    with pytest.raises(OutOfTurn, match="ended already"):
        times.end_time(time=second, by=room.lead)
    assert times.answer_time("police", DAY, room.school.pk) is None


def test_the_pages_take_it_say_what_is_wrong_and_lose_nothing(lead, room):
    kinds, answer_times = reverse("kinds_of_concern"), reverse("answer_times")
    page = lead.get(kinds)
    bad = lead.post(
        kinds, {"token": page.context["form"]["token"].value(), "revision": "0", "name": "Neglect", "guidance": "Kept"}
    )
    assert (bad.status_code, "There is a kind" in bad.content.decode(), "Kept" in bad.content.decode()) == (
        422,
        True,
        True,
    )
    typed = {"token": page.context["form"]["token"].value(), "revision": "0", **RIVER}
    for _ in range(2):
        assert lead.post(kinds, typed).status_code == 302
    kind = SchoolKind.objects.get()
    here = reverse("own_kind", args=[kind.pk])
    stale = {"token": uuid4(), "revision": lead.get(here).context["form"]["revision"].value()}
    own_kinds.rename_kind(kind=kind, seen=kind.revision, name="Water", guidance="Say where.", by=room.headteacher)
    late = lead.post(here, stale | {"name": "Streams", "guidance": "Say which."})
    assert (late.status_code, "Streams" in late.content.decode(), "Helen Okafor" in late.content.decode()) == (
        409,
        True,
        True,
    )
    again = {
        "token": uuid4(),
        "revision": late.context["form"]["revision"].value(),
        "name": "Streams",
        "guidance": "Say which.",
    }
    assert lead.post(here, again).status_code == 302
    assert lead.post(reverse("offer_kind"), {"code": "NEG", "offered": "no"}).status_code == 422
    assert lead.post(reverse("offer_kind"), {"code": "SUB", "offered": "no"}).status_code == 302
    assert "No longer offered" in lead.get(kinds).content.decode()
    page = lead.get(answer_times)
    typed = {
        "token": page.context["form"]["token"].value(),
        "agency": "camhs",
        "answer_days": "x",
        "source": "By letter",
    }
    bad = lead.post(answer_times, typed)
    assert (bad.status_code, "By letter" in bad.content.decode()) == (422, True)
    assert lead.post(answer_times, typed | {"answer_days": "10", "escalate_days": "15"}).status_code == 302
    text = lead.get(reverse("record_referral", args=[factories.concern(room).pk])).content.decode()
    assert "mental health services: 10 working days (By letter)" in text
    assert lead.post(reverse("end_answer_time", args=[SchoolAnswerTime.objects.get().pk])).status_code == 302
    assert {"Kinds of concern", "How long agencies have to answer"} <= {
        setting.setting.title for setting in lead.get(reverse("settings_home")).context["decided"] if setting.changed_at
    }
    lead.force_login(room.teacher)
    assert {lead.get(url).status_code for url in (kinds, here, answer_times)} == {403}
