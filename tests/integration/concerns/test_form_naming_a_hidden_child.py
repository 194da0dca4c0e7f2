"""A form names a child who is hidden from its writer: is it answered as for a key that was never issued, kept, and sent
without the name?

And who may read which child it was? Leads who may see the concern and the child, and nobody else, whoever asks the
database.
"""

import re
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from children.mentions import label
from children.services.access import declare_conflict
from safeguarding.accounts.models import Notice
from safeguarding.audit.context import door
from safeguarding.audit.models import Event, LogEntry, Verb
from safeguarding.concerns import tokens
from safeguarding.concerns.models import Account, Concern, ConcernChild, Draft, OutsideNote, WithheldName
from safeguarding.concerns.notice_kinds import ConcernNotice
from safeguarding.concerns.services import deciding, raising
from safeguarding.concerns.services.outside import leaving, links, settling
from safeguarding.concerns.services.telling import tell_reporter
from safeguarding.concerns.services.withholding import NOT_RECORDED
from safeguarding.concerns.verbs import ConcernVerb
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from tests import factories
from tests.factories import SCHOOL_DAY
from tests.walls import asking

from .log_page import LOG, opened, signed_in, whole

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
KEEP = "/log/keep/"


@pytest.fixture
def hazel(cast):
    """A child to whom the teacher is close."""
    hazel = factories.child(cast.school, "Hazel", "Reed", by=cast.office)
    declare_conflict(user=cast.teacher, child=hazel, kind="own_child", by=cast.headteacher, at=SCHOOL_DAY)
    return hazel


def form_with(key, form, **changes):
    """A whole form that names whatever has this key."""
    return {**whole(form), "who": [str(key)], f"{key}-role": "worried_about", **changes}


def masked(page, *keys):
    """An answer without what differs between any two: keys, times and numbers."""
    text = page.content.decode()
    for key in keys:
        text = text.replace(str(key), "KEY")
    text = re.sub(r'name="(key|csrfmiddlewaretoken|ring|next)" value="[^"]*"', "", text)
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|C-\d{4}-\d+|nonce-\S+", "ID", text)


def steps(cast, key):
    """Everything that the log form does with a child, and what each is answered: status, where to, page, and number of
    queries.
    """
    client, found = signed_in(cast.teacher), []

    def answered(post):
        with CaptureQueriesContext(connection) as asked:
            page = post()
        # Where Django asks once a process (permissions, content types) the first of two asks more: both have been
        # warmed up.
        found.append(
            (
                page.status_code,
                re.sub(r"[0-9a-f-]{36}", "ID", page.headers.get("Location", "")),
                masked(page, key),
                len(asked),
            )
        )
        return page

    address, form = opened(client)
    answered(lambda: client.post(LOG, {**form, "add": str(key)}))
    shown = answered(lambda: client.get(address))
    form |= {"knows": str(shown.context["draft"].revision), "turn": "9"}
    answered(lambda: client.post(KEEP, {**form, "who": [str(key)], "facts": "He was quiet."}))
    answered(lambda: client.post(KEEP, {**form, "who": [str(key)], "facts": "He was quiet all day."}))
    answered(lambda: Client().post(KEEP, {**form, "who": [str(key)], "facts": "He was quiet all day long."}))
    answered(lambda: client.post(LOG, form_with(key, form, facts="", place="")))
    answered(lambda: client.post(LOG, {**form, "q": "Reed", "find": ""}))
    sent = answered(lambda: client.post(LOG, form_with(key, form)))
    answered(lambda: client.post(LOG, form_with(key, form)))
    report = answered(lambda: client.get(sent["Location"]))
    for page in ("/my-reports/", "/"):
        answered(lambda page=page: client.get(page, follow=True))
    assert "He was quiet at register." in report.content.decode()
    return found


def test_every_step_of_the_log_form_answers_as_for_a_key_that_was_never_issued(cast, hazel):
    steps(cast, uuid4())
    hidden, never = [], []
    for key, into in ((hazel.pk, hidden), (uuid4(), never)):
        into += steps(cast, key)
    # The lists of one's own reports grow by one each time, whatever was on the form.
    for number, (one, other) in enumerate(zip(hidden[:-2], never[:-2], strict=True)):
        assert one == other, number
    assert [one[:2] for one in hidden] == [one[:2] for one in never]
    assert all(status in (200, 302, 303) for status, *_ in hidden)
    text = "".join(page for _, _, page, _ in hidden)
    assert "Hazel" not in text and "sent without the name" in text


