"""What people do in their browser, one function per thing that they would call one step."""

from playwright.sync_api import Page, expect

from safeguarding.accounts.models import User
from tests.factories import PASSWORD
from tests.signed_in import next_code


def sign_in(page: Page, username: str, password: str = PASSWORD, at: str = "/") -> None:
    """Sign in on the way to a page; usually the first page of one's role."""
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
