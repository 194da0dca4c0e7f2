"""Are colleagues added by who gives roles alone, whole or not at all, and is the first start theirs to give?"""

import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from safeguarding.accounts import services
from safeguarding.accounts.models import ClassTaught, Reset, RoleAssignment, User
from safeguarding.accounts.permissions import rights
from safeguarding.accounts.roles import ACTING_LEAD, ROLES, Capability, with_capability
from safeguarding.accounts.second_person import TAKES_TWO
from safeguarding.accounts.services import classes, new_staff
from safeguarding.accounts.services.new_staff import Joiner
from safeguarding.accounts.titles import Titles
from safeguarding.exceptions import BadInput, NotAllowed, OutOfTurn
from tests import factories
from tests.factories import LONG_AGO
from tests.walls import asking

pytestmark = pytest.mark.django_db
today = timezone.localdate
GIVERS = ("lead", "headteacher")


@pytest.fixture
def room():
    """A school in which everybody has signed in before."""
    found = factories.staffroom()
    User.objects.update(last_login=timezone.now())
    return found


def add(room, *joiners, by=None):
    return new_staff.add_staff(school=room.school, joiners=joiners, starts_on=today(), by=by or room.headteacher)


def joiner(role="teacher", first="Nell", last="Ashby", **more):
    return Joiner(first, last, role, **more)


def read(client, user, text, name="staff.csv"):
    client.force_login(user)
    day = {f"first_day_{part}": getattr(today(), part) for part in ("day", "month", "year")}
    file = SimpleUploadedFile(name, text.encode(), content_type="text/csv")
    return client.post(reverse("add_staff_file"), {"file": file} | day)


def confirm(client, page, **more):
    rows = page.context["form"].initial["rows"]
    return client.post(reverse("confirm_staff"), {"rows": rows, "starts_on": today().isoformat()} | more)


def ask(user, by, room, what="password"):
    return services.ask_reset(user=user, school_id=room.school.pk, what=what, how="seen", by=by)


@pytest.mark.parametrize("who", ["teacher", "office", "deputy", *GIVERS])
def test_who_gives_roles_adds_staff_and_nobody_else(client, room, who):
    user = getattr(room, who)
    allowed = who in GIVERS
    client.force_login(user)
    assert client.get(reverse("add_staff")).status_code == (200 if allowed else 403)
    assert client.get(reverse("staff_example")).status_code == (200 if allowed else 403)
    assert read(client, user, "First name,Last name,Role\nNell,Ashby,Teacher\n").status_code == (
        200 if allowed else 403
    )
    if not allowed:
        with pytest.raises(NotAllowed):
            add(room, joiner(), by=user)


def test_a_list_is_added_whole_or_with_what_is_wrong_ticked_away(client, room):
    factories.child(room.school, by=room.office)
    text = (
        "Forename;Surname;Job title;Form;Email\n"
        "Nell;Ashby;Class teacher;5b;\n"
        "Nell;Ashby;TA;;\n"
        "Jon;Beckett;Teacher;;\n"
        ";Marsh;Teacher;;\n"
        "Omar;Dent;Wizard;;\n"
        "Ivy;Dunn;Office;;not an address\n"
        "Ida;Dell;Teacher;7Q;\n"
        "Noor;Ashby;head;;n.ashby@example.sch.uk\n"
    )
    page = read(client, room.headteacher, text)
    good = {one.joiner.full_name: one.joiner for one in page.context["good"]}
    assert set(good) == {"Nell Ashby", "Noor Ashby"}
    assert (good["Nell Ashby"].username, good["Noor Ashby"].username) == ("n.ashby", "n.ashby2")
    assert good["Nell Ashby"].classes == ("5B",), "as the school writes it"
    wrong = {one.number: " ".join(one.problems) for one in page.context["bad"]}
    assert set(wrong) == {3, 4, 5, 6, 7, 8}
    for number, words in {
        3: "twice",
        4: "works here already",
        5: "First name is missing",
        6: "Wizard",
        7: "valid email",
        8: "no class 7Q",
    }.items():
        assert words in wrong[number]
    assert not User.objects.filter(last_name="Ashby").exists()

    assert confirm(client, page).status_code == 422
    assert not User.objects.filter(last_name="Ashby").exists()
    assert confirm(client, page, leave_out="on").url == reverse("add_staff")
    added = User.objects.filter(last_name="Ashby")
    assert {user.added_by_id for user in added} == {room.headteacher.pk}
    assert all(user.is_new for user in added)
    nell = added.get(first_name="Nell")
    assert Titles(room.school.pk).role(nell, today()) == "class teacher 5B"
    assert rights(nell).held[0].class_name == "5B"


