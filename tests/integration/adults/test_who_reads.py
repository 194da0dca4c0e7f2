"""Who reads a concern about an adult, and who never does? Every role, and the adult it is about, whatever they hold."""

import re
from datetime import timedelta
from random import Random

import pytest
from django.urls import reverse

from children.grants import viewing
from safeguarding.accounts.models import Notice, RoleAssignment
from safeguarding.accounts.roles import ROLES
from safeguarding.accounts.services import record_absence
from safeguarding.adults.models import AdultNamed, Raised, StaffConcern, StaffConcernGrant, StaffEntry
from safeguarding.adults.permissions import decides
from safeguarding.adults.services import access, naming, patterns, routing, working
from safeguarding.audit.models import Event
from safeguarding.audit.protection import may_view, who_sees
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from safeguarding.keys import uuid7
from tests import factories

pytestmark = pytest.mark.django_db
TODAY = factories.SCHOOL_DAY.date()
FACTS = "He shouted at a child in the corridor."


def told(kind: str = "adults") -> set[str]:
    return {notice.user.first_name for notice in Notice.objects.filter(kind=kind).select_related("user")}


def reads(concern: StaffConcern, place) -> dict[str, list[str]]:
    people = {held.user_id: held.user for held in RoleAssignment.objects.select_related("user")}
    return {people[key].first_name: why for key, why in who_sees(concern, people).items()}


def test_each_role_reads_what_the_matrix_says(place):
    """Domain reference 7, "Allegations/low-level staff": the Headteacher alone; the chair only about the
    Headteacher.
    """
    for key in set(ROLES) - {held.role_key for held in RoleAssignment.objects.all()}:
        factories.member(place.school, key, key.title(), "Other")
    about_teacher = place.concern()
    about_head = place.concern(user=place.room.headteacher, facts="She signed for a trip that nobody had checked.")
    assert reads(about_teacher, place) == {"Helen": ["role"]}
    assert reads(about_head, place) == {"Ines": ["role"]}
    assert not who_sees(about_teacher, [factories.member(factories.school(), "headteacher", "Olive", "Marsh").pk])
    assert told() == {"Helen", "Ines"}


@pytest.mark.parametrize(
    ("raised_as", "recipient", "expected"),
    [
        ("low_level", "headteacher", {"Helen"}),
        ("low_level", "lead", {"Helen", "Priya"}),
        ("unsure", "lead", {"Helen"}),
        ("harm", "lead", {"Helen"}),
    ],
)
def test_the_school_chooses_who_receives_low_level_ones(place, raised_as, recipient, expected):
    with pytest.raises(NotAllowed):
        access.choose_recipient(school=place.school, recipient=recipient, by=place.room.lead)
    access.choose_recipient(school=place.school, recipient=recipient, by=place.room.headteacher)
    assert set(reads(place.concern(raised_as=raised_as), place)) == expected
    # Who receives it is told; whoever could read it besides is not rung for each.
    assert told() == ({"Priya"} if "Priya" in expected else {"Helen"})
    assert set(reads(place.concern(raised_as=raised_as, user=place.room.lead, facts="Late again."), place)) == {"Helen"}


def test_found_to_be_harm_it_leaves_the_lead_who_received_it_and_the_headteacher_is_told(place):
    access.choose_recipient(school=place.school, recipient="lead", by=place.room.headteacher)
    concern = working.open_staff_concern(concern=place.concern(), by=place.room.lead)
    assert told() == {"Priya"}
    working.assess(
        concern=concern, token=concern.pk, seen=1, threshold="harm", reason="He held her arm.", by=place.room.lead
    )
    assert set(reads(concern, place)) == {"Helen"}
    assert told() == {"Priya", "Helen"}


def test_a_lead_who_finds_harm_saves_it_on_the_page_and_reads_it_no_longer(client, place):
    access.choose_recipient(school=place.school, recipient="lead", by=place.room.headteacher)
    concern = place.concern()
    client.force_login(place.room.lead)
    page = reverse("staff_concern", args=[concern.pk])
    assert client.get(page).status_code == 200
    sent = {"form": "assess", "token": str(uuid7()), "revision": "1", "threshold": "harm", "reason": "He held her arm."}
    answer = client.post(reverse("staff_concern_write", args=[concern.pk]), sent)
    assert (answer.status_code, answer["Location"]) == (302, reverse("staff_concerns"))
    assert client.get(page).status_code == 404
    concern.refresh_from_db()
    assert concern.threshold == "harm"
    assert StaffEntry.objects.get(kind="assessment").text == "He held her arm."
    assert told() == {"Priya", "Helen"}


