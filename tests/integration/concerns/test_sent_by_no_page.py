"""What happens to what no page sends, or sends a second time?

It is refused in words, loses nothing and shows nothing.
"""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from children.models import ImportRun
from safeguarding.concerns import tokens
from safeguarding.concerns.models import Action, Amendment, ConcernChild, ConcernNote, Decision, Draft
from safeguarding.concerns.services import deciding
from safeguarding.concerns.services.drafts import save_draft
from safeguarding.concerns.services.raising import ChildEntry, amend
from safeguarding.exceptions import OutOfTurn
from tests import factories
from tests.pdfs import Printed

pytestmark = pytest.mark.django_db

DECISION = {"level": "2", "kind": "in_school", "rationale": "It fits.", "parents_told": "yes", "receipt": ""}
BOY = ChildEntry(role="worried_about", kind="unnamed", description="Boy, Year 3, red coat")


@pytest.mark.parametrize("wrong", [{"review_on": "2026-13-45"}, {"revision": "-" + "9" * 20}])
def test_a_decision_with_junk_in_it_is_asked_for_again(client, room, wrong):
    concern = factories.concern(room)
    client.force_login(room.lead)
    sent = DECISION | {"token": uuid4(), "revision": concern.revision} | wrong
    answer = client.post(reverse("decide", args=[concern.pk]), sent)
    assert answer.status_code == 422
    assert "It fits." in answer.content.decode()
    assert not Decision.objects.exists()


def test_an_action_for_a_day_that_is_none_is_asked_for_again(client, room):
    concern = factories.concern(room)
    client.force_login(room.lead)
    sent = {"token": uuid4(), "text": "Ring the nurse", "owner": room.teacher.pk, "due_on": "2027-02-31"}
    answer = client.post(reverse("add_action", args=[concern.pk]), sent)
    assert answer.status_code == 422
    assert "Ring the nurse" in answer.content.decode()
    assert not Action.objects.exists()


def test_a_day_of_twenty_digits_is_no_real_date(client, room):
    client.force_login(room.teacher)
    sent = {
        "key": tokens.issue(room.teacher, school_id=room.school.pk),
        "send": "1",
        "facts": "He was quiet.",
        "observed_on_day": "9" * 20,
        "observed_on_month": "1",
        "observed_on_year": "2026",
    }
    page = client.post(reverse("log_concern"), sent).content.decode()
    assert "must be a real date" in page
    assert "He was quiet." in page


def test_half_a_body_is_a_refusal_and_not_an_error(client):
    answer = client.generic("POST", reverse("log_concern"), b"x", content_type="multipart/form-data")
    assert answer.status_code == 400


def test_columns_are_told_only_of_a_file_that_has_some(client, room):
    run = ImportRun(school=room.school, file_name="list.xml", size=1, uploaded_by=room.office, format="ctf")
    run.save(force_insert=True)
    client.force_login(room.office)
    assert client.post(reverse("import_columns", args=[run.pk]), {"column_0": "upn"}).status_code == 422


def test_a_report_on_paper_does_not_say_whom_a_lead_took_the_child_to_be(client, room):
    concern = factories.concern(room, children=[BOY])
    child = factories.child(room.school, "Rowan", "Ashdown", by=room.office)
    deciding.link_child(named=concern.children.get(), child=child, by=room.lead)
    client.force_login(room.teacher)
    report = Printed(client.get(reverse("report_paper", args=[concern.pk])).content).text
    assert "red coat" in report
    assert "Ashdown" not in report
    client.force_login(room.lead)
    assert "Ashdown" in Printed(client.get(reverse("concern_paper", args=[concern.pk])).content).text