def test_titles_that_schools_use_become_the_roles_they_mean(client, room):
    meant = {
        "DSL": "lead",
        "Deputy DSL": "deputy_lead",
        "DDSL": "deputy_lead",
        "Principal": "headteacher",
        "LSA": "teaching_assistant",
        "Midday": "midday",
        "School office": "office",
        "IT technician": "it_admin",
        "DPO": "dpo",
    }
    rows = "".join(f"Nell,{'Ashby' * n},{title}\n" for n, title in enumerate(meant, start=1))
    page = read(client, room.headteacher, f"First name,Last name,Role\n{rows}")
    assert [one.joiner.role_key for one in page.context["good"]] == list(meant.values())


def test_one_that_cannot_be_written_takes_all_others_along(room):
    with pytest.raises(BadInput):
        add(room, joiner(), joiner(first="Ivy", username=room.teacher.username.upper()))
    assert not User.objects.filter(last_name="Ashby").exists()


@pytest.mark.parametrize(
    "text",
    ["", "Name,Post\nNell Ashby,Teacher\n", "First name,Last name,Role\n", "%PDF-1.7", "PK\x03\x04workbook"],
)
def test_a_file_that_is_no_such_list_says_why(client, room, text):
    page = read(client, room.headteacher, text)
    assert page.status_code == 422
    assert page.context["list_form"].errors["file"]


@pytest.mark.parametrize(
    "rows",
    ["", "[]", "[1]", "{", '[{"number": "x"}]', json.dumps([{"number": "9" * 5000}]), json.dumps([{}] * 501)],
)
def test_rows_that_did_not_come_from_the_page_are_refused(client, room, rows):
    client.force_login(room.headteacher)
    answer = client.post(reverse("confirm_staff"), {"rows": rows, "starts_on": today().isoformat()})
    assert answer.status_code == 422
    assert not User.objects.filter(added_by=room.headteacher).exists()


def test_a_namesake_is_added_only_where_it_is_said(client, room):
    client.force_login(room.headteacher)
    day = {f"starts_on_{part}": getattr(today(), part) for part in ("day", "month", "year")}
    typed = {"first_name": "Jon", "last_name": "Beckett", "role": "teacher"} | day
    assert client.post(reverse("add_staff"), typed).status_code == 422
    page = client.post(reverse("add_staff"), typed | {"namesake": "on"})
    assert page.status_code == 200
    confirm(client, page, namesakes="True")
    assert User.objects.filter(first_name="Jon", last_name="Beckett").count() == 2
    # Back, and once more: under the user name that was shown there is somebody by now.
    assert confirm(client, page, namesakes="True").status_code == 422
    assert User.objects.filter(first_name="Jon", last_name="Beckett").count() == 2


def test_what_comes_back_is_cleaned_as_what_was_read(client, room):
    client.force_login(room.headteacher)
    rows = json.dumps([{"number": "2", "first_name": "Nell\x00\u202e", "last_name": "Ashby ", "role": "teacher"}])
    assert client.post(reverse("confirm_staff"), {"rows": rows, "starts_on": today().isoformat()}).status_code == 302
    assert User.objects.get(last_name="Ashby").first_name == "Nell"


def test_who_added_an_account_gives_both_halves_of_its_first_start_and_nobody_else_alone(room):
    [new] = add(room, joiner("office"))
    assert ask(new, room.headteacher, room).other_half
    assert not ask(new, room.lead, room).other_half, "the lead has not added it"
    given = ask(new, room.headteacher, room)
    services.use_reset(reset=given.reset, password="kettle-orchard-nine-bells")
    # From then on it is an account like any other.
    new.refresh_from_db()
    assert not ask(new, room.headteacher, room).other_half


