"""What do people see when they sign in with a second factor, when the screen locks, and after they have left?"""

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.utils import timezone
from playwright.sync_api import expect

from safeguarding.concerns.services.deciding import open_concern
from tests import factories
from tests.factories import LONG_AGO, PASSWORD
from tests.functional.steps import sign_in_by_hand, sign_out
from tests.signed_in import next_code


@pytest.fixture
def room(server):
    return factories.staffroom(password=PASSWORD)


@pytest.fixture
def new_lead(room):
    """A lead who has a password and nothing else yet."""
    lead = factories.person("Ines", "Marlow", password=PASSWORD)
    factories.give_role(user=lead, school=room.school, role_key="deputy_lead", starts_on=LONG_AGO)
    return lead


def give_password(page, person):
    page.goto("/")
    page.get_by_label("User name").fill(person.username)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def test_a_passkey_is_set_up_and_signs_in(page, new_lead):
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    device = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    session.send("WebAuthn.addVirtualAuthenticator", {"options": device})
    give_password(page, new_lead)
    expect(page.get_by_role("heading", name="Set up your second factor")).to_be_visible()
    page.get_by_role("button", name="Set up a passkey").click()
    page.get_by_role("button", name="Set up").click()
    expect(page.get_by_text("Shown only now")).to_be_visible()
    page.get_by_role("link", name="home page").click()
    sign_out(page)

    give_password(page, new_lead)
    page.get_by_role("button", name="Use your passkey").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    # The screen locks, and the passkey alone opens it.
    UserSession.objects.update(last_seen_at=timezone.now() - timedelta(minutes=16))
    page.goto("/inbox/")
    expect(page.get_by_role("heading", name="Screen locked")).to_be_visible()
    page.get_by_role("button", name="Use your passkey").click()
    expect(page.get_by_role("heading", name="Inbox", exact=True)).to_be_visible()


def types_a_note(page, concern):
    """Returns where it is typed, with words that nobody has saved."""
    page.goto(f"/concerns/{concern.pk}/")
    page.get_by_role("region", name="Add to this concern").locator("summary", has_text="Note").click()
    note = page.get_by_role("textbox", name="Note").first
    note.fill("Spoke to the class teacher at break.")
    return note


def opens_with_the_code(locked, lead, note):
    locked.get_by_label("Code from your app").fill(next_code(lead))
    locked.get_by_role("button", name="Open").click()
    expect(locked).to_be_hidden()
    expect(note).to_have_value("Spoke to the class teacher at break.")


def locked_by_hand(page):
    with page.expect_response("**/account/lock/"):
        page.get_by_role("button", name="Lock screen").click()
    locked = page.get_by_role("dialog", name="Screen locked")
    expect(locked).to_be_visible()
    assert page.request.get("/inbox/", max_redirects=0).status == 302, "the server has locked it too"
    return locked


def locked_by_time(page):
    UserSession.objects.update(last_seen_at=timezone.now() - timedelta(minutes=16))
    page.clock.run_for(16 * 60 * 1000)
    locked = page.get_by_role("dialog", name="Screen locked")
    expect(locked).to_be_visible()
    locked.get_by_label("Code from your app").fill("000000")
    locked.get_by_role("button", name="Open").click()
    expect(locked.get_by_text("not right")).to_be_visible()
    return locked


def leaves_and_goes_back(page, child):
    """The back button shows nothing after signing out."""
    page.goto(f"/children/{child.pk}/people/")
    expect(page.get_by_text("Ashdown").first).to_be_visible()
    with page.expect_response("**/account/sign-out/") as left:
        sign_out(page)
    assert left.value.all_headers()["clear-site-data"] == '"cache", "storage"'
    for _ in range(2):
        page.go_back()
        assert "Ashdown" not in page.content()


def test_the_screen_locks_over_what_is_typed_and_who_has_left_leaves_nothing(new_person, page_without_scripts, room):
    child = factories.child(room.school, "Rowan", "Ashdown", by=room.office)
    concern = open_concern(concern=factories.concern(room), by=room.lead)
    page = new_person()
    sign_in_by_hand(page, room.lead.username)
    note = types_a_note(page, concern)
    opens_with_the_code(locked_by_hand(page), room.lead, note)
    page.clock.install()
    note = types_a_note(page, concern)
    opens_with_the_code(locked_by_time(page), room.lead, note)
    note.clear()
    leaves_and_goes_back(page, child)
    sign_in_by_hand(page_without_scripts, room.lead.username)
    leaves_and_goes_back(page_without_scripts, child)
