"""What people do in their browser, one function per thing that they would call one step."""

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from safeguarding.accounts.models import User
from tests.factories import PASSWORD
from tests.signed_in import next_code

# `make test` goes this way with scripts, `make soak` without them as well.
WITHOUT_IN_SOAK = pytest.mark.parametrize(
    "scripts",
    [
        pytest.param(True, id="with scripts"),
        pytest.param(False, id="without scripts", marks=pytest.mark.soak(part="pages")),
    ],
)


def give_session(page: Page, user: User) -> Client:
    """The browser has the session of `user`, as it has after `sign_in_by_hand`. Returns the client that began it."""
    client = Client()
    client.force_login(user)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies(
        [
            {
                "name": settings.SESSION_COOKIE_NAME,
                "value": session,
                "domain": "localhost",
                "path": "/",
                "httpOnly": True,
                "sameSite": "Lax",
            }
        ]
    )
    return client


def sign_in(page: Page, username: str, at: str = "/") -> None:
    """Be signed in, and open a page; usually the first page of one's role. What is tested begins there."""
    give_session(page, User.objects.get(username__iexact=username))
    page.goto(at)
    expect(page.get_by_role("button", name="Sign out")).to_be_attached()


def sign_in_by_hand(page: Page, username: str, password: str = PASSWORD, at: str = "/") -> None:
    """Sign in through the page, as people do: user name, password and code."""
    page.goto(at)
    page.get_by_label("User name").fill(username)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    code = page.get_by_label("Code from your app")
    expect(code.or_(page.get_by_role("button", name="Sign out"))).to_be_attached()
    if code.count():
        code.fill(next_code(User.objects.get(username__iexact=username)))
        page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_attached()


def sign_out(page: Page) -> None:
    """Leave, from any page."""
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