def test_it_is_sent_without_the_name_and_the_name_waits_for_leads_who_may_see_both(cast, hazel):
    client = signed_in(cast.teacher)
    _, form = opened(client)
    page = client.post(LOG, form_with(hazel.pk, form), follow=True)
    assert "Sent to the safeguarding leads." in page.content.decode()
    assert "is not on this school’s list, so the report does not name them" in page.content.decode()
    concern = Concern.objects.get()
    named = concern.children.get()
    assert (named.child, named.kind, named.description, named.role) == (None, "not_yet", NOT_RECORDED, "worried_about")
    row = WithheldName.objects.get()
    assert (row.child_key, row.named, row.author, row.status) == (hazel.pk, named, cast.teacher, "waiting")
    assert Event.objects.filter(verb=Verb.CREATE, object_id=row.pk, actor_id=cast.teacher.pk).count() == 1
    # A lead sees the name on the page of the concern; the reporter opens neither that page nor the one of the name.
    lead = signed_in(cast.lead)
    shown = lead.get(reverse("concern", args=[concern.pk])).content.decode()
    its_page = reverse("withheld_name", args=[concern.pk, row.pk])
    assert "A name was left out" in shown and "Hazel Reed" in shown and its_page in shown
    assert "Hazel Reed" in lead.get(its_page).content.decode()
    for person, status in ((cast.teacher, 403), (cast.pastoral, 403), (cast.office, 403)):
        assert signed_in(person).get(its_page).status_code == status


def test_a_lead_from_whom_the_child_is_hidden_too_sees_no_name_and_no_panel(cast, hazel):
    declare_conflict(user=cast.deputy, child=hazel, kind="relative", by=cast.headteacher, at=SCHOOL_DAY)
    client = signed_in(cast.teacher)
    client.post(LOG, form_with(hazel.pk, opened(client)[1]))
    concern, row = Concern.objects.get(), WithheldName.objects.get()
    its_page = reverse("withheld_name", args=[concern.pk, row.pk])
    for person, sees in ((cast.lead, True), (cast.headteacher, True), (cast.deputy, False)):
        reader = signed_in(person)
        page = reader.get(reverse("concern", args=[concern.pk]))
        assert page.status_code == 200
        assert ("A name was left out" in page.content.decode()) is sees
        assert reader.get(its_page).status_code == (200 if sees else 404)
    with pytest.raises((NotAllowed, OutOfTurn, WithheldName.DoesNotExist)), asking(cast.deputy):
        deciding.refuse_withheld(row=row, reason="No.", by=cast.deputy)


ROW = "SELECT id FROM concerns_withheldname"


def test_as_raw_sql_only_leads_who_may_see_the_concern_and_the_child_read_the_row(cast, hazel):
    declare_conflict(user=cast.deputy, child=hazel, kind="relative", by=cast.headteacher, at=SCHOOL_DAY)
    client = signed_in(cast.teacher)
    client.post(LOG, form_with(hazel.pk, opened(client)[1]))
    row, there = WithheldName.objects.get(), factories.staffroom("Weir Road Primary School")
    sees = (cast.lead, cast.headteacher)
    sees_not = (cast.teacher, cast.deputy, cast.pastoral, cast.office, cast.assistant, there.lead, None)
    for role in ("web", "worker"):
        for person in (*sees, *sees_not):
            with asking(person, role), transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(ROW)
                found = {key for (key,) in cursor.fetchall()}
                decided = (
                    "UPDATE concerns_withheldname SET status = 'refused', decided_at = now(), decided_by_id = "
                    "%s RETURNING id"
                )
                cursor.execute(decided, [person and person.pk])
                changed = cursor.fetchall()
                transaction.set_rollback(True)
            if person is None and role == "worker":
                # What nobody is named for shows the worker no more than its own tables.
                assert not found
                continue
            assert found == ({row.pk} if person in sees else set()), (role, person)
            assert bool(changed) is (person in sees), (role, person)
    # Nor through a door, but that of who leaves it behind, which shows nothing.
    for name in ("naming", "reporting", "acting", "unsent"):
        with asking(cast.teacher), door(name), connection.cursor() as cursor:
            cursor.execute(ROW)
            assert cursor.fetchall() == [], name


