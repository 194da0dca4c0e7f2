"""How does a real installation begin? With a school and its first person, from the terminal."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from safeguarding.accounts.management.commands import add_person as command
from safeguarding.accounts.models import RoleAssignment, School, User
from safeguarding.accounts.permissions import may
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
