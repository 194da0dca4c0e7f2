"""How does a real installation begin? With a school and its first person, from the terminal."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from safeguarding.accounts.management.commands import add_person as command
from safeguarding.accounts.models import RoleAssignment, School, User
from safeguarding.accounts.permissions import may
from safeguarding.audit.models import Event, Verb
from safeguarding.dates import full_day
from tests import factories

pytestmark = pytest.mark.django_db
GOOD = "a-lighthouse-keeps-watch"


def run(*arguments):
    out = StringIO()
    call_command(*arguments, stdout=out, stderr=out)
    return out.getvalue()


@pytest.fixture
def types(monkeypatch):
    """`types(...)`: what the person at the terminal types when asked for a password."""

    def will(*passwords):
        typed = iter(passwords)
        monkeypatch.setattr(command, "getpass", lambda prompt: next(typed))

    return will


def test_a_school_and_its_headteacher(types, client):
    types(GOOD, GOOD)
    said = run("add_school", "Saltmarsh Lane Primary School", "--local-authority", "356")
    said += run("add_person", "h.okafor", "--role", "headteacher", "--first-name", "Helen", "--last-name", "Okafor")

    school, head = School.objects.get(), User.objects.get()
    assert (school.slug, school.local_authority) == ("saltmarsh-lane-primary-school", "356")
    assert may(head, "manage_school", school.pk)
    assert head.check_password(GOOD)
    assert "h.okafor is Headteacher at Saltmarsh Lane Primary School from today." in said
    assert client.post("/account/sign-in/", {"login": "h.okafor", "password": GOOD}).status_code == 302


def test_one_more_role_asks_for_nothing(types):
    types()
    person, other = factories.person(), factories.school("Weir Road Primary School")
    run("add_person", person.username, "--role", "senco", "--school", other.slug)
    assert [(a.school, a.role_key) for a in RoleAssignment.objects.filter(user=person)] == [(other, "senco")]


def test_details_of_an_account_are_changed_and_each_change_is_an_event():
    school = factories.school()
    lead = factories.member(school, "lead", "Priya", "Raman")
    event = Event.objects.filter(verb=Verb.CHANGE, object_id=lead.pk, purpose="details")
    said = run("change_person", lead.username.upper(), "--email", "p.raman@example.sch.uk", "--extension", "214")
    assert "Priya Raman, e-mail address p.raman@example.sch.uk, extension 214" in said
    run("change_person", lead.username, "--email", "p.raman@example.sch.uk")
    assert event.count() == 1, "nothing changed, nothing happened"
    run("change_person", lead.username, "--last-name", "Raman-Lowe", "--extension", "")
    lead.refresh_from_db()
    assert (lead.full_name, lead.email, lead.extension) == ("Priya Raman-Lowe", "p.raman@example.sch.uk", "")
    assert event.count() == 2

    for arguments, sentence in (
        (["--email", "p.raman"], "Enter a valid email address"),
        (["--first-name", " "], "First name: This field cannot be blank"),
        ([], "Say what to change"),
    ):
        with pytest.raises(CommandError, match=sentence):
            run("change_person", lead.username, *arguments)
    assert event.count() == 2


def test_one_more_role_takes_address_and_extension_along(types):
    types()
    person, school = factories.person("Jon", "Beckett", extension="200"), factories.school()
    run("add_person", person.username, "--role", "senco", "--first-name", "jon", "--email", "j.b@example.sch.uk")
    person.refresh_from_db()
    assert (person.email, person.extension, person.first_name) == ("j.b@example.sch.uk", "200", "Jon")
    assert may(person, "own_actions", school.pk)


def test_a_role_that_is_held_and_a_user_name_that_is_taken_are_said_in_words(types):
    types()
    school = factories.school()
    head = factories.member(school, "headteacher", "Helen", "Okafor")
    held = f"Helen Okafor is Headteacher at {school.name} already, from 1 September 2020"
    with pytest.raises(CommandError, match=held):
        run("add_person", head.username, "--role", "headteacher", "--email", "h.o@example.sch.uk")
    with pytest.raises(CommandError, match=f"{head.username} is that of Helen Okafor. Choose another"):
        run("add_person", head.username, "--role", "lead", "--first-name", "Henry", "--last-name", "Okafor")
    head.refresh_from_db()
    assert (head.email, head.assignments.count()) == ("", 1)


def test_a_weak_password_and_two_that_differ_are_asked_for_again(types):
    factories.school()
    types("short", GOOD, "something else entirely", GOOD, GOOD)
    said = run("add_person", "s.one", "--role", "office", "--first-name", "Sue", "--last-name", "One")
    assert "too short" in said
    assert "The two are not the same." in said
    assert User.objects.get().check_password(GOOD)
    assert GOOD not in said


def test_names_that_are_not_given_are_asked_for(types, monkeypatch):
    factories.school()
    types(GOOD, GOOD)
    answers = iter(["Amy", "Lister"])
    monkeypatch.setattr("builtins.input", lambda prompt: next(answers))
    run("add_person", "a.lister", "--role", "teaching_assistant")
    assert User.objects.get().full_name == "Amy Lister"


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["add_person", "a.b", "--role", "teacher"], "Say which school with --school: one, two."),
        (
            ["add_person", "a.b", "--role", "teacher", "--school", "three"],
            "There is no school three. There is: one, two.",
        ),
        (["add_person", "a.b", "--role", "king", "--school", "one"], "invalid choice: 'king'"),
        (["add_school", "Another", "--slug", "one"], "already exists"),
        (["add_school", "Another", "--urn", "1234567"], "Unique reference number"),
    ],
)
def test_what_cannot_be_done_is_explained(types, arguments, sentence):
    types(GOOD, GOOD)
    for slug in ("one", "two"):
        call_command("add_school", slug.title(), "--slug", slug, stdout=StringIO())
    with pytest.raises(CommandError, match=sentence):
        run(*arguments)
    assert School.objects.count() == 2
    assert not User.objects.exists()


def test_without_a_school_it_says_what_to_do_first(types):
    with pytest.raises(CommandError, match="Add a school first"):
        run("add_person", "a.b", "--role", "teacher")


def test_a_role_ends_with_its_last_day_and_the_account_with_the_command(client):
    school = factories.school()
    leaver = factories.member(school, "teacher")
    ended = {"object_type": "accounts.roleassignment", "purpose": "role ended"}
    today = timezone.localdate()

    said = run("end_role", leaver.username, "--role", "teacher", "--last-day", str(today + timedelta(days=30)))
    assert f"until {full_day(today + timedelta(days=30))}" in said
    assert may(User.objects.get(pk=leaver.pk), "log_concern")
    run("end_role", leaver.username, "--role", "teacher", "--last-day", str(today - timedelta(days=1)))
    assert not may(User.objects.get(pk=leaver.pk), "log_concern")
    assert Event.objects.filter(verb=Verb.CHANGE, **ended).count() == 2

    run("close_account", leaver.username.upper())
    assert not User.objects.get(pk=leaver.pk).is_active
    assert Event.objects.filter(verb=Verb.CHANGE, object_id=leaver.pk, purpose="account closed").count() == 1


def test_what_may_not_end_is_explained_and_stays():
    school = factories.school()
    lead = factories.member(school, "lead", "Priya", "Raman")
    for arguments, sentence in (
        (["end_role", lead.username, "--role", "lead"], "would have no safeguarding lead from"),
        (["close_account", lead.username], "would have no safeguarding lead from"),
        (["end_role", lead.username, "--role", "office"], "is not Office at"),
        (["end_role", lead.username, "--role", "lead", "--last-day", "1999-01-01"], "began on 1 September 2020"),
        (["end_role", "n.obody", "--role", "lead"], "Nobody has the user name n.obody"),
        (["close_account", "n.obody"], "Nobody has the user name n.obody"),
    ):
        with pytest.raises(CommandError, match=sentence):
            run(*arguments)
    assert may(User.objects.get(pk=lead.pk), "decide_concerns")
    assert not Event.objects.filter(purpose__in=("role ended", "account closed")).exists()

    factories.member(school, "lead", "Tom", "Aldous")
    run("end_role", lead.username, "--role", "lead")
    run("close_account", lead.username)
    with pytest.raises(CommandError, match="closed already"):
        run("close_account", lead.username)
    with pytest.raises(CommandError, match=f"(?s)Somebody of this name.*{lead.pk} .*Designated safeguarding lead"):
        run("add_person", lead.username, "--role", "office")


def test_a_password_set_at_the_terminal_is_an_event_and_one_that_was_not_is_none(monkeypatch):
    person = factories.person()
    typed = iter(["short"] * 6 + [GOOD] * 2)
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(typed))
    event = Event.objects.filter(verb=Verb.CHANGE, object_id=person.pk, purpose="password")
    with pytest.raises(CommandError, match="Aborting"):
        run("changepassword", person.username)
    assert not event.exists()
    run("changepassword", person.username)
    assert event.count() == 1
    assert User.objects.get(pk=person.pk).check_password(GOOD)


def test_the_terminal_is_one_person_and_gives_nobody_who_has_signed_in_a_new_password(monkeypatch):
    monkeypatch.setattr("getpass.getpass", lambda prompt: GOOD)
    school = factories.school()
    lead, teacher = (factories.member(school, role) for role in ("lead", "teacher"))
    for person in (lead, teacher):
        run("changepassword", person.username)
        User.objects.filter(pk=person.pk).update(last_login=timezone.now())
    monkeypatch.setattr("getpass.getpass", lambda prompt: "another-" + GOOD)
    for person in (lead, teacher):
        with pytest.raises(CommandError, match="two people give a new start"):
            run("changepassword", person.username)
        assert User.objects.get(pk=person.pk).check_password(GOOD)