def test_the_chair_undoes_a_wrong_name_and_hands_it_back_to_the_headteacher(client, place):
    concern, head = place.concern(), place.room.headteacher
    named = naming.name_adult(concern=concern, part="involved", user=head, by=head)
    Notice.objects.filter(user=head).delete()
    client.force_login(place.chair)
    assert client.get(reverse("staff_concern_people", args=[concern.pk])).status_code == 200
    answer = client.post(reverse("staff_concern_unname", args=[concern.pk, named.pk]))
    assert (answer.status_code, answer["Location"]) == (302, reverse("home"))
    assert set(reads(concern, place)) == {"Helen"}
    assert Notice.objects.get(user=head).object_id == concern.pk, "whoever reads it again is told"
    named.refresh_from_db()
    assert named.withdrawn_by == place.chair
    client.force_login(head)
    assert client.get(reverse("staff_concern_people", args=[concern.pk])).status_code == 200


def test_a_lead_who_is_chosen_reads_no_concern_that_was_closed_before(place, clock):
    head = place.room.headteacher
    before, during = place.concern(facts="Before."), place.concern(facts="During.")
    closed(before, head)
    clock.shift(timedelta(hours=1))
    access.choose_recipient(school=place.school, recipient="lead", by=head)
    assert "Priya" not in reads(before, place)
    assert "Priya" in reads(during, place)
    closed(during, head)
    clock.shift(timedelta(hours=1))
    # Another number of the LADO is no other choice.
    access.choose_recipient(school=place.school, recipient="lead", lado_telephone="0161 496 0000", by=head)
    assert "Priya" in reads(during, place)
    access.choose_recipient(school=place.school, recipient="headteacher", by=head)
    clock.shift(timedelta(hours=1))
    access.choose_recipient(school=place.school, recipient="lead", by=head)
    assert "Priya" not in reads(during, place)


def closed(concern, by):
    now = working.open_staff_concern(concern=concern, by=by)
    steps = {"concern": now, "reason": "As told.", "by": by}
    now = working.assess(token=uuid7(), seen=now.revision, threshold="low_level", **steps)
    now = working.record_outcome(token=uuid7(), seen=now.revision, outcome="spoken", **steps)
    working.close_staff_concern(token=uuid7(), seen=now.revision, **steps)


def test_what_was_made_of_several_is_for_who_reads_each_of_them(client, place):
    head, lead = place.room.headteacher, place.room.lead
    first, second = place.concern(facts="Late."), place.concern(facts="Late again.")
    seen = patterns.together(first, lambda model: model.objects.visible_to(head))
    review = patterns.look_together(
        concern=first, token=uuid7(), seen=seen, found="watch", reason="Both at the gate.", by=head
    )
    access.give_access(concern=first, user=lead, reason="Was there.", last_day=TODAY + timedelta(days=3), by=head)
    together = reverse("staff_concern_together", args=[first.pk])
    for reader, told_of_it in ((head, True), (lead, False)):
        client.force_login(reader)
        assert ("Both at the gate." in client.get(together).content.decode()) is told_of_it
    access.choose_recipient(school=place.school, recipient="lead", by=head)
    assert may_view(lead, review), "who receives low-level ones reads each"
    now = working.open_staff_concern(concern=second, by=head)
    working.assess(concern=now, token=uuid7(), seen=now.revision, threshold="harm", reason="He held her arm.", by=head)
    assert not may_view(lead, review)


def test_without_a_headteacher_in_school_the_chair_reads_it_too(place):
    record_absence(user=place.room.headteacher, starts_on=TODAY, ends_on=TODAY + timedelta(days=2), by=place.room.lead)
    concern = place.concern(raised_as="harm")
    assert set(reads(concern, place)) == {"Helen", "Ines"}
    assert told() == {"Helen", "Ines"}
    RoleAssignment.objects.filter(role_key="headteacher").update(ends_on=TODAY - timedelta(days=1))
    assert set(reads(place.concern(facts="Again."), place)) == {"Ines"}


def test_where_nobody_could_read_it_it_is_not_taken_and_somebody_is_asked_to_name_a_reader(client, place):
    RoleAssignment.objects.filter(role_key="chair").update(ends_on=TODAY - timedelta(days=1))
    client.force_login(place.room.assistant)
    sent = {
        "token": str(place.school.pk),
        "raised_as": "low_level",
        "person": str(place.room.headteacher.pk),
        "facts": FACTS,
    }
    page = client.post(reverse("raise_staff_concern"), sent)
    assert page.status_code == 409
    assert "LADO" in page.content.decode()
    assert FACTS in page.content.decode()
    assert not StaffConcern.objects.exists()
    # Told without a word of why, and not the person it is about.
    assert told("appoint") == {"Priya"}
    with pytest.raises(BadInput, match="LADO"):
        place.raised(user=place.room.headteacher)
    # Of two Headteachers the other reads what is about one.
    second = factories.member(place.school, "headteacher", "Hugo", "Lund")
    about_head = place.concern(user=place.room.headteacher, facts="Of two.")
    assert set(reads(about_head, place)) == {"Hugo"}
    RoleAssignment.objects.filter(user=second).update(ends_on=TODAY - timedelta(days=1))
    # About anybody else the Headteacher reads it.
    assert client.post(reverse("raise_staff_concern"), sent | {"person": str(place.room.teacher.pk)}).status_code == 302


