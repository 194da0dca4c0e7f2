"""Ask the reporter: the question, who may see it, the answer beside the account that stays as it was, and who cannot be
asked.
"""

from uuid import uuid4

import pytest
from django.urls import reverse

from safeguarding.accounts.models import Notice, RoleAssignment
from safeguarding.audit.models import Event, Verb
from safeguarding.concerns.models import Account, Amendment, Question
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.services import deciding, raising
from safeguarding.concerns.services.access import name_subject
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.integration.concerns.leads_page import fresh, page_of, send

pytestmark = pytest.mark.django_db
WHAT = "Which arm did he hold?"


def ask(client, concern, text=WHAT):
    page = page_of(client, concern)
    typed = {"token": page.context["ask_form"]["token"].value(), "key": page.context["key"], "text": text}
    return send(client, "ask_reporter", concern, typed)


def asked(room, concern, by=None, text=WHAT):
    return deciding.ask_reporter(concern=concern, token=uuid4(), text=text, by=by or room.deputy, at=SCHOOL_DAY)


def test_a_question_goes_to_the_reporter_alone_and_comes_back_as_a_dated_addition(client, lead, room, concern):
    assert ask(lead, concern).status_code == 302
    question = Question.objects.get()
    assert (question.text, question.reporter, question.asked_by) == (WHAT, room.teacher, room.lead)
    notice = Notice.objects.get(kind=ConcernNotice.ASKED)
    assert (notice.user, notice.object_type, notice.object_id) == (room.teacher, "report", concern.pk)
    assert Event.objects.filter(object_id=concern.pk, verb=Verb.ASK, actor_id=room.lead.pk).count() == 1
    assert "Not answered yet" in page_of(lead, concern).content.decode()

    client.force_login(room.teacher)
    here = reverse("report", args=[concern.pk])
    page = client.get(here)
    content = page.content.decode()
    assert all(words in content for words in (WHAT, "He was quiet at register.", "I fell off my bike.", "Priya Raman"))
    assert content.index("A safeguarding lead asks you") < content.index("Where it has got to"), (
        "what is to do comes first"
    )
    assert Notice.objects.get(pk=notice.pk).opened_at is not None
    form = page.context["form"]
    assert form["reason"].value() == f"asked-{question.pk}"
    sent = {"key": page.context["key"], "text": "His left one.", "send": "Add"}
    add = reverse("report_add", args=[concern.pk])
    assert client.post(add, sent | {"reason": f"asked-{uuid4()}"}).status_code == 200
    assert not Amendment.objects.exists()
    assert client.post(add, sent | {"reason": f"asked-{question.pk}"}).status_code in (302, 303)
    answer = Amendment.objects.get()
    assert (answer.question, answer.reason, answer.text) == (question, "asked", "His left one.")
    assert fresh(question).answered_at == answer.added_at
    assert Account.objects.get().facts == "He was quiet at register."
    assert fresh(concern).news_at is not None
    after = client.get(here).content.decode()
    assert "A safeguarding lead asks you" not in after
    assert f"You were asked: {WHAT}" in after

    client.force_login(room.lead)
    page = page_of(client, concern).content.decode()
    assert "Not answered yet" not in page
    assert f"Asked by Priya Raman: {WHAT}" in page
    client.force_login(room.assistant)
    assert client.get(here).status_code == 404


def test_a_question_stands_on_the_first_page_of_whom_it_asks_and_in_my_reports_until_it_is_answered(
    client, room, concern
):
    """A class teacher has a home of staff; a lead who has logged one has Today."""
    own = factories.concern(room, by=room.lead)
    for it, reporter, home in ((concern, room.teacher, "staff_home"), (own, room.lead, "today")):
        question = asked(room, it)
        client.force_login(reporter)
        mine = client.get(reverse(home)).content.decode()
        there = mine[mine.index('id="asked-of-me"') :]
        assert f'href="{reverse("report", args=[it.pk])}#asked">{it.reference}</a>' in there
        assert "Tom Aldous" in there and WHAT not in mine
        assert "Asked, please answer" in client.get(reverse("my_reports")).content.decode()
        for other in (room.assistant, room.deputy, room.headteacher):
            client.force_login(other)
            assert 'id="asked-of-me"' not in client.get(reverse("home"), follow=True).content.decode()
        client.force_login(reporter)
        # Looked at is not answered, nor is something else that is added.
        client.get(reverse("report", args=[it.pk]))
        given = {"account": it.account, "reason": "more", "by": reporter}
        raising.amend(token=uuid4(), text="He was late, too.", **given)
        assert 'id="asked-of-me"' in client.get(reverse(home)).content.decode()
        raising.amend(token=uuid4(), text="The left one.", question=question.pk, **given)
        assert 'id="asked-of-me"' not in client.get(reverse(home)).content.decode()
        assert "Asked, please answer" not in client.get(reverse("my_reports")).content.decode()