@pytest.mark.parametrize("role", TAKES_TWO)
def test_a_role_that_reads_what_its_giver_may_not_takes_two_from_the_beginning(room, role):
    [new] = add(room, joiner(role))
    asked = ask(new, room.headteacher, room)
    assert not asked.other_half
    assert services.confirm_reset(reset=asked.reset, how="seen", by=room.lead).half


def test_every_other_role_reads_no_more_than_who_gives_it():
    """What a role opens that a giver's does not, beside its own reports, has to be among those that take two."""
    opens = {
        Capability.VIEW_CONCERNS,
        Capability.STAND_IN,
        "view_child_details",
        "view_restricted",
        "read_staff_concerns",
    }
    opens |= {"read_about_head", "view_addresses"}
    for giver in with_capability(Capability.GIVE_ROLES):
        for role in ROLES.values():
            if role.key not in (*TAKES_TWO, ACTING_LEAD):
                assert role.capabilities & opens <= ROLES[giver].capabilities, (giver, role.key)


def test_nobody_gives_such_a_role_to_somebody_they_let_in_alone(room):
    [new] = add(room, joiner("teacher"))
    given = ask(new, room.headteacher, room)
    with pytest.raises(NotAllowed, match="You alone let Nell Ashby in"):
        services.assign_role(user=new, school=room.school, role_key="chair", starts_on=today(), by=room.headteacher)
    # Another may: two people know of it then. What was given before is good for nothing.
    services.assign_role(user=new, school=room.school, role_key="chair", starts_on=today(), by=room.lead)
    with pytest.raises(OutOfTurn):
        services.use_reset(reset=given.reset, password="kettle-orchard-nine-bells")


SECONDS = ("lead", "deputy_lead", "it_admin")


@pytest.mark.parametrize("role", SECONDS)
def test_nobody_makes_a_second_person_for_themselves(room, role):
    """Who adds an account and lets it in alone is both: as two they would take the Headteacher's account over."""
    [new] = add(room, joiner(role), by=room.lead)
    asked = ask(new, room.lead, room)
    assert not asked.other_half
    assert services.confirm_reset(reset=asked.reset, how="seen", by=room.headteacher).half

    [other] = add(room, joiner(last="Penn"), by=room.lead)
    assert ask(other, room.lead, room).other_half
    with pytest.raises(NotAllowed, match="You alone let Nell Penn in"):
        services.assign_role(user=other, school=room.school, role_key=role, starts_on=today(), by=room.lead)
    services.assign_role(user=other, school=room.school, role_key=role, starts_on=today(), by=room.headteacher)


def test_who_is_the_only_one_lets_in_the_first_lead_alone():
    school = factories.school()
    head = factories.member(school, "headteacher", "Helen", "Okafor")
    lead, deputy = new_staff.add_staff(
        school=school, joiners=[joiner("lead"), joiner("deputy_lead", last="Penn")], starts_on=today(), by=head
    )

    def first_start(user):
        return services.ask_reset(user=user, school_id=school.pk, what="password", how="seen", by=head)

    with asking(head):
        both, late = first_start(lead), first_start(deputy)
    assert both.other_half
    services.use_reset(reset=both.reset, password="kettle-orchard-nine-bells")
    # From now on there is a second person.
    with pytest.raises(OutOfTurn):
        services.use_reset(reset=late.reset, password="kettle-orchard-nine-bells")
    assert not first_start(deputy).other_half


