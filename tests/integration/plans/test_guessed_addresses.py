"""What finds somebody who guesses addresses of plans, who is close to the child, whose role the notice names no more?

Nothing; and of an address not even that there is something: it is answered as one that was never issued.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from children.services import access
from safeguarding.keys import uuid7
from safeguarding.plans.models import Designation, Episode, PlanFile, Professional, Step, StepNote
from safeguarding.plans.services.around import add_professional, attach_to_step
from safeguarding.plans.services.steps import note_step
from safeguarding.uploads.services.keeping import Upload
from tests.factories import SCHOOL_DAY
from tests.matrix.asking import refusals_without_frame

from .conftest import Place
from .pages import Visitor

pytestmark = pytest.mark.django_db
HELD = date(2026, 11, 20)
MODELS = (Episode, Step, StepNote, Professional, PlanFile, Designation)
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
# What differs in two answers in the same words.
_KEYS = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|csrfmiddlewaretoken\" value=\"[^\"]*")
SHOWN = ("attachment", "attachment_picture", "attachment_original")
SENT = ("withhold", "remove_attachment")


@dataclass(frozen=True)
class Laid:
    """A plan with a date that was held, a note, somebody from outside, and two files of that date."""

    plan: Episode
    step: Step
    files: list[PlanFile]

    @property
    def shown(self) -> list[tuple[str, UUID]]:
        """Each page of it, and what fills its address."""
        files = [(name, file.pk) for name in SHOWN for file in self.files]
        return [("episode", self.plan.pk), ("plan_step", self.step.pk), *files]

    @property
    def sent(self) -> list[tuple[str, UUID]]:
        """Each address to which a form is sent."""
        files = [(name, file.pk) for name in SENT for file in self.files]
        return [("episode", self.plan.pk), ("plan_step", self.step.pk), ("attach_to_plan", self.step.pk), *files]


def laid(place: Place, kind: str, step: str, *, by: Any = None, **facts: Any) -> Laid:
    by = by or place.room.lead
    plan = place.begin(kind, by=by, words={"asked": "Heron asked."})
    held = place.step(plan, step, held_on=HELD, by=by, **facts)
    note_step(step=held, token=uuid7(), text="Plover noted.", by=by)
    add_professional(episode=plan, token=uuid7(), role="social_worker", name="Casey Fennimore", by=by)
    uploads = [Upload("minutes.txt", b"All came."), Upload("minutes.pdf", PDF)]
    kept = attach_to_step(step=held, token=uuid7(), uploads=uploads, what="minutes", by=by).kept
    return Laid(plan, held, [file for file in kept if isinstance(file, PlanFile)])


def conference(place: Place) -> Laid:
    """An initial conference, of child protection."""
    return laid(place, "child_in_need", "initial_conference", columns={"outcome": "plan", "quorate": True})


def give(place: Place, person: Any) -> None:
    access.grant_child(
        child=place.child,
        user=person,
        reason="Works with the family",
        last_day=date(2026, 12, 18),
        by=place.room.lead,
        at=SCHOOL_DAY,
    )


def asked(client: Client, method: str, name: str, key: UUID) -> tuple[int, str]:
    """The status of an address, and its words where it sends no file."""
    found = getattr(client, method)(reverse(name, args=[key]))
    return found.status_code, "a file" if found.streaming else _KEYS.sub("", found.content.decode())


def never_issued(client: Client, method: str, name: str) -> tuple[int, str]:
    """What this address answers for a key that there never was: it turns away."""
    never = asked(client, method, name, uuid7())
    assert never[0] in (403, 404)
    return never


def as_never_issued(client: Client, method: str, name: str, key: UUID) -> bool:
    """Whether the address answers with the status and the words of one that there never was."""
    return asked(client, method, name, key) == never_issued(client, method, name)


def opened(client: Client, one: Laid) -> set[str]:
    """The pages of it that answer otherwise than one that was never issued, which each is asked once for all files."""
    asks = [*(("get", name, key) for name, key in one.shown), *(("post", name, key) for name, key in one.sent)]
    never = {
        (method, name): never_issued(client, method, name) for method, name in dict.fromkeys(ask[:2] for ask in asks)
    }
    found = {ask[:2] for ask in asks if asked(client, *ask) != never[ask[:2]]}
    return {name if method == "get" else f"to {name}" for method, name in found}


def test_pastoral_staff_who_were_given_the_child_guess_the_addresses_of_a_conference(client: Client, place: Place):
    met = conference(place)
    care = laid(place, "looked_after", "care_review", columns={"participation": "PN1"})
    give(place, place.room.pastoral)
    assert met.files and care.files
    client.force_login(place.room.pastoral)
    # Those of the care plan open to them, so it is not the pages that are shut.
    assert {"episode", "plan_step", "attachment"} <= opened(client, care)
    assert opened(client, met) == set()
    assert client.get(reverse("plan_step", args=[met.step.pk])).status_code == 404
    assert client.get(reverse("attachment", args=[met.files[0].pk])).status_code == 404
    client.force_login(place.room.lead)
    assert {"episode", "plan_step", "attachment", "to withhold"} <= opened(client, met)


def test_a_lead_who_is_the_childs_parent_sees_nothing(client: Client, place: Place):
    met = conference(place)
    care = laid(place, "looked_after", "care_review", columns={"participation": "PN1"})
    adopted = laid(place, "adoption", "matching")
    parent = place.acting
    texts = ("/plans/dates/", "Heron", "hb-badge--", place.child.surname)

    def found() -> set[str]:
        """What of all this stands on the pages that gather."""
        pages = [client.get(reverse(name)) for name in ("today", "plans", "children", "inbox")]
        pages += [client.get(reverse("plans"), {"status": "looked_after"})]
        pages += [client.post(reverse("find_words"), {"q": "heron"})]
        assert {page.status_code for page in pages} == {200}
        text = "".join(page.content.decode() for page in pages)
        return {one for one in texts if one in text}

    client.force_login(parent)
    assert found() == {*texts}
    assert all("plan_step" in opened(client, one) for one in (met, care, adopted))
    access.declare_conflict(user=parent, child=place.child, kind="own_child", by=parent, at=SCHOOL_DAY)
    assert found() == set()
    with refusals_without_frame():
        for one in (met, care, adopted):
            assert opened(client, one) == set()
        for name in ("child_plans", "record_change", "child_chronology", "brief_page", "child_changes"):
            assert as_never_issued(client, "get", name, place.child.pk), name
    assert not [model for model in MODELS if model.objects.visible_to(parent).exists()]


def test_a_role_that_the_notice_names_no_more_loses_everything_at_once(client: Client, place: Place):
    place.name_in_notice("designated_teacher", "senco")
    care = laid(place, "looked_after", "care_review", by=place.designated, columns={"participation": "PN1"})
    met = conference(place)
    give(place, place.designated)
    visitor = Visitor(client, place.designated)

    def shows(name: str) -> bool:
        args = [] if name == "plans" else [place.child.pk]
        return "/plans/dates/" in client.get(reverse(name, args=args)).content.decode()

    pages = ("child_plans", "plans")
    assert all(shows(name) for name in pages)
    assert {"episode", "plan_step", "attachment", "to plan_step"} <= opened(client, care)
    assert {"episode", "plan_step", "attachment"} <= opened(client, met)
    assert all(model.objects.visible_to(place.designated).exists() for model in MODELS)
    # The grant and the role stay; the notice names the SENCO alone.
    place.name_in_notice("senco")
    assert not any(shows(name) for name in pages)
    with refusals_without_frame():
        assert opened(client, care) == opened(client, met) == set()
    assert not [model for model in MODELS if model.objects.visible_to(place.designated).exists()]
    assert "hb-badge--" not in visitor.page("child_plans", place.child.pk)
    place.name_in_notice("designated_teacher")
    assert all(shows(name) for name in pages)
    assert {"episode", "plan_step", "attachment", "to plan_step"} <= opened(client, care)