def test_the_last_reader_who_leaves_is_missed(place):
    place.concern(user=place.room.headteacher)
    assert routing.ask_where_nobody_reads() == 0
    RoleAssignment.objects.filter(role_key="chair").update(ends_on=TODAY - timedelta(days=1))
    assert routing.ask_where_nobody_reads() == 1
    assert told("appoint") == {"Priya"}
    assert routing.ask_where_nobody_reads() == 0, "once a day"


def test_nobody_whom_an_unread_one_names_is_told_that_somebody_must_be_named(place):
    room, yesterday = place.room, TODAY - timedelta(days=1)
    concern = place.concern(user=room.lead)
    factories.give_role(user=room.deputy, school=place.school, role_key="lead", starts_on=factories.LONG_AGO)
    read_by_all = place.concern(user=room.deputy, facts="Another matter.")
    RoleAssignment.objects.filter(role_key="chair").update(ends_on=yesterday)
    # The last reader is involved: the lead, whom it is about, gives roles too and is not asked; whom another names that
    # is read, is.
    naming.name_adult(concern=concern, user=room.headteacher, part="involved", by=room.headteacher)
    assert "Priya" not in told("appoint")
    assert "Helen" not in told("appoint")
    assert may_view(room.headteacher, read_by_all)
    assert room.deputy.first_name in told("appoint")
    Notice.objects.all().delete()
    # Where it names everybody who gives roles, nobody can be asked, and nothing says that somebody was.
    RoleAssignment.objects.filter(user=room.deputy, role_key="lead").update(ends_on=yesterday)
    assert routing.ask_where_nobody_reads() == 0
    assert not Notice.objects.exists()
    assert not Event.objects.filter(verb="ask").exists()


@pytest.mark.parametrize("seed", range(6))
def test_whoever_is_named_somebody_reads_it_and_nobody_who_is_named(place, seed):
    """Whatever roles people hold, whoever is named in whichever order, whatever was given: the denial stands, and a
    reader is left.
    """
    chance = Random(seed)
    room = place.room
    people = [room.teacher, room.lead, room.deputy, room.headteacher, place.chair, room.pastoral]
    for person in chance.sample(people, 2):
        for role in chance.sample(["headteacher", "lead", "chair", "trust_lead"], 2):
            if not RoleAssignment.objects.filter(user=person, role_key=role).exists():
                factories.give_role(user=person, school=place.school, role_key=role, starts_on=factories.LONG_AGO)
    access.choose_recipient(school=place.school, recipient=chance.choice(["lead", "headteacher"]), by=room.headteacher)
    about = chance.choice(people)
    if routing.nobody_reads(place.school.pk, {about.pk}):
        with pytest.raises(BadInput):
            place.raised(user=about)
        return
    concern, named = place.concern(user=about, by=chance.choice([about, room.assistant])), {about}
    for person in chance.sample(people, 3):
        reader = next((one for one in people if decides(one, concern)), None)
        if reader is None or person in named:
            continue
        try:
            naming.name_adult(concern=concern, user=person, part="involved", by=reader)
        except BadInput as refused:
            assert "nobody could be asked" in str(refused)
            continue
        named.add(person)
    for person in named:
        _give_everything(concern, person)
        assert not may_view(person, concern), person.first_name
        assert not AdultNamed.objects.visible_to(person).filter(staff_concern=concern).exists()
    left = [one for one in people if may_view(one, concern)]
    assert left or Notice.objects.filter(kind="appoint").exists()


def _give_everything(concern, person):
    """Access by name, past the service that would refuse it."""
    StaffConcernGrant.objects.create(
        content_object=concern,
        school_id=concern.school_id,
        user=person,
        permission=viewing(StaffConcern),
        reason="x",
        expires_on=TODAY + timedelta(days=9),
        granted_by=person,
    )


