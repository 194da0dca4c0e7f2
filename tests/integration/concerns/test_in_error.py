"""A concern logged by mistake: one person proposes, a second confirms; it is in no file, list or count then, and two
put it back.
"""

from contextlib import contextmanager
from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from children.services.access import declare_conflict
from safeguarding.accounts.models import Notice
from safeguarding.audit.context import with_errors
from safeguarding.audit.models import Event
from safeguarding.audit.protection import who_sees
from safeguarding.concerns.models import Action, Concern, EnteredInError
from safeguarding.concerns.services import deciding, error, raising
from safeguarding.concerns.services.escalation import chase_unread
from safeguarding.concerns.services.raising import ChildEntry
from safeguarding.exceptions import BadInput, ChangedSince, NotAllowed, OutOfTurn
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.integration.concerns.decided import REFER, act, decide
from tests.integration.concerns.leads_page import fresh
from tests.pages import on_one_line

pytestmark = pytest.mark.django_db

WHY = "Typed in to try the form: zqmistake."


@pytest.fixture
def concern(room, rowan):
    return factories.concern(
        room, children=[ChildEntry("worried_about", child=rowan)], facts="zqfacts of the form.", at=timezone.now()
    )


def propose(concern, by, *, token=None, reason=WHY, mistake="test", seen=None):
    with with_errors("all"):
        seen = Concern.objects.get(pk=concern.pk).revision if seen is None else seen
    return error.propose(concern=concern, seen=seen, token=token or uuid4(), reason=reason, mistake=mistake, by=by)


def answer(entry, by, *, confirms=True, reason="Yes, I saw it.", seen=None):
    with with_errors("all"):
        seen = Concern.objects.get(pk=entry.concern_id).revision if seen is None else seen
    return error.answer(entry=entry, seen=seen, confirms=confirms, reason=reason, by=by)


def mark(concern, room):
    return answer(propose(concern, room.lead), room.deputy)


def told(person, concern):
    return list(
        Notice.objects.filter(user=person, object_id=concern.pk, opened_at=None, settled_at=None)
        .order_by("created_at", "pk")
        .values_list("kind", flat=True)
    )


def state(concern):
    with with_errors("all"):
        return Concern.objects.get(pk=concern.pk).in_error


# --- who may, and in which order


def test_one_proposes_another_confirms_and_nobody_else(room, rowan, concern):
    for outsider in (room.teacher, room.pastoral, room.office):
        with pytest.raises(NotAllowed):
            propose(concern, outsider)
    with pytest.raises(BadInput, match="Say why"):
        propose(concern, room.lead, reason=" ")
    with pytest.raises(BadInput, match="Choose what"):
        propose(concern, room.lead, mistake="")
    parent = factories.member(room.school, "deputy_lead", "Ann", "Ashdown")
    declare_conflict(user=parent, child=rowan, kind="own_child", by=room.lead, at=SCHOOL_DAY)
    entry = propose(concern, room.lead)
    assert state(concern) == "proposed"
    assert "in_error" in told(room.deputy, concern)
    assert "in_error" in told(room.headteacher, concern)
    assert not {"in_error"} & {*told(room.lead, concern), *told(parent, concern), *told(room.teacher, concern)}
    for nobody in (room.lead, room.teacher, room.pastoral, parent):
        with pytest.raises(NotAllowed):
            answer(entry, nobody)
    with pytest.raises(BadInput, match="Say why"):
        answer(entry, room.deputy, reason="")
    assert answer(entry, room.headteacher).status == "confirmed"
    assert state(concern) == "confirmed"


def test_a_double_click_the_back_button_and_a_second_lead_who_was_quicker(room, concern):
    token = uuid4()
    first = propose(concern, room.lead, token=token)
    assert propose(concern, room.lead, token=token) == first
    with pytest.raises(OutOfTurn, match="already"):
        propose(concern, room.lead)
    seen = fresh(concern).revision
    raising.amend(account=concern.account, token=uuid4(), text="It is real.", reason="more", by=room.teacher)
    with pytest.raises(ChangedSince, match="Jon Beckett"):
        answer(first, room.deputy, seen=seen)
    assert answer(first, room.deputy, confirms=False, reason="It is real.").status == "refused"
    assert answer(first, room.deputy, confirms=False, reason="It is real.").status == "refused"
    with pytest.raises(OutOfTurn, match="Nothing waits"):
        answer(first, room.headteacher)
    assert (state(concern), "error_ended" in told(room.lead, concern)) == ("", True)
    second = propose(concern, room.lead, reason="A test all the same.")
    with pytest.raises(NotAllowed, match="Only who proposed"):
        error.take_back(entry=second, by=room.deputy)
    for _ in range(2):
        assert error.take_back(entry=second, by=room.lead).status == "taken_back"
    assert "in_error" not in told(room.deputy, concern)
    confirmed = [answer(propose(concern, room.lead, reason="Third."), room.deputy) for _ in "1"]
    assert answer(confirmed[0], room.deputy) == confirmed[0]
    verbs = Event.objects.filter(object_type="concerns.enteredinerror").order_by("at").values_list("verb", flat=True)
    assert list(verbs) == ["propose", "refuse", "propose", "take_back", "propose", "confirm"]