def sent_by_the_teacher(cast, key, **changes):
    client = signed_in(cast.teacher)
    sent = client.post(LOG, form_with(key, opened(client)[1], **changes))
    return client, sent["Location"], Concern.objects.get()


def test_a_lead_adds_the_child_and_the_report_stays_its_authors(cast, hazel):
    client, report, concern = sent_by_the_teacher(cast, hazel.pk)
    before = client.get(report).content.decode()
    lead, row = signed_in(cast.lead), WithheldName.objects.get()
    its_page, its_file = reverse("withheld_name", args=[concern.pk, row.pk]), reverse("child_concerns", args=[hazel.pk])
    assert concern.reference not in lead.get(its_file).content.decode()
    for _ in range(2):
        assert lead.post(its_page, {"does": "add"}).status_code == 302
    assert concern.reference in lead.get(its_file).content.decode()
    assert concern.children.get().child == hazel
    row.refresh_from_db()
    assert (row.status, row.decided_by) == ("added", cast.lead)
    assert Event.objects.filter(verb=Verb.CONFIRM, object_id=row.pk, actor_id=cast.lead.pk).count() == 1
    assert "A name was left out" not in lead.get(reverse("concern", args=[concern.pk])).content.decode()
    # To its author it is what it was: the report, the list, receipts, and what is added to it.
    for page in (report, "/my-reports/"):
        text = client.get(page, follow=True).content.decode()
        assert concern.reference in text and "Hazel" not in text
    assert "A child not named yet" in before and "A child not named yet" in client.get(report).content.decode()
    receipts = Notice.objects.filter(user=cast.teacher, kind=ConcernNotice.RECEIPT, object_id=concern.pk)
    was = receipts.count()
    tell_reporter(Concern.objects.get(), by=cast.lead, at=SCHOOL_DAY)
    assert receipts.count() == was + 1
    key = client.get(report).context["key"]
    added = client.post(
        reverse("report_add", args=[concern.pk]), {"key": key, "text": "He ate nothing.", "reason": "more", "send": ""}
    )
    assert added.status_code == 303 and "He ate nothing." in client.get(report).content.decode()


def test_an_author_who_leads_loses_the_concern_and_keeps_the_report(cast, hazel):
    declare_conflict(user=cast.deputy, child=hazel, kind="relative", by=cast.headteacher, at=SCHOOL_DAY)
    client = signed_in(cast.deputy)
    report = client.post(LOG, form_with(hazel.pk, opened(client)[1]))["Location"]
    concern, row = Concern.objects.get(), WithheldName.objects.get()
    page = reverse("concern", args=[concern.pk])
    assert client.get(page).status_code == 200
    deciding.add_withheld(row=row, child=hazel, by=cast.lead)
    assert client.get(page).status_code == 404
    assert concern.reference not in client.get(reverse("concerns")).content.decode()
    assert "He was quiet at register." in client.get(report, follow=True).content.decode()
    # Another colleague who is close to the child sees neither.
    declare_conflict(user=cast.assistant, child=hazel, kind="relative", by=cast.headteacher, at=SCHOOL_DAY)
    with asking(cast.assistant):
        assert not Account.objects.filter(concern=concern).exists()


def test_no_log_and_no_history_tells_a_lead_who_chose_the_child_that_there_is_such_a_child(cast, hazel):
    """Whoever leads reads the log of the school, and what has changed: a name that somebody decided about was one."""
    declare_conflict(user=cast.deputy, child=hazel, kind="relative", by=cast.headteacher, at=SCHOOL_DAY)
    client, pages = signed_in(cast.deputy), []
    for key in (hazel.pk, uuid4()):
        client.post(LOG, form_with(key, opened(client)[1]))
        concern = Concern.objects.latest("number")
        lead = signed_in(cast.lead)
        lead.get(reverse("concern", args=[concern.pk]))
        if key == hazel.pk:
            row = WithheldName.objects.get(concern=concern)
            its_page = reverse("withheld_name", args=[concern.pk, row.pk])
            assert lead.get(its_page).status_code == 200
            assert lead.post(its_page, {"does": "refuse", "reason": "She meant Rowan."}).status_code == 302
        looked = [reverse(name, args=[concern.pk]) for name in ("concern_changes", "concern_looked")]
        found = [client.get(page).content.decode() for page in (*looked, reverse("concern", args=[concern.pk]))]
        pages.append([re.sub("<[^>]+>", "", text) for text in found])
    assert not LogEntry.objects.filter(record_id=row.pk).exists()
    for one, other in zip(*pages, strict=True):
        assert ("left out" in one, "She meant" in one, "withheld" in one.lower()) == (False, False, False)
        assert ("left out" in other) is False
    log = client.get(reverse("event_log")).content.decode()
    assert "left out" not in log.lower() and "withheld" not in log.lower()
    assert Event.objects.filter(object_id=row.pk, verb=ConcernVerb.REFUSE).exists()