@pytest.mark.parametrize("who", ["headteacher", "lead", "teacher"])
def test_the_adult_it_is_about_finds_it_nowhere(client, place, who):
    """No list, page, address, notice, event log or number; and nothing different from a record that never was."""
    adult = getattr(place.room, who)
    access.choose_recipient(school=place.school, recipient="lead", by=place.room.headteacher)
    before = _everything_seen(client, adult)
    concern = place.concern(user=adult, facts="Zwischenfall with a child.")
    reader = place.chair if who == "headteacher" else place.room.headteacher
    client.force_login(reader)
    assert client.get(reverse("staff_concern", args=[concern.pk])).status_code == 200
    assert concern.reference in client.get(reverse("staff_concerns")).content.decode()
    words = Raised.objects.get()
    assert _everything_seen(client, adult) == before
    never = place.school.pk
    for name in ("staff_concern", "staff_concern_people", "staff_concern_together", "staff_concern_write"):
        answers = [client.get(reverse(name, args=[key])) for key in (concern.pk, never)]
        assert answers[0].status_code == answers[1].status_code in (403, 404)
        assert _plain(answers[0], concern.pk) == _plain(answers[1], never)
    assert client.get(reverse("own_staff_concern", args=[words.pk])).status_code == 404
    assert not Notice.objects.filter(user=adult, object_id=concern.pk).exists()


def _everything_seen(client, person) -> dict[str, tuple[int, int]]:
    """Of each page that lists something: its answer, and how many entries of its navigation wait.

    No word of the concern is in any.
    """
    client.force_login(person)
    pages = ("home", "inbox", "event_log", "staff_concerns", "own_staff_concerns", "today", "staff_home", "access_home")
    found = {}
    for name in pages:
        answer = client.get(reverse(name), follow=True)
        text = answer.content.decode()
        told = [word for word in ("staffconcern", "Zwischenfall", *_references()) if word in text]
        assert not told, f"{name} says {told}"
        found[name] = (answer.status_code, text.count('class="hb-count'))
    return found


def _references() -> list[str]:
    return list(StaffConcern._base_manager.values_list("reference", flat=True))


def _plain(answer, key) -> str:
    text = answer.content.decode().replace(str(key), "KEY")
    return re.sub(r'csrfmiddlewaretoken" value="[^"]*|[0-9a-f]{8}-[0-9a-f-]{27}', "", text)


def test_access_by_name_opens_one_concern_to_read_and_ends_by_itself(client, place, clock):
    concern, room = place.concern(raised_as="harm"), place.room
    give = {"concern": concern, "reason": "Sits in the meeting.", "last_day": TODAY + timedelta(days=3)}
    with pytest.raises(NotAllowed):
        access.give_access(user=room.deputy, by=room.lead, **give)
    with pytest.raises(BadInput):
        access.give_access(user=room.teacher, by=room.headteacher, **give)
    with pytest.raises(BadInput):
        access.give_access(user=room.lead, by=room.headteacher, **give | {"reason": " "})
    grant = access.give_access(user=room.lead, by=room.headteacher, **give)
    with pytest.raises(OutOfTurn):
        access.give_access(user=room.lead, by=room.headteacher, **give)
    client.force_login(room.lead)
    page = reverse("staff_concern", args=[concern.pk])
    assert client.get(page).status_code == 200
    concern.refresh_from_db()
    assert concern.status == "raised", "access by name reads, and marks nothing as read"
    assert (
        client.post(reverse("staff_concern_write", args=[concern.pk]), {"form": "note", "text": "x"}).status_code == 403
    )
    assert client.get(reverse("staff_concern", args=[place.concern(facts="Another.").pk])).status_code == 404
    clock.move_to(factories.SCHOOL_DAY + timedelta(days=4))
    client.force_login(room.lead)
    assert client.get(page).status_code in (403, 404)
    clock.move_to(factories.SCHOOL_DAY)
    # A session of a day to come is over.
    client.logout()
    client.force_login(room.lead)
    access.withdraw_access(grant=grant, reason="The meeting is over.", by=room.headteacher)
    assert client.get(page).status_code == 403


def test_whoever_is_named_later_is_out_at_once_and_the_chair_comes_in(client, place):
    concern, head = place.concern(), place.room.headteacher
    client.force_login(head)
    assert client.get(reverse("staff_concern", args=[concern.pk])).status_code == 200
    sent = {"part": "involved", "person": str(head.pk)}
    assert client.post(reverse("staff_concern_name", args=[concern.pk]), sent).status_code == 302
    assert client.get(reverse("staff_concern", args=[concern.pk])).status_code == 404
    assert set(reads(concern, place)) == {"Ines"}
    assert "Ines" in told()
    named = AdultNamed.objects.get(staff_concern=concern, part="about")
    with pytest.raises(OutOfTurn, match="always about somebody"):
        naming.withdraw_adult(named=named, by=place.chair)