def test_what_others_act_on_or_still_write_stays_in_the_record(room, concern):
    referred = factories.concern(room)
    decide(fresh(referred), room.lead, REFER)
    with pytest.raises(OutOfTurn, match="agency"):
        propose(referred, room.deputy)
    call = raising.call_lead(token=uuid4(), school=room.school, by=room.teacher, at=SCHOOL_DAY)
    with pytest.raises(OutOfTurn, match="still being written"):
        propose(call, room.lead)
    entry = propose(concern, room.lead)
    decide(fresh(concern), room.deputy, REFER)
    with pytest.raises(OutOfTurn, match="agency"):
        answer(entry, room.deputy)
    alone = factories.school("Beck Foot School")
    lead, teacher = factories.member(alone, "lead", "Una", "Moss"), factories.member(alone, "teacher", "Ed", "Hay")
    room.school, room.office = alone, factories.member(alone, "office", "Kay", "Lunt")
    only = factories.concern(room, by=teacher)
    with pytest.raises(OutOfTurn, match="Nobody else"):
        propose(only, lead)


# --- what it does


@contextmanager
def nowhere(client, room, rowan, concern, *words):
    """Before: each of these pages has one of the words. Inside, the concern is marked; after: none has any."""
    child = [rowan.pk]
    pages = [
        reverse("child_concerns", args=child),
        reverse("child_chronology", args=child),
        reverse("today"),
        reverse("concerns"),
        reverse("child_changes", args=child),
    ]
    client.force_login(room.headteacher)
    found = {page: client.get(page).content.decode() for page in pages}
    assert all(any(word in found[page] for word in words) for page in pages[:4])
    yield
    client.force_login(room.headteacher)
    for page in pages:
        text = client.get(page).content.decode()
        assert not any(word in text for word in words), page
    for name, data in (("find", {"q": concern.reference}), ("find_words", {"q": "zqfacts"})):
        answered = client.post(reverse(name), data, follow=True).content.decode()
        assert reverse("concern", args=[concern.pk]) not in answered
    for name in ("concern_paper", "concern_changes", "concern_access"):
        assert client.get(reverse(name, args=[concern.pk])).status_code == 404


def test_it_leaves_every_file_list_and_count_and_its_own_pages_keep_it(client, room, rowan, concern):
    open_ = act(concern, room.lead, room.pastoral, text="zqaction ring the carer")
    deciding.add_note(concern=fresh(concern), token=uuid4(), text="zqnote", by=room.lead, at=SCHOOL_DAY)
    words = (concern.reference, "zqfacts", "zqaction", "zqnote", WHY)
    with nowhere(client, room, rowan, concern, *words):
        entry = propose(concern, room.lead)
        page = client.get(reverse("concerns")).content.decode()
        assert "Proposed as entered in error" in page, "a mark, and nothing else"
        answer(entry, room.deputy)
    # Nothing of it asks for anything.
    with with_errors("all"):
        assert Action.objects.get(pk=open_.pk).status == "withdrawn"
    assert not Notice.objects.filter(object_id=open_.pk, settled_at=None, opened_at=None).exists()
    assert not set(told(room.lead, concern)) - {"error_ended"}
    assert chase_unread(at=timezone.now() + timedelta(days=9)) == 0
    assert who_sees(concern, [room.lead.pk, room.deputy.pk]) == {}
    # Its own page, who has looked, and the filter for leads.
    for person, sees in ((room.lead, True), (room.headteacher, True), (room.pastoral, False), (room.teacher, False)):
        client.force_login(person)
        answers = {
            client.get(reverse(name, args=[concern.pk])).status_code
            for name in ("concern", "concern_looked", "in_error")
        }
        assert answers == {200} if sees else answers <= {403, 404}, person
    client.force_login(room.lead)
    page = client.get(reverse("concern", args=[concern.pk]))
    text = page.content.decode()
    assert "Two people have said that this was logged by mistake" in text
    assert {"zqfacts", "zqnote", "zqaction"} <= {word for word in ("zqfacts", "zqnote", "zqaction") if word in text}
    assert not any(page.context["offered"].values())
    assert concern.reference in client.get(reverse("concerns"), {"status": "in_error"}).content.decode()
    looked = on_one_line(client.get(reverse("concern_looked", args=[concern.pk])))
    assert "A test, or practice: confirmed" in looked
    assert "Helen Okafor" in client.get(reverse("in_error", args=[concern.pk])).content.decode()