def test_a_lead_says_no_with_a_reason_that_only_those_read_who_may_see_the_child(cast, hazel):
    client, report, concern = sent_by_the_teacher(cast, hazel.pk)
    lead, row = signed_in(cast.lead), WithheldName.objects.get()
    its_page = reverse("withheld_name", args=[concern.pk, row.pk])
    without = lead.post(its_page, {"does": "refuse", "reason": ""})
    assert without.status_code == 422 and "Say why the child is not added" in without.content.decode()
    for _ in range(2):
        assert lead.post(its_page, {"does": "refuse", "reason": "She meant Rowan."}).status_code == 302
    row.refresh_from_db()
    assert (row.status, row.reason, row.decided_by) == ("refused", "She meant Rowan.", cast.lead)
    assert Event.objects.filter(verb=ConcernVerb.REFUSE, object_id=row.pk).count() == 1
    assert "She meant Rowan." in lead.get(reverse("concern", args=[concern.pk])).content.decode()
    assert "She meant Rowan." not in client.get(report).content.decode()
    with pytest.raises(OutOfTurn):
        deciding.add_withheld(row=row, child=hazel, by=cast.headteacher)
    with pytest.raises(BadInput):
        deciding.add_withheld(row=row, child=factories.child(cast.school, by=cast.office), by=cast.lead)
    assert concern.children.get().child is None


def test_linking_the_child_by_hand_settles_what_waits_and_the_report_stays(cast, hazel):
    client, report, concern = sent_by_the_teacher(cast, hazel.pk)
    deciding.link_child(named=concern.children.get(), child=hazel, by=cast.lead)
    assert WithheldName.objects.get().status == "added"
    assert client.get(report).status_code == 200
    # Of a child whom the reporter described, and did not choose, a conflict hides the report, as ever.
    described = factories.concern(
        cast, children=[raising.ChildEntry(role="worried_about", kind="unnamed", description="Girl, Year 3")]
    )
    deciding.link_child(named=described.children.get(), child=hazel, by=cast.lead)
    assert client.get(reverse("report", args=[described.pk])).status_code == 404


def test_the_words_for_the_child_read_as_they_were_typed(cast, hazel):
    said = f"I sat with {label(hazel.full_name, hazel.pseudonym)} at lunch."
    client = signed_in(cast.teacher)
    _, form = opened(client)
    asked = client.post(LOG, form_with(hazel.pk, form, facts=said))
    assert "say who you mean by “Hazel Reed”" in asked.content.decode()
    pointed = re.search(r'name="pointed" value="([^"]+)"', asked.content.decode())[1]
    form = {"key": asked.context["key"], "knows": str(asked.context["draft"].revision), "pointed": pointed}
    report = client.post(LOG, form_with(hazel.pk, form, facts=said))["Location"]
    for reader, address in (
        (client, report),
        (signed_in(cast.lead), reverse("concern", args=[Concern.objects.get().pk])),
    ):
        assert "I sat with Hazel Reed at lunch." in reader.get(address).content.decode()
    # So does one that was never issued.
    _, other = opened(client)
    unknown = client.post(LOG, form_with(uuid4(), other, facts=said.replace(hazel.pseudonym, "k7f3q2m9xd")))
    assert "say who you mean by “Hazel Reed”" in unknown.content.decode()


# --- other forms


