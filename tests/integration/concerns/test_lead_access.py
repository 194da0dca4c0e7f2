"""Who may open and send each page of safeguarding leads? One table, allowed and refused side by side."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from safeguarding.audit.models import Event, Verb
from safeguarding.concerns.models import Action, Concern
from safeguarding.concerns.services import deciding
from safeguarding.concerns.services.raising import ChildEntry, call_lead
from tests import factories
from tests.matrix.asking import refusals_without_frame, same_cookies, taken_back

pytestmark = pytest.mark.django_db

PEOPLE = ("teacher", "pastoral", "lead", "deputy", "headteacher", "elsewhere", "leaver", "nobody")
# What each gets: ok 200, go a redirect after saving, no 403 (the page is not for that role), none 404 (there is nothing
# there for them), in the way to the sign-in page.
LEADS = {"lead": "ok", "deputy": "ok", "headteacher": "ok"}
SAVES = {"lead": "go", "deputy": "go", "headteacher": "go"}
STAFF = {"teacher": "no", "pastoral": "no"}
AWAY = {"leaver": "no", "nobody": "in"}
OF_SCHOOL = STAFF | AWAY | {"elsewhere": "none"}
OWN_LISTS = STAFF | AWAY | {"elsewhere": "ok"}

# name of the page, what is sent (None: only opened), who gets what
TABLE = [
    ("today", None, LEADS | OWN_LISTS),
    ("concerns", None, LEADS | OWN_LISTS),
    ("concerns_paper", None, LEADS | OWN_LISTS),
    ("concerns_file", {"status": ""}, LEADS | OWN_LISTS),
    ("find", None, LEADS | OWN_LISTS),
    ("find", {"q": "Ashdown"}, LEADS | OWN_LISTS),
    ("find", {"q": "C-2026-0001"}, SAVES | OWN_LISTS),
    ("find_words", {"q": "register"}, LEADS | OWN_LISTS),
    ("concern", None, LEADS | OF_SCHOOL),
    ("child_concerns", None, LEADS | OF_SCHOOL),
    ("answer_call", {"answer": "coming"}, SAVES | OF_SCHOOL),
    ("decide", "decision", SAVES | OF_SCHOOL),
    ("add_note", {"text": "Rang the carer."}, SAVES | OF_SCHOOL),
    ("add_action", "action", SAVES | OF_SCHOOL),
    ("close_concern", {"outcome": "helped_in_school", "reason": "Settled.", "receipt": "in_school"}, SAVES | OF_SCHOOL),
    ("reopen_concern", {"reason": "It happened again."}, SAVES | OF_SCHOOL),
    ("rename_concern", {"title": "Late and hungry"}, SAVES | OF_SCHOOL),
    ("link_child", None, LEADS | OF_SCHOOL),
    ("link_child", {"q": "Ashdown"}, LEADS | OF_SCHOOL),
    ("link_child", "child", SAVES | OF_SCHOOL),
    ("actions_adrift", None, LEADS | OWN_LISTS),
    ("hand_over", "owner", SAVES | OF_SCHOOL),
    ("unlink_child", "linked", SAVES | OF_SCHOOL),
    ("ask_reporter", {"text": "Which arm did he hold?"}, SAVES | OF_SCHOOL),
    ("reclassify_concern", {"kind": "NEG", "reason": "Third time."}, SAVES | OF_SCHOOL),
    # What somebody was given to do is theirs to see and to end, whatever the role; it is nobody else's but the leads'.
    ("my_actions", None, LEADS | AWAY | {"teacher": "ok", "pastoral": "ok", "elsewhere": "ok"}),
    ("action", None, LEADS | AWAY | {"teacher": "none", "pastoral": "ok", "elsewhere": "none"}),
    (
        "action",
        {"result": "Rang them.", "do": "complete"},
        SAVES | AWAY | {"teacher": "none", "pastoral": "go", "elsewhere": "none"},
    ),
    (
        "action",
        {"result": "Not needed.", "do": "withdraw"},
        SAVES | AWAY | {"teacher": "none", "pastoral": "no", "elsewhere": "none"},
    ),
]
CODES = {200: "ok", 302: "go", 403: "no", 404: "none"}


class School:
    """A school with a concern in each state that a page needs, and everybody of the table."""

    def __init__(self):
        room = self.room = factories.staffroom()
        self.people = {name: getattr(room, name) for name in ("teacher", "pastoral", "lead", "deputy", "headteacher")}
        self.people["elsewhere"] = factories.member(factories.school("Gorse Hill Academy"), "lead", "Ann", "Else")
        leaver = factories.person("Max", "Gone")
        factories.give_role(
            user=leaver, school=room.school, role_key="lead", starts_on=date(2020, 9, 1), ends_on=date(2026, 7, 31)
        )
        self.people["leaver"] = leaver
        self.child = factories.child(room.school, by=room.office)
        self.concern = self._logged()
        self.action = deciding.add_action(
            concern=self.concern,
            token=uuid4(),
            text="Ring the carer",
            owner=room.pastoral,
            due_on=factories.SCHOOL_DAY.date(),
            by=room.lead,
            at=factories.SCHOOL_DAY,
        )
        self.concern.refresh_from_db()

    def more_concerns(self):
        """The concern of each page for which a new one does not do."""
        lead, linked = self.room.lead, self._logged()
        deciding.link_child(named=linked.children.get(), child=self.child, by=lead)
        decided = self._decided(lead)
        closed = deciding.close_concern(
            concern=self._decided(lead),
            seen=decided.revision,
            outcome="helped_in_school",
            reason="Settled.",
            receipt="in_school",
            by=lead,
        )
        called = call_lead(token=uuid4(), school=self.room.school, by=self.room.teacher)
        return {
            "answer_call": called,
            "close_concern": decided,
            "reopen_concern": closed,
            "unlink_child": linked,
        }

    def _logged(self):
        unnamed = ChildEntry(role="witness", kind="unnamed", description="Boy, Year 3, red coat")
        return factories.concern(self.room, children=[unnamed])

    def _decided(self, lead):
        ruling = deciding.Ruling(level=1, kind="in_school", rationale="Watch.", parents_told="yes", receipt="watching")
        concern = self._logged()
        deciding.decide(concern=concern, token=uuid4(), seen=concern.revision, ruling=ruling, by=lead)
        return Concern.objects.get(pk=concern.pk)

    def address(self, page, concern):
        match page:
            case (
                "today"
                | "concerns"
                | "concerns_file"
                | "concerns_paper"
                | "find"
                | "find_words"
                | "my_actions"
                | "actions_adrift"
            ):
                return reverse(page)
            case "child_concerns":
                return reverse(page, args=[self.child.pk])
            case "link_child":
                return reverse(page, args=[concern.children.get().pk])
            case "action" | "hand_over":
                return reverse(page, args=[self.action.pk])
            case _:
                return reverse(page, args=[concern.pk])

    def sent(self, what, concern):
        own = {"token": str(uuid4()), "revision": concern.revision}
        match what:
            case "decision":
                return own | {"level": 1, "kind": "in_school", "rationale": "Watch.", "parents_told": "yes"}
            case "action":
                return own | {
                    "text": "Ring",
                    "owner": self.people["teacher"].pk,
                    "due_on": date.today() + timedelta(days=3),
                }
            case "owner":
                return {"owner": self.people["teacher"].pk, "due_on": date.today() + timedelta(days=3)}
            case "linked":
                return own | {"named": concern.children.get().pk, "reason": "His cousin."}
            case "child":
                return {"child": self.child.pk}
            case _:
                return own | what


def test_who_gets_what():
    """Over one school: every answer is taken back before the next person asks."""
    school = School()
    concerns, browsers, wrong = school.more_concerns(), {"nobody": Client()}, []
    for name, person in school.people.items():
        browsers[name] = Client()
        browsers[name].force_login(person)
    for page, what, expected in TABLE:
        concern = concerns.get(page, school.concern)
        address, sent = school.address(page, concern), None if what is None else school.sent(what, concern)
        for name in PEOPLE:
            with taken_back(), refusals_without_frame(), same_cookies(browsers[name]) as browser:
                answer = browser.get(address) if sent is None else browser.post(address, sent)
            to_sign_in = answer.status_code == 302 and answer["Location"].startswith(reverse("account_login"))
            found = "in" if to_sign_in else CODES.get(answer.status_code, answer.status_code)
            if found != expected[name]:
                wrong.append(f"{page}, sent {what}: {name} gets {found}, not {expected[name]}")
    assert not wrong, "\n".join(wrong)


def test_every_page_of_leads_is_in_the_table():
    from safeguarding.concerns.urls import urlpatterns

    modules = (".actions", ".concern_list", ".deciding", ".finding", ".lists")
    of_leads = {p.name for p in urlpatterns if p.callback.__module__.endswith(modules)}
    assert of_leads == {page for page, _, _ in TABLE}


def test_a_record_that_is_not_yours_answers_like_one_that_never_was(client):
    school = School()
    client.force_login(school.people["elsewhere"])
    real = client.get(reverse("concern", args=[school.concern.pk]))
    none = client.get(reverse("concern", args=[uuid4()]))
    assert (real.status_code, real.content) == (none.status_code, none.content)
    assert Concern.objects.get(pk=school.concern.pk).status == Concern.Status.NEW


def test_what_is_refused_is_recorded_and_changes_nothing(client):
    school = School()
    client.force_login(school.people["teacher"])
    client.post(reverse("action", args=[school.action.pk]), {"result": "Done.", "do": "complete"})
    assert Action.objects.get(pk=school.action.pk).status == Action.Status.TO_DO
    assert Event.objects.filter(verb=Verb.DENY, actor_id=school.people["teacher"].pk).count() == 1


def test_an_owner_sees_the_task_and_whom_to_ask_and_nothing_else_of_the_concern(client):
    room = factories.staffroom()
    child = factories.child(room.school, "Rowan", "Ashdown", by=room.office)
    concern = factories.concern(
        room,
        facts="Facts of the account.",
        child_words="Words of a child.",
        children=[ChildEntry("worried_about", child)],
    )
    action = deciding.add_action(
        concern=concern,
        token=uuid4(),
        text="Ring the carer about Thursday",
        owner=room.pastoral,
        due_on=date.today() + timedelta(days=3),
        by=room.lead,
    )
    client.force_login(room.pastoral)
    for address in (reverse("my_actions"), reverse("action", args=[action.pk])):
        page = client.get(address).content.decode()
        assert "Ring the carer about Thursday" in page
        assert concern.reference in page
        for secret in ("Rowan", "Ashdown", "Facts of the account", "Words of a child", "Beckett", str(concern.pk)):
            assert secret not in page
    assert "Priya Raman" in client.get(reverse("action", args=[action.pk])).content.decode()


def test_somebody_who_has_left_the_school_no_longer_sees_what_was_to_be_done_there(client):
    room = factories.staffroom()
    yesterday = timezone.now() - timedelta(days=1)
    mover = factories.member(room.school, "pastoral", "Carla", "Moved", ends_on=timezone.localdate(yesterday))
    factories.give_role(
        user=mover, school=factories.school("Gorse Hill Academy"), role_key="pastoral", starts_on=date(2020, 9, 1)
    )
    due = {"due_on": timezone.localdate(), "at": yesterday}
    action = deciding.add_action(
        concern=factories.concern(room), token=uuid4(), text="Ring", owner=mover, by=room.lead, **due
    )
    client.force_login(mover)
    assert client.get(reverse("action", args=[action.pk])).status_code == 404
    assert "Nothing to do" in client.get(reverse("my_actions")).content.decode()
