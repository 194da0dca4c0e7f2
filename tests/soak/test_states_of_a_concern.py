"""Is a concern usable in every state of its life, with the longest texts that it takes, at both widths?"""

from uuid import uuid4

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from safeguarding.concerns.models import Concern
from safeguarding.concerns.services import deciding
from safeguarding.concerns.services.raising import ChildEntry
from tests import factories
from tests.functional.steps import sign_in
from tests.functional.test_every_page import NARROW, WIDE, faults, too_wide

pytestmark = pytest.mark.soak(part="pages")


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_a_concern_is_usable_in_every_state_of_its_life(page: Page, width: int) -> None:
    cast = factories.staffroom(password=factories.PASSWORD)
    page.set_viewport_size({"width": width, "height": 768})
    concern = factories.concern(
        cast,
        facts="w" * 3000,
        child_words="🌊" * 500,
        children=[ChildEntry("witness", kind="unnamed", description="x" * 300)],
        marks={9: "y" * 200},
    )
    sign_in(page, cast.lead.username)

    def look(state: str) -> None:
        for path in ("/today/", "/concerns/", f"/concerns/{concern.pk}/"):
            page.goto(path)
            assert (state, path, faults(page), max(too_wide(page), 0)) == (state, path, [], 0)
            for fold in page.locator("details").all():
                fold.evaluate("element => element.open = true")
            assert (state, path, faults(page), max(too_wide(page), 0)) == (state, path, [], 0)

    look("new")
    now = Concern.objects.get(pk=concern.pk)
    ruling = deciding.Ruling(
        level=4,
        kind="police",
        rationale="z" * 1000,
        parents_told="no_risk",
        parents_reason="r" * 200,
        receipt="action_taken",
        new_referral=True,
        recipient="p" * 200,
        consent="refused",
        consent_reason="c" * 200,
        legal_reason="s47",
        review_on=timezone.localdate(),
        title="t" * 120,
    )
    deciding.decide(concern=now, token=uuid4(), seen=now.revision, ruling=ruling, by=cast.lead)
    action = deciding.add_action(
        concern=now, token=uuid4(), text="a" * 500, owner=cast.lead, due_on=timezone.localdate(), by=cast.lead
    )
    deciding.add_note(concern=now, token=uuid4(), text="n" * 1000, by=cast.deputy)
    look("decided")
    deciding.end_action(action=action, move="complete", result="d" * 300, by=cast.lead)
    now = Concern.objects.get(pk=concern.pk)
    deciding.close_concern(
        concern=now, seen=now.revision, outcome="police", reason="e" * 500, receipt="read_acted", by=cast.deputy
    )
    look("closed")
    child = factories.child(cast.school, "Bartholomew", "Featherstonehaugh", by=cast.office)
    deciding.link_child(named=concern.children.get(), child=child, by=cast.lead)
    deciding.reopen_concern(concern=now, token=uuid4(), reason="o" * 300, by=cast.deputy)
    look("opened again")
