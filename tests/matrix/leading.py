"""What has happened before somebody comes to a form that no page shows of the world as it is laid?

Each function does it, and returns what fills the address of the page where that is not a key of the record.
"""

from datetime import date, datetime, timedelta
from typing import Any

from children.facts import Leaving
from children.models import Child, Contact, ContactLink, EarlierSchool, HouseholdMember
from children.services import keeping
from retention.models import DestructionList, RetentionDate, RetentionRule
from retention.services.holds import set_hold
from retention.services.statements import state
from safeguarding.accounts.services import add_term, change_school
from safeguarding.concerns.models import HowSoon, Meeting
from safeguarding.concerns.services import meeting, raising
from safeguarding.concerns.services.meeting import Called
from safeguarding.concerns.services.meeting_days import hold_meeting
from safeguarding.concerns.services.naming import ChildEntry
from safeguarding.concerns.services.raising import AccountFacts, Report
from safeguarding.governors.models import ReportComment
from safeguarding.keys import uuid7
from safeguarding.plans.models import Episode
from safeguarding.plans.services import steps
from sharing.events.models import Recipient, SharingEvent
from sharing.events.services.lifting import lift_bar
from sharing.events.services.recipients import Facts, correct_recipient
from sharing.notice.services.details import save_details
from sharing.requests.models import RightsRequest
from sharing.requests.services import correcting, recipients
from sharing.transfer_file.receipts import Receipt
from sharing.transfers.models import FileSending, FileTransfer
from tests import factories
from tests.integration.received.files import SIGNER
from tests.integration.retention.conftest import put_in_force
from tests.integration.sharing.noticing import DETAILS
from tests.matrix.ground import NOW, THEN, TODAY, given_row
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


def meeting_held(world: World) -> Any:
    """A meeting of which somebody has said that it was held."""
    made = Meeting._base_manager.get(pk=meeting_open(world))
    hold_meeting(meeting=made, seen=THEN, held_at=THEN, by=world.people["lead"], at=NOW)
    return made.pk


def concern_alone(world: World) -> Any:
    """One more concern about the child of "open", of which nothing has come yet."""
    account = AccountFacts(facts="Cold hands.", child_words="", observed_on=THEN.date())
    children = [ChildEntry(role="worried_about", child=world.children["open"])]
    report = Report(how_soon=HowSoon.TODAY, children=children, account=account)
    by = world.people["reporter"]
    return raising.raise_concern(token=uuid7(), school=world.here, report=report, by=by, at=THEN).pk


def concerns_more(world: World) -> None:
    """Two more: a rule finds other concerns than before."""
    for _ in range(2):
        concern_alone(world)


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
    left, by = {"left_on": THEN.date()}, world.people["office"]
    keeping.set_roll(child=world.children["open"], values=left, told=factories.told(), by=by, at=THEN)


def copy_to_decide(world: World) -> None:
    """The child has left, the next school has the file, and the long rule for abuse applies: what becomes of ours?"""
    child_left(world)
    said = {"kind": "receipt", "on": THEN.date(), "said": "Whitmoor High.", "by": world.people["lead"], "at": THEN}
    state(child=Child._base_manager.get(pk=world.children["open"].pk), token=uuid7(), **said)


def adult_of(world: World) -> Any:
    """The adult of a child, as the page of one row knows it."""
    return _row(world, ContactLink)


def adult_alone(world: World) -> Any:
    """The same adult, who lives in no home of the child."""
    Contact._base_manager.filter(children__child=world.children["open"]).update(household=None)
    return adult_of(world)


def adult_ended(world: World) -> Any:
    """The same adult, who is on the record no more."""
    ContactLink._base_manager.filter(child=world.children["open"]).update(ends_on=THEN.date())
    return adult_of(world)


def school_before(world: World) -> Any:
    """An earlier school of the child."""
    EarlierSchool._base_manager.filter(child=world.children["open"]).delete()
    given_row(EarlierSchool, school=world.here, child=world.children["open"], name="Fernacre Primary")
    return _row(world, EarlierSchool)


def time_before(world: World) -> Any:
    """An earlier time on roll of the child."""
    days = {"entered_on": date(2017, 9, 4), "left_on": date(2018, 7, 20)}
    return _before(world, keeping.add_time, {"leaving_reason": "", "destination": ""} | days)


def year_before(world: World) -> Any:
    """An earlier class of the child."""
    days = {"starts_on": date(2017, 9, 4), "ends_on": date(2018, 7, 20)}
    return _before(world, keeping.add_year, {"year_group": None, "class_name": "1A"} | days)


def _before(world: World, add: Any, values: Any) -> Any:
    child = world.children["open"]
    return child.pk, add(child=child, values=values, told=factories.told(), by=world.people["office"], at=THEN).row_key