@pytest.mark.parametrize("signed_in_still", [True, False])
def test_a_call_that_names_the_child_is_made_without_the_name(cast, hazel, signed_in_still):
    answers = []
    for key in (hazel.pk, uuid4()):
        client = signed_in(cast.teacher)
        signed = client.get("/call/").context["form"]["key"].value()
        sender = client if signed_in_still else Client()
        for typed in ({"line": "Come now"}, {"line": "Come now"}):
            page = sender.post("/call/", {"key": signed, "child": str(key), **typed})
        answers.append(
            (page.status_code, masked(page, key), re.sub("[0-9a-f-]{36}", "ID", page.headers.get("Location", "")))
        )
        concern = Concern.objects.latest("number")
        assert [(row.child, row.description) for row in concern.children.all()] == [(None, NOT_RECORDED)]
        assert WithheldName.objects.get(concern=concern).child_key == key
        # The account of it begins with what was said, and is finished as any other.
        shown = client.get(f"/log/{concern.token}/")
        assert shown.status_code == 200
        finish = {"key": shown.context["key"], "who": ["unnamed-1"], "unnamed-1-role": "worried_about"}
        described = whole(finish, facts="Come now. She cried.", **{"unnamed-1-description": "The girl from lunch"})
        assert (
            client.post(LOG, {**described, "who": ["unnamed-1"], "unnamed-1-role": "worried_about"}).status_code == 303
        )
    assert answers[0] == answers[1]


def test_a_police_notice_that_names_the_child_is_taken_without_the_name(cast, hazel):
    declare_conflict(user=cast.office, child=hazel, kind="own_child", by=cast.headteacher, at=SCHOOL_DAY)
    answers, client = [], signed_in(cast.office)
    for key in (hazel.pk, uuid4()):
        page = client.get(reverse("take_police_notice"))
        form = {
            "key": page.context["key"],
            "who": [str(key)],
            "happened_on_day": "23",
            "happened_on_month": "11",
            "happened_on_year": "2026",
            "came_on_day": "24",
            "came_on_month": "11",
            "came_on_year": "2026",
            "came_at": "7:40am",
            "force": "Fictional Constabulary, PC Jo Lane",
            "said": "Shouting, no injury.",
        }
        lacking = client.post(reverse("take_police_notice"), {**form, "said": "", "send": ""})
        assert str(key) in lacking.content.decode() and "A child on this form" in lacking.content.decode()
        taken = client.post(reverse("take_police_notice"), {**form, "send": ""})
        concern = Concern.objects.latest("number")
        assert taken.status_code == 303 and WithheldName.objects.get(concern=concern).child_key == key
        answers.append((masked(lacking, key), masked(client.get(taken["Location"]), key)))
    assert answers[0] == answers[1]


@pytest.mark.parametrize("form", ["link_child", "declare_conflict", "staff_concern_child"])
def test_forms_that_choose_one_child_find_neither(cast, hazel, form):
    """Their answer is that of any key that is not there: nothing was typed on them that could be lost."""
    declare_conflict(user=cast.deputy, child=hazel, kind="own_child", by=cast.headteacher, at=SCHOOL_DAY)
    described = factories.concern(
        cast, children=[raising.ChildEntry(role="worried_about", kind="unnamed", description="Girl, Year 3")]
    )
    client = signed_in(cast.deputy)
    address = {
        "link_child": reverse("link_child", args=[described.children.get().pk]),
        "declare_conflict": reverse("declare_conflict"),
        "staff_concern_child": reverse("staff_concern_child", args=[uuid4()]),
    }[form]
    name = "add" if form == "staff_concern_child" else "child"
    answers = [client.post(address, {name: str(key)}) for key in (hazel.pk, uuid4())]
    assert answers[0].status_code == answers[1].status_code < 500
    assert masked(answers[0], hazel.pk) == masked(answers[1])


# --- a conflict that is declared while a form is open


def test_a_draft_stays_its_authors_when_its_child_is_hidden_from_them_meanwhile(cast):
    rowan = factories.child(cast.school, by=cast.office)
    client = signed_in(cast.teacher)
    address, form = opened(client)
    client.post(LOG, {**form, "add": str(rowan.pk)})
    form |= {"knows": str(Draft.objects.get().revision), "turn": "9"}
    declare_conflict(user=cast.teacher, child=rowan, kind="own_child", by=cast.headteacher, at=SCHOOL_DAY)
    page = client.get(address)
    assert (
        page.status_code == 200
        and "A child on this form" in page.content.decode()
        and "Rowan" not in page.content.decode()
    )
    assert client.post(KEEP, {**form, "who": [str(rowan.pk)], "facts": "He was quiet."}).status_code == 200
    assert client.post(LOG, form_with(rowan.pk, form)).status_code == 303
    assert WithheldName.objects.get().child_key == rowan.pk and not Draft.objects.exists()