def test_its_reporter_is_told_by_which_roles_and_is_heard(client, room, rowan, concern):
    mark(concern, room)
    assert told(room.teacher, concern) == ["receipt"]
    client.force_login(room.teacher)
    for page in (reverse("my_reports"), reverse("report", args=[concern.pk]), reverse("staff_home")):
        text = on_one_line(client.get(page))
        assert "Marked as entered in error" in text, page
        assert "Designated safeguarding lead, confirmed as Deputy" in text
        assert WHY not in text
        # In school hours the first page says whom to tell of a danger.
        assert "Priya Raman, " not in text.replace("Then tell Priya Raman, ", "")
    assert client.get(reverse("report_paper", args=[concern.pk])).status_code == 200
    page = client.get(reverse("report", args=[concern.pk]))
    sent = client.post(
        reverse("report_add", args=[concern.pk]),
        {"key": page.context["key"], "text": "I meant it.", "reason": "more", "send": "1"},
    )
    assert sent.status_code in (302, 303)
    assert "added" in told(room.lead, concern)
    client.force_login(room.lead)
    assert "I meant it." in client.get(reverse("concern", args=[concern.pk])).content.decode()
    # The Headteacher hears of every one.
    assert "error_ended" in told(room.headteacher, concern)


def test_two_people_put_it_back_and_it_waits_to_be_read_again(client, room, rowan, concern):
    mark(concern, room)
    with pytest.raises(BadInput, match="put back"):
        propose(concern, room.deputy, reason="", mistake="")
    back = propose(concern, room.deputy, reason="The reporter meant it.", mistake="")
    assert (back.undoes, state(concern)) == (True, "undoing")
    assert who_sees(concern, [room.lead.pk]) == {}
    with pytest.raises(NotAllowed):
        answer(back, room.deputy)
    answer(back, room.lead)
    assert state(concern) == ""
    assert room.lead.pk in who_sees(concern, [room.lead.pk])
    assert "new_concern" in told(room.deputy, concern)
    client.force_login(room.headteacher)
    assert concern.reference in client.get(reverse("child_concerns", args=[rowan.pk])).content.decode()


# --- through the pages


def hidden(page, form):
    return {
        name: page.context[form][name].value() for name in ("token", "revision") if name in page.context[form].fields
    }


def test_through_the_pages_nothing_typed_is_lost_and_the_notice_leads_there(client, room, concern):
    here, to_answer = reverse("in_error", args=[concern.pk]), reverse("in_error_answer", args=[concern.pk])
    client.force_login(room.lead)
    page = client.get(here)
    bad = client.post(here, hidden(page, "error_form") | {"reason": "Half typed"})
    assert (bad.status_code, "Half typed" in bad.content.decode()) == (422, True)
    deciding_page = client.get(reverse("concern", args=[concern.pk]))
    typed = hidden(page, "error_form") | {"mistake": "test", "reason": WHY}
    for _ in range(2):
        assert client.post(here, typed).status_code == 302
    client.force_login(room.deputy)
    notice = Notice.objects.get(user=room.deputy, kind="in_error")
    assert client.get(reverse("notice", args=[notice.pk])).headers["Location"] == here
    assert concern.reference in client.get(reverse("today")).content.decode()
    page = client.get(here)
    assert WHY in page.content.decode()
    # The first person changes their mind, and proposes anew: the second is told, with every word of theirs.
    error.take_back(entry=EnteredInError.objects.get(concern=concern), by=room.lead)
    propose(concern, room.lead, reason="Other words.")
    says = {"revision": page.context["second_form"]["revision"].value(), "does": "confirm", "reason": "Long thought."}
    refused = client.post(to_answer, says)
    assert (refused.status_code, "Long thought." in refused.content.decode()) == (409, True)
    says["revision"] = refused.context["second_form"]["revision"].value()
    assert client.post(to_answer, says).status_code == 302
    assert client.post(to_answer, says).status_code == 302
    # A lead who was writing a note meanwhile gets it back, to copy.
    client.force_login(room.lead)
    note = {"token": deciding_page.context["note_form"]["token"].value(), "text": "Rang home at ten."}
    late = client.post(reverse("add_note", args=[concern.pk]), note)
    assert (late.status_code, "Rang home at ten." in late.content.decode()) == (409, True)
    assert "entered in error" in late.content.decode()
    assert client.post(reverse("in_error_take_back", args=[concern.pk])).status_code == 409
