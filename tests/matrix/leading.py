"""What has happened before somebody comes to a form that no page shows of the world as it is laid?

Each function does it, and returns what fills the address of the page where that is not a key of the record.
"""

from datetime import date, timedelta
from typing import Any

from children.models import Child
from retention.models import DestructionList, RetentionDate, RetentionRule
from retention.services.holds import set_hold
from safeguarding.accounts.services import add_term
from safeguarding.concerns.models import HowSoon
from safeguarding.concerns.services import meeting, raising
from safeguarding.concerns.services.meeting import Called
from safeguarding.concerns.services.naming import ChildEntry
from safeguarding.concerns.services.raising import AccountFacts, Report
from safeguarding.keys import uuid7
from safeguarding.plans.models import Episode
from safeguarding.plans.services import steps
from sharing.requests.models import RightsRequest
from sharing.transfers.models import FileSending, FileTransfer
from tests.matrix.ground import THEN, TODAY, given_row
from tests.matrix.world import World

LATER = TODAY + timedelta(days=20)


def meeting_open(world: World) -> Any:
    """A meeting whose minutes are not finished."""
    called = Called(kind="school", held_at=THEN, place="Office", others="", apologies="")
    lead = world.people["lead"]
    made = meeting.call_meeting(
        concern=world.concerns["open"], token=uuid7(), called=called, staff=[lead], by=lead, at=THEN
    )
    return made.pk


def concerns_more(world: World) -> None:
    """Two more concerns about the child of "open": a rule finds them that found others before."""
    for _ in range(2):
        account = AccountFacts(facts="Cold hands.", child_words="", observed_on=THEN.date())
        children = [ChildEntry(role="worried_about", child=world.children["open"])]
        report = Report(how_soon=HowSoon.TODAY, children=children, account=account)
        raising.raise_concern(token=uuid7(), school=world.here, report=report, by=world.people["reporter"], at=THEN)


def date_to_come(world: World) -> Any:
    """A date of a plan that is still to come."""
    episode = Episode._base_manager.get(pk=world.keys["open"]["episode"])
    made = steps.add_step(
        episode=episode, token=uuid7(), kind="core_group", booked_on=LATER, by=world.people["lead"], at=THEN
    )
    return made.pk


def hold_stands(world: World) -> Any:
    """A hold that nobody has asked to lift."""
    made = set_hold(
        school=world.here,
        token=uuid7(),
        scope="child",
        kind="police",
        authority="",
        reason="They asked.",
        review_on=LATER,
        child=world.children["open"],
        by=world.people["lead"],
        at=THEN,
    )
    return made.pk


def child_left(world: World) -> None:
    """The child is on roll no more."""
    Child._base_manager.filter(pk=world.children["open"].pk).update(left_on=THEN.date())


def record_due(world: World) -> None:
    """A record has come to the end of its period."""
    child = world.children["closed"]
    given_row(
        RetentionDate,
        school=world.here,
        child=child,
        kind="child_file",
        record_key=child.pk,
        rule=RetentionRule.objects.get(school=None, code="R02"),
        trigger_on=date(2000, 1, 1),
        due_on=THEN.date(),
        changed_on=TODAY,
        scanned_at=THEN,
    )


def list_in_review(world: World) -> None:
    """The list is still looked through."""
    DestructionList._base_manager.filter(pk=world.keys["open"]["destruction_list"]).update(
        status="review", sent_at=None, sent_by=None, advice="", advice_words="", advised_at=None, advised_by=None
    )


def terms_told(world: World) -> None:
    """The school has said when a term was of which there is no report."""
    add_term(school=world.here, starts_on=date(2026, 1, 5), ends_on=date(2026, 3, 27), by=world.people["lead"])


def waits_for_sending(world: World) -> Any:
    """A share that was decided and has not gone."""
    return world.keys["open"]["sharing_waiting"]


def asks_correction(world: World) -> None:
    """The request is to have something corrected."""
    RightsRequest._base_manager.filter(pk=world.keys["open"]["case"]).update(right="rectify")


_NOT_SETTLED = {"settled_at": None, "settled_by": None, "own_copy": ""}
_NOT_RECEIVED = _NOT_SETTLED | {"received_at": None, "received_by": None}
_NOT_SENT = _NOT_RECEIVED | {"sent_at": None, "sent_by": None}


def _transfer(world: World, status: str, **facts: Any) -> None:
    FileTransfer._base_manager.filter(pk=world.keys["open"]["transfer"]).update(status=status, **facts)


def file_received(world: World) -> None:
    """The next school has confirmed the file, and nobody has settled it."""
    _transfer(world, "received", **_NOT_SETTLED)


def file_sent(world: World) -> None:
    """The file has gone, and nobody there has confirmed it."""
    _transfer(world, "sent", **_NOT_RECEIVED)
    sending = FileSending._base_manager.get(transfer_id=world.keys["open"]["transfer"])
    type(sending.event)._base_manager.filter(pk=sending.event_id).update(
        status="sent", received_at=None, received_by=None
    )


def file_unsent(world: World) -> None:
    """It is known where the file goes."""
    _transfer(world, "confirmed", **_NOT_SENT)


def file_built(world: World) -> None:
    """The file is built, and has not gone."""
    file_unsent(world)
    gone = FileSending._base_manager.get(transfer_id=world.keys["open"]["transfer"])
    given_row(
        FileSending,
        **{name: getattr(gone, name) for name in ("transfer", "child", "school", "entries", "manifest_digest", "told")},
        token=uuid7(),
        asked_at=THEN,
        asked_by=world.people["lead"],
        building="built",
        built_at=THEN,
    )
