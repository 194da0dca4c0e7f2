"""Every page as every role sees it, in the browser at both widths, also where another role has seen the like."""

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.browser import Prepared
from tests.functional.test_every_page import AXE, NARROW, PRACTICE, ROLES, WIDE, Look, only_practice
from tests.functional.world import busy_school
from tests.postgres import Databases

pytestmark = pytest.mark.soak(part="pages")


def test_every_page_of_every_role_is_looked_at(
    page: Page, prepared: Prepared, databases: Databases, figures: dict[str, Any]
) -> None:
    world = busy_school()
    page.add_init_script(AXE)
    looks = [Look(page, prepared, width, once=False) for width in (WIDE, NARROW)]
    for look in looks:
        page.set_viewport_size({"width": look.width, "height": 768})
        for role in ROLES:
            look.by(role, world)
    with only_practice(databases) as school:
        for look in looks:
            page.set_viewport_size({"width": look.width, "height": 768})
            seen = set[str]()
            for role in PRACTICE:
                look.of_practice(role, school, seen)
    troubles = [trouble for look in looks for trouble in look.troubles]
    assert not troubles, "\n".join(troubles)
    figures |= {"roles": len(ROLES), "pages": sum(look.shown for look in looks), "faults": 0}