def home_of(world: World) -> Any:
    """The home of the same child."""
    return _row(world, HouseholdMember)


def _row(world: World, model: Any) -> Any:
    child = world.children["open"].pk
    return child, model._base_manager.get(child=child).pk


def record_due(world: World) -> None:
    """The file of a child has come to the end of its period, and nothing holds it."""
    before, child = THEN - timedelta(days=60), factories.child(world.here, by=world.people["office"])
    long_ago = before.date()
    Child._base_manager.filter(pk=child.pk).update(left_on=long_ago)
    _schedule(world, before)
    given_row(
        RetentionDate,
        school=world.here,
        child=child,
        kind="child_file",
        record_key=child.pk,
        rule=RetentionRule.objects.get(school=world.here, code="R02"),
        trigger_on=date(2000, 1, 1),
        due_on=long_ago,
        seen_due_on=THEN.date() - timedelta(days=20),
        seen_again_on=THEN.date() - timedelta(days=10),
        changed_on=long_ago,
        scanned_at=THEN,
    )


def nothing_stated(world: World) -> None:
    """A child has left, and nobody has said where to."""
    child = factories.child(world.here, by=world.people["office"], leaving=Leaving(on=THEN.date()))
    given_row(
        RetentionDate,
        school=world.here,
        child=child,
        kind="child_file",
        record_key=child.pk,
        missing="last_school",
        changed_on=THEN.date(),
        scanned_at=THEN,
    )


def _schedule(world: World, at: datetime) -> None:
    """The schedule of the school is in force."""
    head, officer = world.people["headteacher"], world.people["dpo"]
    put_in_force(world.here, head=head, officer=officer, adopted_at=at, agreed_at=at)


def list_in_review(world: World) -> None:
    """The list is still looked through."""
    DestructionList._base_manager.filter(pk=world.keys["open"]["destruction_list"]).update(
        status="review", sent_at=None, sent_by=None, advice="", advice_words="", advised_at=None, advised_by=None
    )


def terms_told(world: World) -> None:
    """The school has said when a term was of which there is no report."""
    add_term(
        school=world.here, name="Spring", starts_on=date(2026, 1, 5), ends_on=date(2026, 3, 27), by=world.people["lead"]
    )


def child_is_named(world: World) -> Any:
    """What the school says in the draft of its report holds a word that is the name of a child, or is not."""
    factories.child(world.here, "May", by=world.people["office"])
    draft = world.keys["open"]["governor_draft"]
    comment = ReportComment._base_manager.get(report=draft)
    comment.words = "We will review in May."
    comment.save(update_fields=["words"])
    return draft


def notice_filled_in(world: World) -> None:
    """Everything is filled in that the privacy notice needs."""
    head = world.people["headteacher"]
    change_school(school=world.here, telephone="0161 496 0000", by=head)
    _schedule(world, THEN)
    save_details(school=world.here, seen=0, details=DETAILS, by=head)
    authority = Recipient._base_manager.get(school=None, code="authority")
    facts = Facts(kind="authority", name="Saltmarsh Borough Council")
    correct_recipient(recipient=authority, school=world.here, seen=0, facts=facts, by=head)


def share_lifted(world: World) -> Any:
    """A share that was decided and has not gone; a second person has let it go."""
    event = SharingEvent._base_manager.get(pk=world.keys["open"]["sharing_waiting"])
    return lift_bar(event=event, seen=event.revision, by=world.people["headteacher"], at=THEN).pk


def asks_correction(world: World) -> None:
    """The request is to have something corrected."""
    RightsRequest._base_manager.filter(pk=world.keys["open"]["case"]).update(right="rectify")


def recipients_said(world: World) -> None:
    """Something was corrected, and of each who had received the record it is said that they were not told."""
    asks_correction(world)
    case, lead = RightsRequest._base_manager.get(pk=world.keys["open"]["case"]), world.people["lead"]
    correcting.corrected_elsewhere(case, by=lead, words="On paper.", token=uuid7(), at=THEN)
    for one in recipients.received(case, lead):
        how = {"how": "impossible", "reasons": "It is closed.", "is_named": False}
        recipients.say(case, by=lead, key=one.key, at=THEN, **how)


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
    FileSending._base_manager.filter(pk=sending.pk).update(receipt="", receipt_key="")


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
        words="grey otter lamp",
    )


def receipt_of(world: World) -> bytes:
    """What the next school signs that has received the file."""
    sending = FileSending._base_manager.get(transfer_id=world.keys["open"]["transfer"])
    said = Receipt(sending.pk, sending.manifest_digest, "Beck Lane School", "", TODAY)
    return said.signed(SIGNER).encode()