def test_an_action_at_another_school_names_no_child_to_a_lead_of_this_one(client, room):
    there = factories.staffroom("Gorse Hill Academy")
    factories.give_role(user=room.lead, school=there.school, role_key="teacher", starts_on=factories.LONG_AGO)
    for cast, words in ((room, "Ring the nurse"), (there, "Save him a seat")):
        name = "Ashdown" if cast is room else "Thornbury"
        child = factories.child(cast.school, "Rowan", name, by=cast.office)
        concern = factories.concern(cast, children=[ChildEntry(role="worried_about", child=child)])
        by = cast.deputy
        due = {"due_on": factories.SCHOOL_DAY.date(), "at": factories.SCHOOL_DAY}
        deciding.add_action(concern=concern, token=uuid4(), text=words, owner=room.lead, by=by, **due)
    client.force_login(room.lead)
    for name in ("my_actions", "today"):
        page = client.get(reverse(name)).content.decode()
        assert "Ring the nurse" in page
        assert "Ashdown" in page
        assert "Save him a seat" in page
        assert "Thornbury" not in page


def test_a_child_linked_meanwhile_is_not_linked_to_another(room):
    named = factories.concern(room, children=[BOY]).children.get()
    stale = ConcernChild.objects.get(pk=named.pk)
    first, second = (factories.child(room.school, name, by=room.office) for name in ("Rowan", "Hazel"))
    deciding.link_child(named=named, child=first, by=room.lead)
    with pytest.raises(OutOfTurn):
        deciding.link_child(named=stale, child=second, by=room.deputy)
    assert ConcernChild.objects.get(pk=named.pk).child == first


def test_a_page_gone_back_to_and_sent_with_other_words_loses_none(room):
    concern = factories.concern(room)
    note, action, addition = uuid4(), uuid4(), uuid4()
    for words in ("First", "First", "Second", "Second"):
        deciding.add_note(concern=concern, token=note, text=words, by=room.lead)
        deciding.add_action(
            concern=concern,
            token=action,
            text=words,
            owner=room.pastoral,
            due_on=factories.SCHOOL_DAY.date(),
            by=room.lead,
            at=factories.SCHOOL_DAY,
        )
        amend(account=concern.account, token=addition, text=words, reason="exact", by=room.teacher)
    for model in (ConcernNote, Action, Amendment):
        assert sorted(one.text for one in model.objects.all()) == ["First", "Second"]


def test_what_is_said_after_saving_is_not_in_a_cookie(client, room):
    concern = factories.concern(room)
    client.force_login(room.lead)
    answer = client.post(
        reverse("rename_concern", args=[concern.pk]), {"title": "Late and hungry", "revision": concern.revision}
    )
    assert answer.status_code == 302
    assert "messages" not in answer.cookies
    assert "Title saved." in client.get(answer["Location"]).content.decode()


@pytest.mark.parametrize(
    "moment", ["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "2026-11-24T10:00:00+20:00"]
)
def test_a_place_in_a_list_that_is_none_does_not_break_the_list(client, room, moment):
    child = factories.child(room.school, by=room.office)
    client.force_login(room.lead)
    for name in ("concerns", "inbox", "my_reports"):
        assert client.get(reverse(name), {"before": f"{moment}_{uuid4()}"}).status_code == 200
    place = {"before": f"{moment}_{uuid4()}_note"}
    assert client.get(reverse("child_chronology", args=[child.pk]), place).status_code == 200


def test_a_draft_is_kept_whatever_its_fields_are_called(client, room):
    key = tokens.issue(room.teacher, school_id=room.school.pk)
    client.force_login(room.teacher)
    assert client.post(reverse("log_autosave"), {"key": key, "fa\x00cts": "He was quiet."}).status_code == 200
    assert Draft.objects.get().content["facts"] == ["He was quiet."]


def test_a_lead_who_opens_an_unsent_addition_reads_what_would_be_added(client, room):
    concern = factories.concern(room)
    draft = save_draft(
        token=uuid4(),
        school_id=room.school.pk,
        author_id=room.teacher.pk,
        about=concern.pk,
        content={"text": ["He ate nothing."], "reason": ["more"]},
        at=factories.SCHOOL_DAY - timedelta(days=7),
    )
    client.force_login(room.lead)
    page = client.post(reverse("unsent_draft", args=[draft.pk]), {"reason": "The author is ill."}, follow=True)
    assert "He ate nothing." in page.content.decode()