def test_a_form_whose_concern_is_hidden_meanwhile_goes_on_as_one_that_was_never_sent(cast):
    rowan = factories.child(cast.school, by=cast.office)
    client = signed_in(cast.teacher)
    address, form = opened(client)
    client.post(LOG, whole(form, rowan))
    first = Concern.objects.get()
    declare_conflict(user=cast.teacher, child=rowan, kind="own_child", by=cast.headteacher, at=SCHOOL_DAY)
    assert client.get(reverse("report", args=[first.pk])).status_code == 404
    assert client.get(address).status_code == 200
    assert client.post(KEEP, {**form, "who": [str(rowan.pk)], "facts": "He told me more."}).status_code == 200
    for _ in range(2):
        assert client.post(LOG, form_with(rowan.pk, form, facts="He told me more.")).status_code == 303
    assert client.post(KEEP, {**form, "who": [str(rowan.pk)], "facts": "He told me more."}).status_code == 200
    second = Concern.objects.exclude(pk=first.pk).get()
    assert second.account.facts == "He told me more." and not Draft.objects.exists()
    assert client.get(address)["Location"] == reverse("report", args=[second.pk])


def test_the_account_of_a_call_whose_child_is_hidden_meanwhile_is_still_sent(cast):
    rowan = factories.child(cast.school, by=cast.office)
    called = raising.call_lead(token=uuid4(), school=cast.school, by=cast.teacher, child=rowan, line="Come now")
    client = signed_in(cast.teacher)
    form = {"key": client.get(f"/log/{called.token}/").context["key"]}
    assert client.post(KEEP, {**form, "facts": "Come now. He", "who": [str(rowan.pk)]}).status_code == 200
    declare_conflict(user=cast.teacher, child=rowan, kind="own_child", by=cast.headteacher, at=SCHOOL_DAY)
    assert client.post(KEEP, {**form, "facts": "Come now. He cried.", "who": [str(rowan.pk)]}).status_code == 200
    assert client.post(LOG, form_with(rowan.pk, form, facts="Come now. He cried.")).status_code == 303
    sent = Concern.objects.exclude(pk=called.pk).get()
    assert sent.account.facts == "Come now. He cried." and not Draft.objects.exists()
    assert signed_in(cast.lead).get(reverse("concern", args=[sent.pk])).status_code == 200


def test_a_note_from_outside_stays_with_whoever_types_a_hidden_child_into_its_form(cast, hazel):
    """Its form is one's own, and says nothing that its writer has not typed; from others who are close to the child it
    is hidden.
    """
    declare_conflict(user=cast.deputy, child=hazel, kind="own_child", by=cast.headteacher, at=SCHOOL_DAY)
    declare_conflict(user=cast.lead, child=hazel, kind="relative", by=cast.headteacher, at=SCHOOL_DAY)
    link = links.make_link(school=cast.school, by=cast.headteacher)
    left = leaving.Left(how_soon=2, name="Ann Poole", agency="", contact="", about_child="A girl", facts="Seen crying.")
    leaving.leave_note(link=link, token=uuid4(), left=left, at=SCHOOL_DAY)
    note = OutsideNote.objects.get()
    token = settling.take_up(note=note, content={"facts": ["Seen crying."]}, by=cast.deputy)
    client, key = signed_in(cast.deputy), tokens.issue(cast.deputy, token, school_id=cast.school.pk)
    client.post(KEEP, {"key": key, "who": [str(hazel.pk)], "facts": "Seen crying."})
    address = reverse("outside_note", args=[note.pk])
    assert client.get(address).status_code == 200
    assert signed_in(cast.headteacher).get(address).status_code == 200
    assert signed_in(cast.lead).get(address).status_code == 404


def test_where_no_reader_may_see_the_child_whoever_may_is_told_and_the_author_is_not(cast, hazel):
    for person in (cast.lead, cast.deputy):
        declare_conflict(user=person, child=hazel, kind="relative", by=cast.headteacher, at=SCHOOL_DAY)
    before = Notice.objects.count()
    sent_by_the_teacher(cast, hazel.pk)
    told = {(notice.user, notice.kind) for notice in Notice.objects.order_by("created_at", "pk")[before:]}
    assert (cast.headteacher, ConcernNotice.ADDED) in told
    assert cast.teacher not in {user for user, _ in told}
    assert not ConcernChild.objects.filter(child=hazel).exists()
