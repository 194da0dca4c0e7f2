"""Which part of a record is a model, as `docs/policy.yaml` calls the parts?

That of the record it hangs on, which its `PersonalData` names. Here stands only what is a part of its own, and what is
shown otherwise than the record it hangs on.
"""

from collections.abc import Callable
from typing import Any

from django.db import models

from safeguarding.personal_data import declared
from safeguarding.plans.kinds import Area
from sharing.transfers.models import FileSending

# The card of a child is read by whoever may log a concern; what hangs on a child, by those who read its history.
HANGING = {"children.child": "history"}
PARTS: dict[str, str] = {
    # The records.
    "children.child": "card",
    "concerns.concern": "concern",
    "concerns.account": "account",
    "concerns.action": "action",
    "concerns.draft": "draft",
    "adults.staffconcern": "adult",
    "adults.raised": "adult_words",
    # What a reporter reads of their own report, beside the account.
    **dict.fromkeys(
        ("concerns.concernchild", "concerns.attachment", "concerns.question", "concerns.duty"),
        "account",
    ),
    # What the office keeps of a child.
    **dict.fromkeys(
        (
            "children.childdetail",
            "children.othername",
            "children.formerupn",
            "children.contact",
            "children.contactlink",
            "children.parentalresponsibility",
            "children.confidentialaddress",
            "children.contactrestriction",
            "children.photograph",
            "children.childmerge",
            "children.enrolment",
            "children.classepisode",
            "children.earlierschool",
            "children.sibling",
            "children.healthnote",
            "children.childupdate",
        ),
        "details",
    ),
    **dict.fromkeys(("children.household", "children.householdmember"), "address"),
    # What a lead says of concerns on the record of a child.
    "concerns.pin": "concern",
    "concerns.patternruling": "concern",
    # Which member of staff a concern or a note is kept from.
    **dict.fromkeys(("concerns.concernsubject", "concerns.outsideconflict"), "concern"),
    "concerns.brief": "brief",
    "plans.attendanceday": "attendance",
    "sharing.consent": "consent",
    "received.filereceived": "received",
    "sharing.shareditem": "share",
    **dict.fromkeys(("transfers.filetransfer", "transfers.transfernote", "transfers.filesending"), "transfer"),
    "transfers.filevolume": "volume",
    **dict.fromkeys(("plans.attendancefile", "plans.attendanceyear"), "register"),
    **dict.fromkeys(("requests.rightsrequest", "requests.requestrole"), "request"),
    **dict.fromkeys(("requests.requestitem", "requests.requestfile"), "item"),
    **dict.fromkeys(("requests.requestperson", "requests.redaction"), "item"),
    **dict.fromkeys(("requests.bundle", "requests.bundlevolume"), "answer"),
    # What opens and shuts a record.
    **dict.fromkeys(
        (
            "children.childgrant",
            "children.childteamgrant",
            "children.emergencyaccess",
            "children.conflictofinterest",
            "concerns.concerngrant",
        ),
        "access",
    ),
    # Files on their way in.
    "children.importrun": "file",
    "children.importrow": "file",
    "children.heldfact": "file",
    "children.columnmapping": "file",
    "concerns.earlierbatch": "coming",
    "concerns.earlierupload": "coming",
    "concerns.earlierrow": "coming",
    "concerns.earlierpdf": "coming",
    # What is somebody's own.
    "concerns.draftopening": "opening",
    "concerns.kepttext": "kept",
    "concerns.savedfilter": "kept",
    "concerns.supervisionnote": "supervision",
    "printing.printjob": "print",
    "reports.export": "export",
    "concerns.emergencysheet": "sheet",
    # Until when records are kept, and what is to end.
    **dict.fromkeys(("retention.statement", "retention.mark"), "retention"),
    "retention.itemreason": "end_reason",
    **dict.fromkeys(("retention.destructionitem", "retention.decision", "retention.approval"), "end_item"),
    **dict.fromkeys(("retention.destructionlist", "retention.itemrun", "retention.tombstone"), "ending"),
    # The training of a member of staff.
    **dict.fromkeys(("training.trainingrecord", "training.guidanceread"), "training"),
    # What was asked of words in its comments, by who writes it.
    "governors.nameanswer": "report_draft",
    # What a field was before. Its words are those of the record, and found as such.
    "audit.logentry": "concern",
}


# Of plans each area is a part of its own; of child protection so is who works with the family.
_AREAS = [area for area in Area if area != Area.ATTENDANCE]


def _plan(row: Any) -> str:
    return f"plan_{row.area}"


