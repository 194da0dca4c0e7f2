"""How concerns, and what else is written about a child, are told beyond a page."""

from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

from django.db.models import Q

from children.models import Child
from safeguarding.parts import (
    Block,
    Gathering,
    Model,
    Moment,
    Text,
    Whose,
    as_declared,
    called,
    day_and_time,
    left_out,
    reached,
    tell,
)

from .bodymap import REGIONS
from .models import (
    OUT_OF_THE_RECORD,
    Account,
    Action,
    Amendment,
    Attachment,
    BodyMapMark,
    Brief,
    Category,
    Chronicled,
    ChronologyEntry,
    Closing,
    Concern,
    ConcernAdult,
    ConcernChild,
    ConcernGrant,
    ConcernNote,
    ConcernSubject,
    ContactMade,
    Decision,
    Draft,
    DraftOpening,
    Duty,
    EarlierFile,
    EarlierPdf,
    EarlierRecord,
    EarlierRow,
    EnteredInError,
    EscalationLetter,
    FileStory,
    HandOver,
    KeptText,
    Meeting,
    MeetingAddition,
    MeetingAttendee,
    MeetingDecision,
    Mention,
    OutsideConflict,
    OutsideNote,
    PaperForm,
    PastoralNote,
    PatternRuling,
    Pin,
    PoliceNotice,
    Question,
    Referral,
    ReferralStep,
    StepUp,
    Subcategory,
    SupportPlan,
    SupportStep,
    UndoneLink,
    WithheldName,
)
from .models.earlier import number_of
from .told import whole

_NUMBERED = ("year", "number")
_REGIONS = {region.number: region.label for region in REGIONS}


def _concerns(gathering: Gathering) -> Whose:
    """The concerns that name the child and are in sight, each with all children with a record whom it names.

    Those that were entered in error only where they are asked for: they are no part of the record.
    """
    named = gathering.see(ConcernChild).filter(child__in=gathering.children).values_list("concern_id", flat=True)
    stands = gathering.see(Concern)
    if not gathering.with_errors:
        stands = stands.exclude(in_error__in=OUT_OF_THE_RECORD)
    seen = stands.filter(pk__in=list(named)).values_list("pk", flat=True)
    found: dict[UUID, set[UUID]] = {key: set() for key in seen}
    others = gathering.see(ConcernChild).filter(concern__in=list(found), child__isnull=False)
    for concern, child in others.values_list("concern_id", "child_id"):
        found[concern].add(child)
    return {key: frozenset(children) for key, children in found.items()}


def _in_short(gathering: Gathering) -> frozenset[UUID]:
    """The concerns of which the child's own file tells in one line, or in a story of its own."""
    named = gathering.see(ConcernChild).filter(child__in=gathering.children)
    full = set(named.filter(whole()).values_list("concern_id", flat=True))
    return frozenset(named.values_list("concern_id", flat=True)) - full


def _children(gathering: Gathering, model: Model, title: str) -> Iterator[Block]:
    """Who is in a concern, each as a block of their own.

    The child stands there with what their file says; another child with the role, and as a marker.
    """
    rows = gathering.rows(model)
    names = gathering.names(Child, {row.child_id for row in rows})
    for row in rows:
        texts = [
            Text("Child", names[row.child_id] if row.child_id else row.get_kind_display()),
            Text("Role", row.get_role_display()),
            Text("Who it is, as far as is known", "" if _is_other(gathering, row) else row.description),
        ]
        if row.child_id in gathering.children:
            texts.append(Text("What this child’s file says", row.get_file_says_display()))
            texts.append(Text("What this child’s file says of it", row.story))
        own = {"is_beyond_file": False} if row.child_id in gathering.children else {}
        whose = frozenset({row.child_id} if row.child_id else ())
        yield gathering.block(row, title, (row.added_at, True), texts, children=whose, **own)


def _is_other(gathering: Gathering, row: ConcernChild) -> bool:
    return row.child_id is not None and row.child_id not in gathering.children


def _stories(gathering: Gathering, model: Model, title: str) -> Iterator[Block]:
    """What the file of this child was to say, each time that it was decided; not what the file of another one says."""
    for row in gathering.rows(model):
        if row.child_key in gathering.children:
            texts = [Text("What this child’s file says", row.get_says_display()), Text("Its own story", row.story)]
            own = {"children": frozenset({row.child_key}), "is_beyond_file": False}
            yield gathering.block(row, title, (row.said_at, True), texts, **own)


def _region(row: BodyMapMark) -> Iterator[Text]:
    yield Text("Where", _REGIONS[row.region])


def _earlier_moment(row: EarlierRecord) -> Moment:
    return row.happened_at, row.is_timed


def _earlier_further(row: EarlierRecord) -> Iterator[Text]:
    """What was done, and what else the earlier system had of it under headings of its own."""
    yield Text("Its number there", row.number_there)
    for action in row.actions:
        done = (action["day"], action.get("action"), action.get("action_by"), action.get("outcome"))
        yield Text("What was done", "\n".join(filter(None, done)))
    for label, text in row.more:
        yield Text(label, text)


# What was withdrawn of an earlier system is no part of the record.
_STANDS = Q(batch__withdrawn_at=None)

