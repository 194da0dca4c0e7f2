"""What has to be known to fill in a form of a page, beside what it says itself? And which ways lead to a form that no
page shows of the world as it is laid?

A line is named by where a form is sent and which of the forms there it is: "share chase".
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from children.services.keeping import stamp
from children.views.keeping.parts import CHOICES
from safeguarding.keys import uuid7
from tests import earlier
from tests.integration.received.files import WORDS, record_of, volumes
from tests.integration.uploads.corpus import picture
from tests.matrix import leading
from tests.matrix.filling import FIRST
from tests.matrix.filling import WORDS as SAID
from tests.matrix.ground import TODAY
from tests.matrix.world import World

Body = dict[str, Any]


@dataclass(frozen=True)
class Way:
    """How somebody comes to a form: a page, perhaps with a query, or the answer to what was sent there.

    `before` is what has happened, `after` are forms of the same page that were sent before, `form` is the only one that
    is meant, and `button` the one that sends it.
    """

    page: str
    person: str
    record: str = ""
    query: str = ""
    sent: Callable[[], Body] | None = None
    before: Callable[[World], Any] | None = None
    after: tuple[str, ...] = ()
    form: str = ""
    button: tuple[str, str] | None = None

    def __str__(self) -> str:
        return " ".join(filter(None, (self.page + self.query, self.record, "by", self.person)))


def _training() -> Body:
    row = "Sam,Teacher,,Training for safeguarding leads and deputies,01/09/2026"
    return {"file": ("training.csv", f"First name,Surname,Username,Course,Day\n{row}\n".encode())}


_ENDED = tuple(f"staff_concern_write {form}" for form in ("assess", "outcome", "employer"))
_CLOSED = "staff_concern_write close"
AS_WELL = (
    Way("concern", "lead", "closed", form="reopen_concern"),
    Way("referral", "lead", "closed", form="referral_more"),
    Way("staff_concern", "headteacher", "own"),
    Way("staff_concern", "headteacher", "own", after=_ENDED, form=_CLOSED),
    Way("staff_concern", "headteacher", "own", after=(*_ENDED, _CLOSED), form="staff_concern_write reopen"),
    Way("concerns", "lead", query="?status=new", form="save_filter"),
    Way("many_concerns", "lead", button=("do", "give")),
    Way("in_error", "lead", "open", before=leading.concern_alone, form="in_error"),
    Way("meeting", "lead", "open", before=leading.meeting_open, form="meeting_decide"),
    Way("meeting", "lead", "open", before=leading.meeting_held, form="meeting_correct"),
    Way("pattern", "lead", "open", before=leading.concerns_more, form="pattern"),
    Way("record_change", "lead", "open", query="?kind=early_help"),
    Way("record_change", "lead", "open", query="?kind=looked_after"),
    Way("episode", "lead", "open", query="?add=core_group", form="episode add_step"),
    Way("plan_step", "lead", "open", before=leading.date_to_come, form="plan_step chase"),
    Way("training_file", "lead", sent=_training, form="confirm_training"),
    Way("governor_reports", "lead", before=leading.terms_told),
    Way("governor_report", "lead", "open", before=leading.child_is_named, form="governor_report answer"),
    Way("notice_draft", "lead", before=leading.notice_filled_in),
    *(Way("keep_child", "lead", "open", query=f"?part={part}", form=f"keep_child {part}") for part in CHOICES),
    Way("keep_child", "lead", "open", query="?part=back", before=leading.child_left, form="keep_child back"),
    Way("keep_row", "lead", "open", before=leading.adult_of, form="keep_row adult"),
    Way("keep_row", "lead", "open", before=leading.adult_of, form="keep_row link"),
    Way("keep_row", "lead", "open", before=leading.adult_alone, form="keep_row lives"),
    Way("keep_row", "lead", "open", before=leading.adult_ended, form="keep_row back"),
    Way("keep_row", "lead", "open", before=leading.school_before, form="keep_row never"),
    Way("keep_row", "lead", "open", before=leading.time_before, form="keep_row never"),
    Way("keep_row", "lead", "open", before=leading.year_before, form="keep_row never"),
    Way("keep_row", "lead", "open", before=leading.home_of, form="keep_row stay"),
    Way("keep_row", "lead", "open", before=leading.home_of, form="keep_row address"),
    Way("keep_row", "lead", "open", before=leading.home_of, form="keep_row end"),
    Way("child_retention", "lead", "open", before=leading.child_left, form="child_retention receipt"),
    Way("child_retention", "lead", "open", before=leading.child_left, form="child_retention last_school"),
    Way("child_retention", "lead", "open", before=leading.copy_to_decide, form="child_retention own_copy"),
    Way("legal_hold", "lead", "open", before=leading.hold_stands, form="legal_hold ask"),
    Way("retention", "lead", before=leading.record_due, form="retention"),
    Way("retention_left", "lead", before=leading.nothing_stated, button=("do", "went")),
    Way("retention_left", "lead", before=leading.nothing_stated, button=("do", "last_school")),
    Way("destruction_list", "lead", "open", before=leading.list_in_review, form="destruction_list decide"),
    Way("share", "lead", "open", before=leading.share_lifted, form="share send"),
    Way(
        "share_pack",
        "lead",
        "open",
        before=leading.share_lifted,
        after=("share_pack make",),
        form="hand_over_share hand_over",
    ),
    Way("share", "lead", "open", after=("share ask_back",), form="share answer"),
    Way("request", "lead", "open", before=leading.asks_correction, form="request statement"),
    Way("request", "lead", "open", before=leading.asks_correction, form="request elsewhere"),
    Way("request", "lead", "open", before=leading.recipients_said, form="request recipients"),
    Way("transfer", "lead", "open", before=leading.file_received, form="transfer settle"),
    Way("transfer", "lead", "open", before=leading.file_sent, form="transfer receive"),
    Way("transfer", "lead", "open", before=leading.file_sent, form="transfer receipt"),
    Way("transfer", "lead", "open", before=leading.file_unsent, form="transfer early"),
    Way("transfer", "lead", "open", before=leading.file_unsent, form="transfer stop"),
    Way("transfer", "lead", "open", before=leading.file_unsent, after=("transfer stop",), form="transfer reopen"),
    Way("transfer", "lead", "open", before=leading.file_built, form="hand_over_transfer hand_over"),
)


def _attendance(world: World, record: str) -> Body:
    rows = f"UPN,Date,AM,PM\n{world.children['open'].detail.upn},2026-11-23,/,\\\n"
    return {"file": ("attendance.csv", rows.encode())}


def _photograph(world: World, record: str) -> Body:
    return {"picture": ("child.jpg", picture())}


def _elsewhere(world: World, record: str) -> Body:
    said = record_of(world.children["closed"])
    return {"volumes": ("file.pdf", volumes(said)[0]), "words": WORDS}


def _later(name: str) -> Callable[[World, str], Body]:
    """Another day than today: one to come."""
    day = leading.LATER
    return lambda *asked: {f"{name}_day": str(day.day), f"{name}_month": str(day.month), f"{name}_year": str(day.year)}


def _these(**body: Any) -> Callable[[World, str], Body]:
    return lambda *asked: body


def _concerns(world: World, record: str) -> Body:
    return {"chosen": [str(world.concerns["open"].pk)]}


def _day(name: str, day: date) -> Body:
    return {f"{name}_day": str(day.day), f"{name}_month": str(day.month), f"{name}_year": str(day.year)}


TYPED: dict[str, Callable[[World, str], Body]] = {
    # What stands there already is no change.
    "keep_child names": _these(middle_names=SAID),
    "keep_child other_name": _these(forename=SAID),
    "keep_child birth": _these(sex="M"),
    # The page has asked once more whether it is so.
    "keep_child death": _these(sure="on", asked=stamp({"date_of_death": TODAY}), **_day("date_of_death", TODAY)),
    "keep_child numbers": _these(admission_number=SAID),
    "keep_child class": _these(class_name="6A"),
    "keep_child roll": _these(**_day("left_on", TODAY)),
    "keep_child time": _these(**_day("entered_on", date(2017, 9, 4)), **_day("left_on", date(2018, 7, 20))),
    "keep_child year": _these(
        class_name="1A", **_day("starts_on", date(2017, 9, 4)), **_day("ends_on", date(2018, 7, 20))
    ),
    "keep_child background": _these(ethnicity=FIRST),
    "keep_child doctor": _these(gp=SAID),
    "keep_child needs": _these(care_authority=FIRST),
    "keep_sibling sibling": lambda world, record: {"add": str(world.children["closed"].pk)},
    "keep_row adult": _these(forename=SAID),
    "keep_row link": _these(relationship=SAID),
    "keep_row lives": _these(home=FIRST),
    "keep_row stay": _these(pattern=SAID),
    "keep_row address": _these(town=SAID),
    # What was kept of this note when its author was signed out has no token.
    "add_note": lambda *asked: {"token": str(uuid7())},
    "own_kind": _these(name="Harbour wall"),
    "answer_times": _these(agency="health"),
    "child_photographs": _photograph,
    "plan_step correct": _these(held_on_day="17"),
    "meeting_move": _later("day"),
    # Of the authority that the form begins with there is a plan already.
    "record_change begin": _these(authority=FIRST),
    "child_team correct_person": _these(name=SAID),
    "attendance": _attendance,
    # The counter of requests knows nothing of the one that the world has, which was given as a row.
    "request_hand_in": _these(right="rectify"),
    "request letter": _these(kind="progress"),
    "request place": _these(place="register", searched_for=SAID),
    "request_item mark": _these(deed="keep", at=FIRST),
    "request_people people": _these(deed="keep", person=FIRST),
    "many_concerns review": _concerns,
    "many_concerns give": _concerns,
    "child_file": _these(save="", says="story", story=SAID),
    "earlier_batches": lambda *asked: {"sheet": ("incidents.csv", earlier.sheet([earlier.row("1")]))},
    "received_files": _elsewhere,
    "child_retention keep": _later("on"),
    "hold_child": _later("review_on"),
    "hold_record": _later("review_on"),
    "hold_school": _later("review_on"),
    "pattern_rule": _these(days="30"),
    "significant_entry": _these(analysis=SAID),
    "staff_concern_write assess": _these(threshold="low_level"),
    "retention": _these(records=FIRST),
    "retention_left went": _these(records=FIRST, name=SAID, number="356/4021"),
    "retention_left last_school": _these(records=FIRST, said=SAID),
    "destruction_list decide": lambda *asked: {"i1-kind": "keep", "i1-reason": SAID} | _later("i1-keep_until")(*asked),
    "transfer receipt": lambda world, record: {"receipt": ("receipt.txt", leading.receipt_of(world))},
}

# Where the second press leads elsewhere, and why it may.
OTHERWISE = {"note_training": "It says that the person has it in the register already, and shows the register."}


def line_of(world: World, way: Way, name: str) -> Body:
    """What is typed into the form of this name."""
    make = TYPED.get(name)
    return make(world, way.record) if make else {}