def test_the_database_holds_to_it(room):
    """An account with a password, under another's name, or by somebody who gives no roles; a start that takes two."""
    [chair] = add(room, joiner("chair"))
    [new] = add(room, joiner("office", last="Penn"))
    [deputy] = add(room, joiner("deputy_lead", last="Dell"))

    def account(by, **more):
        user = User(username=f"x.{by.username}", first_name="X", last_name="Y", added_by=by)
        user.set_unusable_password()
        for name, value in more.items():
            setattr(user, name, value)
        user.save(force_insert=True)

    def start(user, by):
        Reset.objects.create(
            user=user, school=room.school, what="password", asked_by=by, asked_at=timezone.now(), asked_how="seen",
            first_half="a", second_half="b", alone=True, confirmed_at=timezone.now(),
        )  # fmt: skip

    refused = [
        (room.teacher, lambda: account(room.teacher)),
        (room.headteacher, lambda: account(room.lead)),
        (room.headteacher, lambda: account(room.headteacher, password="argon2$known")),
        (room.headteacher, lambda: User.objects.filter(pk=new.pk).update(added_by=room.lead)),
        (room.lead, lambda: start(new, room.lead)),
        (room.headteacher, lambda: start(chair, room.headteacher)),
        (room.headteacher, lambda: start(deputy, room.headteacher)),
        (room.teacher, lambda: ClassTaught.objects.create(
            user=room.teacher, school=room.school, class_name="1A", starts_on=today())),
    ]  # fmt: skip
    for who, write in refused:
        with asking(who), pytest.raises(ProgrammingError), transaction.atomic():
            write()
    with asking(room.headteacher):
        account(room.headteacher)
        start(new, room.headteacher)
        for role in ("chair", "it_admin"):
            with pytest.raises(ProgrammingError), transaction.atomic():
                RoleAssignment.objects.create(user=new, school=room.school, role_key=role, starts_on=today())


def test_who_begins_later_is_listed_and_let_in_from_the_first_day(client, room):
    later = today() + timedelta(days=9)
    [new] = new_staff.add_staff(school=room.school, joiners=[joiner()], starts_on=later, by=room.headteacher)
    assert (new, later) in new_staff.not_signed_in_yet(room.school, on=today())
    client.force_login(room.headteacher)
    page = client.get(reverse("add_staff"))
    assert "their first day" in page.content.decode()
    assert client.get(reverse("ask_reset", args=[new.pk])).status_code == 404


def test_classes_begin_and_end_beside_the_role(client, room):
    client.force_login(room.lead)
    assert client.post(reverse("give_class", args=[room.teacher.pk]), {"class_name": "6A"}).status_code == 302
    assert client.post(reverse("give_class", args=[room.teacher.pk]), {"class_name": "6A"}).status_code == 422
    assert Titles(room.school.pk).role(room.teacher, today()) == "class teacher 5B and 6A"
    assert Titles(room.school.pk).role(room.teacher, today() - timedelta(days=1)) == "class teacher 5B"
    assert classes.who_teaches(room.school.pk, "6A", on=today()) == [room.teacher]
    taught = ClassTaught.objects.get(user=room.teacher, class_name="5B")
    assert "5B" in client.get(reverse("person_access", args=[room.teacher.pk])).content.decode()
    address = reverse("end_class", args=[room.teacher.pk, taught.pk])
    client.force_login(room.deputy)
    assert client.post(address).status_code == 403
    client.force_login(room.lead)
    client.post(address)
    assert Titles(room.school.pk).role(room.teacher, today() + timedelta(days=1)) == "class teacher 6A"
    with pytest.raises(BadInput):
        classes.end_class(taught=taught, last_day=LONG_AGO - timedelta(days=1), by=room.lead)


def test_access_opens_with_what_needs_a_look_and_what_was_given(client, room):
    add(room, joiner("office"))
    client.force_login(room.headteacher)
    page = client.get(reverse("access_home")).content.decode()
    order = ["cannot sign in yet", 'id="given"', 'id="roles"', 'id="staff"']
    places = [" ".join(page.split()).find(words) for words in order]
    assert -1 not in places
    assert places == sorted(places)


def test_a_list_of_sixty_is_looked_at_with_as_many_queries_as_one_of_three(room, client):
    def asked(number):
        rows = "".join(f"Nell{n},Ashby{n},Class teacher\n" for n in range(number))
        with CaptureQueriesContext(connection) as queries:
            page = read(client, room.headteacher, "First name,Last name,Role\n" + rows)
        assert f"n.ashby{number - 1}" in page.content.decode(), "each has a user name of their own"
        return len(queries)

    asked(3)
    assert asked(60) == asked(3)
