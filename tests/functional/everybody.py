"""Can everybody use the page: on a telephone, with what axe knows, by keyboard, with scripts and without?"""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page

from tests.functional.test_every_page import NARROW, faults, too_wide


def usable(page: Page, check_rules: bool = True) -> None:
    """Nothing is wider than the screen, here and on the narrowest telephone, and axe finds nothing there.

    Without scripts axe cannot ask: `check_rules` is false. The window is as wide afterwards as before.
    """
    assert too_wide(page) <= 0, page.title()
    size = page.viewport_size
    assert size is not None
    page.set_viewport_size({"width": NARROW, "height": 768})
    assert too_wide(page) <= 0, page.title()
    if check_rules:
        assert faults(page) == [], page.title()
    page.set_viewport_size(size)


def press(page: Page, name: str, role: str = "button") -> None:
    """Reach a control by its name and press Enter, as somebody without a mouse does."""
    control = page.get_by_role(role, name=name, exact=True)  # type: ignore[arg-type]
    control.focus()
    page.keyboard.press("Enter")


@contextmanager
def case(name: str) -> Iterator[None]:
    """What fails within says in which of several cases."""
    try:
        yield
    except Exception as error:
        error.add_note(f"In this case: {name}.")
        raise


def with_and_without() -> Iterator[tuple[bool, str]]:
    """Whether scripts run, and how that is called."""
    yield True, "with scripts"
    yield False, "without scripts"