def test_a_question_about_a_report_that_is_hidden_from_its_reporter_by_now_stands_nowhere(client, room, concern):
    asked(room, concern)
    name_subject(concern=concern, user=room.teacher, by=room.headteacher)
    client.force_login(room.teacher)
    assert 'id="asked-of-me"' not in client.get(reverse("staff_home")).content.decode()


def test_whoever_asked_is_told_of_the_answer_although_somebody_else_is_on_duty(room, concern):
    question = asked(room, concern, by=room.headteacher)
    Notice.objects.all().delete()
    given = {"account": concern.account, "text": "The left one.", "reason": "more", "by": room.teacher}
    first = raising.amend(token=uuid4(), question=question.pk, **given)
    assert room.headteacher.pk in Notice.objects.values_list("user", flat=True)
    again = raising.amend(token=uuid4(), question=question.pk, **given | {"text": "I am sure."})
    assert (first.reason, again.reason, fresh(question).answered_at) == ("asked", "asked", first.added_at)
    other = asked(room, factories.concern(room))
    with pytest.raises(BadInput, match="not asked about this report"):
        raising.amend(token=uuid4(), question=other.pk, **given)


def test_asked_twice_it_is_asked_once_and_the_second_of_two_leads_sees_it(room, concern):
    token = uuid4()
    for _ in range(2):
        deciding.ask_reporter(concern=concern, token=token, text=WHAT, by=room.lead, at=SCHOOL_DAY)
    assert Question.objects.count() == 1
    (change,) = deciding.changed_since(concern=concern, seen=concern.revision, by=room.deputy)
    assert change.what == "asked the reporter"
    with pytest.raises(BadInput, match="Write what you ask"):
        asked(room, concern, text=" ")
    for other in (room.pastoral, room.teacher):
        with pytest.raises(NotAllowed):
            asked(room, concern, by=other)


def test_another_kind_of_concern_keeps_the_one_before_with_the_reason(lead, room, concern):
    before = concern.label

    def say(**typed):
        page = page_of(lead, concern)
        form = page.context["kind_form"]
        hidden = {"revision": form["revision"].value(), "key": page.context["key"]}
        return send(
            lead, "reclassify_concern", concern, hidden | {"kind": "NEG", "reason": "Third time this month."} | typed
        )

    assert say(reason=" ").status_code == 422
    assert say(kind="XYZ").status_code == 422
    assert say().status_code == 302
    now = fresh(concern)
    assert (now.category_id, now.subcategory, now.label != before) == ("NEG", None, True)
    note = now.notes.get()
    assert (
        note.text == f"Kind of concern until now: not chosen. From now on: {now.category.name}. Third time this month."
    )
    assert say().status_code == 302
    assert now.notes.count() == 1
    narrower = now.category.subcategories.first()
    assert say(kind=f"NEG/{narrower.pk}", reason="More exactly.").status_code == 302
    assert fresh(concern).subcategory == narrower
    for other in (room.pastoral, room.teacher):
        with pytest.raises(NotAllowed):
            deciding.reclassify_concern(
                concern=concern, seen=9, category="NEG", subcategory=None, reason="No.", by=other
            )


def test_who_cannot_be_asked_is_said_in_a_sentence(lead, room, concern):
    own = factories.concern(room, by=room.lead)
    call = raising.call_lead(token=uuid4(), school=room.school, by=room.teacher, line="Come")
    RoleAssignment.objects.filter(user=room.assistant).update(ends_on=SCHOOL_DAY.date().replace(day=1))
    gone = factories.concern(room, by=room.office)
    RoleAssignment.objects.filter(user=room.office).update(ends_on=SCHOOL_DAY.date().replace(day=1))
    for one, sentence in (
        (own, "You logged this yourself"),
        (call, "is still writing this account"),
        (gone, "does not work here any more"),
    ):
        page = page_of(lead, one)
        assert sentence in page.content.decode()
        assert not page.context["offered"]["ask_form"]
        with pytest.raises(OutOfTurn, match=sentence):
            asked(room, one, by=room.lead)
    assert page_of(lead, concern).context["offered"]["ask_form"]
    # What was typed is not lost with a refusal.
    refused = send(lead, "ask_reporter", gone, {"token": uuid4(), "text": WHAT})
    assert (refused.status_code, WHAT in refused.content.decode()) == (409, True)