_as_it_was = as_declared(
    _earlier_moment,
    but=("happened_at", "is_timed", "further", "reference", "readers"),
    also=_earlier_further,
    only=_STANDS,
)


def _earlier(gathering: Gathering, model: Model, title: str) -> Iterator[Block]:
    """Records of earlier systems and schools. One of a school is called by no number: it has a key, which says
    nothing.
    """
    for block in _as_it_was(gathering, model, title):
        number = number_of(block.title.removeprefix(title).strip())
        yield replace(block, title=f"{title} {number}".strip())


reached(Concern, _concerns, _in_short)
called(Category, lambda kind: kind.name)
called(Subcategory, lambda kind: kind.name)

# A concern, in the order of its page.
tell(Concern, title="Concern", blocks=as_declared("logged_at", but=(*_NUMBERED, "in_error")))
tell(ConcernChild, title="Child in the concern", blocks=_children)
tell(ConcernAdult, title="Adult in the concern", blocks=as_declared("named_at"))
tell(
    Account,
    title="What was seen or heard",
    blocks=as_declared(day_and_time("observed_on", "observed_at", "recorded_at"), but=("observed_on", "observed_at")),
)
tell(BodyMapMark, title="Mark on the body", blocks=as_declared(but=("region",), also=_region))
tell(Question, title="Question to the reporter", blocks=as_declared("asked_at"))
tell(Amendment, title="Added by the reporter", blocks=as_declared("added_at"))
tell(ConcernNote, title="Note", blocks=as_declared("added_at"))
tell(Decision, title="Decision", blocks=as_declared("decided_at"))
tell(Action, title="Action", blocks=as_declared("created_at"))
tell(HandOver, title="Action handed over", blocks=as_declared("at"))
tell(Duty, title="Duty", blocks=as_declared("created_at"))
tell(PoliceNotice, title="Police notice", blocks=as_declared("received_at"))
tell(ContactMade, title="Contact", blocks=as_declared("made_at"))
tell(Referral, title="Referral", blocks=as_declared("sent_at"))
tell(ReferralStep, title="After the referral", blocks=as_declared("happened_at"))
tell(EscalationLetter, title="Letter of escalation", blocks=as_declared("started_at"))
tell(Meeting, title="Meeting", blocks=as_declared("held_at"))
tell(MeetingAttendee, title="At the meeting", blocks=as_declared(only=Q(ended_at=None)))
tell(MeetingDecision, title="Decided at the meeting", blocks=as_declared("added_at"))
tell(MeetingAddition, title="Added to the minutes", blocks=as_declared("added_at"))
tell(Attachment, title="File of the concern", blocks=as_declared("attached_at", but=("is_active",)))
tell(Closing, title="Closing", blocks=as_declared("closed_at"))
tell(EnteredInError, title="Entered in error", blocks=as_declared("proposed_at", but=("proposed_role", "decided_role")))
tell(FileStory, title="What this child’s file was to say", blocks=_stories)
tell(ConcernGrant, title="Access given to the concern", blocks=as_declared("granted_at"))
tell(OutsideNote, title="Note from outside", blocks=as_declared("received_at", but=_NUMBERED))
tell(PaperForm, title="Paper form", blocks=as_declared("made_at", but=_NUMBERED))

# What hangs on the child and on no concern.
tell(PastoralNote, title="Pastoral note", blocks=as_declared("happened_on"))
tell(StepUp, title="Pastoral note taken further", blocks=as_declared("written_at"))
tell(SupportPlan, title="Support plan", blocks=as_declared("starts_on"))
tell(SupportStep, title="Step of a support plan", blocks=as_declared("written_at"))
tell(
    ChronologyEntry,
    title="Entry in the chronology",
    blocks=as_declared(day_and_time("happened_on", "happened_at"), but=("happened_on", "happened_at")),
)
tell(Pin, title="Marked as significant", blocks=as_declared("pinned_at", but=("source",)))
tell(PatternRuling, title="Pattern looked at", blocks=as_declared("ruled_at"))
tell(EarlierRecord, title="Record of an earlier system", blocks=_earlier)
tell(
    EarlierFile,
    title="File of an earlier system",
    blocks=as_declared("attached_at", but=("is_active", "readers"), only=_STANDS),
)

left_out(
    ConcernSubject,
    OutsideConflict,
    because="They say from which member of staff a concern or a note is kept: they are about that member of staff.",
)
left_out(
    UndoneLink,
    because="It says that a concern was put on the record of a child by mistake. It would tie that child to it again.",
)
left_out(
    WithheldName,
    because="It asks leads about a child that a reporter may not name. Once they add the child, the concern names it.",
)
left_out(
    Mention,
    because="It says where words of a concern mention a child who has no part in it. The words themselves are told.",
)
left_out(Draft, DraftOpening, KeptText, because="Nobody has sent these words yet. They are their author’s alone.")
left_out(Brief, because="Somebody prepares it for a meeting, out of the record. It is its author’s alone.")
left_out(Chronicled, because="It is the index of the chronology: where an entry stands. The entry itself is told.")
left_out(
    EarlierPdf,
    EarlierRow,
    because="They hold records of an earlier system on their way in. What was taken over stands in the child’s record.",
)