def _worker(row: Any) -> str:
    """In the world each works on one plan."""
    [area] = row.areas
    return "plan_worker" if area == Area.PROTECTION else f"plan_{area}"


def _badge(row: Any) -> str:
    return "plan_adoption" if row.area == Area.ADOPTION else "badge"


def _hold(row: Any) -> str:
    return "retention_head" if row.readers == "headteacher" else "retention"


def _earlier(row: Any) -> str:
    return "earlier_leads" if row.readers else "history"


def _share(row: Any) -> str:
    """A decision to share names a concern; that by which a file went names none, and is read with the file."""
    event = getattr(row, "event_id", row.pk)
    return "transfer" if FileSending._base_manager.filter(event=event).exists() else "share"


def _recipient(row: Any) -> str:
    return "request" if row.is_named else "request_review"


def _request_step(row: Any) -> str:
    return "request_review" if row.kind in row.REVIEW else "request"


def _search(row: Any) -> str:
    """Who is asked sees what; the answer is for those who review, of the store about adults for the approver."""
    if row.place in row.APART:
        return "search_apart"
    return "search" if row.answered_at is None else "search_answer"


def _report(row: Any) -> str:
    """A report to governors is read once it is published; of its cells the break-downs by fewer people."""
    report = getattr(row, "report", None) or (row.build.report if hasattr(row, "build") else row)
    whole = "" if getattr(row, "is_total", True) else "_whole"
    return f"report{whole}" if report.published_at else f"report_draft{whole}"


BY_ROW: dict[str, tuple[Callable[[Any], str], frozenset[str]]] = {
    **dict.fromkeys(
        ("plans.episode", "plans.step", "plans.stepnote", "plans.planfile"),
        (_plan, frozenset(f"plan_{area}" for area in _AREAS)),
    ),
    "plans.professional": (_worker, frozenset({"plan_worker", "plan_care", "plan_needs", "plan_adoption"})),
    **dict.fromkeys(
        ("concerns.earlierrecord", "concerns.earlierfile"), (_earlier, frozenset({"history", "earlier_leads"}))
    ),
    "requests.requestrecipient": (_recipient, frozenset({"request", "request_review"})),
    "requests.requeststep": (_request_step, frozenset({"request", "request_review"})),
    "requests.searchplace": (_search, frozenset({"search", "search_answer", "search_apart"})),
    **dict.fromkeys(
        ("governors.governorreport", "governors.reportbuild", "governors.reportcomment"),
        (_report, frozenset({"report", "report_draft"})),
    ),
    "governors.reportcell": (
        _report,
        frozenset({"report", "report_whole", "report_draft", "report_draft_whole"}),
    ),
    "retention.legalhold": (_hold, frozenset({"retention", "retention_head"})),
    **dict.fromkeys(("sharing.sharingevent", "sharing.sharingstep"), (_share, frozenset({"share", "transfer"}))),
    "plans.designation": (_badge, frozenset({"badge", "plan_adoption"})),
}


def part_of_row(model: type[models.Model], row: Any) -> str:
    """The part that a row is: that of its model, or what the row says."""
    label = model._meta.label_lower
    return BY_ROW[label][0](row) if label in BY_ROW else part_of(model)


def parts_of(model: type[models.Model]) -> frozenset[str]:
    """Every part that rows of a model can be."""
    label = model._meta.label_lower
    return BY_ROW[label][1] if label in BY_ROW else frozenset({part_of(model)})


def part_of(model: type[models.Model]) -> str:
    """The part that a model is whose rows are all of one.

    Raises `LookupError` for one that hangs on no record: it needs a line in `PARTS`.
    """
    label = model._meta.label_lower
    if label in PARTS:
        return PARTS[label]
    if (above := hangs_on(model)) is None:
        raise LookupError(f"{label} hangs on no record: say in PARTS of {__name__} which part it is.")
    return HANGING.get(above._meta.label_lower) or part_of(above)


def hangs_on(model: type[models.Model]) -> type[models.Model] | None:
    """The model at the end of the first link of the declared way; None where that begins with no link of its own."""
    name = way_of(model)
    field = next((f for f in model._meta.concrete_fields if f.name == name and f.is_relation), None)
    return field.related_model if field is not None else None  # type: ignore[return-value]


def way_of(model: type[models.Model]) -> str:
    """The first step to the record that a row hangs on, as declared: "concern" of `concern__children`."""
    mine = declared(model)
    return ((mine and (mine.record or mine.subject)) or "").split("__")[0]
