"""Who may see a concern, and who may do what with it?

Read aloud: *a concern is seen by those whose role at its school reads concerns (the restricted ones, if their role
opens those); by whoever was given access to a child whose file tells it whole, or has opened that child's record in an
emergency, unless it is restricted; by whoever was given access to it by name; and by whoever stands in where the usual
readers may not see it. It is never seen by somebody who is related to a child in it or is its subject, whatever else is
true. What two people have said was entered in error is seen on the pages about it alone (`context.with_errors`).*

A child's file tells a concern whole where a lead has decided so, or where nothing is decided and the concern is about
that child and names no other whose record is shut to the reader. Else it has one line, or a story of its own.
What hangs on a concern is seen by the same people. A reporter's own words are seen by their author too, unless hidden.
"""

from functools import partial, reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import Model, Q, QuerySet

from children.models import Child
from children.permissions import behind_the_card, children_open_to
from safeguarding.accounts.permissions import may, rights
from safeguarding.accounts.roles import Capability
from safeguarding.audit.protection import Rule, Visible, among, fact, known, overlapping, rule
from safeguarding.concerns.capabilities import ConcernCapability
from safeguarding.concerns.models import (
    Account,
    Action,
    Amendment,
    Attachment,
    BodyMapMark,
    Brief,
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
    EnteredInError,
    EscalationLetter,
    FileStory,
    Meeting,
    MeetingAddition,
    MeetingAttendee,
    MeetingDecision,
    Mention,
    PatternRuling,
    Pin,
    Question,
    Referral,
    ReferralStep,
    UndoneLink,
    WithheldName,
)
from safeguarding.exceptions import BadInput, NotAllowed
from safeguarding.glance import look_for, seen
from safeguarding.once import once
from safeguarding.uploads.permissions import decided_by

look_for(concerns_open="concerns_open_to")


def out_of_sight(me: Any, concern: str) -> Q:
    """What stands above every reason: a conflict hides it from the person, or it was entered in error."""
    return among(concern, fact("hidden_concerns", me)) | among(concern, fact("concerns_in_error", me))


def through_the_concern(me: Any, concern: str, also: dict[str, Q] | None = None, **more: Any) -> Rule:
    """The rule of what belongs to a concern: `concern` is the column that names it, `also` reasons beside it."""
    unrestricted = ~among(concern, fact("restricted_concerns", me))
    return Rule(
        because={
            "role": among("school_id", fact("schools_with", me, Capability.VIEW_CONCERNS)) & unrestricted,
            "grant": among(concern, fact("concerns_of_granted", me)) & unrestricted,
            "emergency": among(concern, fact("concerns_in_emergency", me)) & unrestricted,
            "named": among(concern, fact("granted_concerns", me)),
            "standing_in": among(concern, fact("concerns_standing_in", me)),
            **(also or {}),
        },
        never=out_of_sight(me, concern),
        **more,
    )


@rule(Concern)
def concerns_seen(me: Any) -> Rule:
    """Level, decision, links: authorship does not open them, nor does having something to do.

    "reporting" is for the services that finish or add to a report, "acting" for those by which an action is ended.
    """
    return through_the_concern(
        me, "id", doors={"reporting": Q(logged_by=me), "acting": among("id", fact("concerns_to_act_on", me))}
    )


def of_concern_seen(model: type[Model], user: Any) -> Visible:
    """Whether a row that hangs on a concern, by its column `concern_id`, hangs on one that the person sees: the rule of
    the concern, asked of the row. For lists that must say so of each row; looking each concern up takes ten times
    longer.
    """
    return Visible(model, user.pk, of=_of_its_concern)


def _of_its_concern(me: Any) -> Rule:
    return through_the_concern(me, "concern_id")


@rule(Decision)
@rule(Closing)
@rule(Referral)
@rule(ReferralStep)
@rule(EscalationLetter)
@rule(ContactMade)
@rule(Meeting)
@rule(MeetingAttendee)
@rule(MeetingDecision)
@rule(MeetingAddition)
def leads_words_seen(me: Any) -> Rule:
    """What was decided, with whom leads spoke and met, what went outside the school, and how it was closed."""
    return through_the_concern(me, "concern_id")


@rule(ConcernNote)
def notes_seen(me: Any) -> Rule:
    """Notes. "reporting": what a report that is sent leaves beside itself, such as who had read it as a draft."""
    return through_the_concern(me, "concern_id", doors={"reporting": among("concern_id", fact("own_concerns", me))})


@rule(Account)
@rule(Amendment)
@rule(BodyMapMark)
def seen_by_author_too(me: Any) -> Rule:
    """A reporter's words: for their author for ever, and for those who may see the concern."""
    return through_the_concern(me, "concern_id", {"author": Q(author=me)})


@rule(Question)
def questions_seen(me: Any) -> Rule:
    """What a lead asked the reporter: for those who may see the concern, and for the reporter."""
    return through_the_concern(me, "concern_id", {"reporter": Q(reporter=me)})


@rule(Attachment)
def files_seen(me: Any) -> Rule:
    """Files: for those who may see the concern, for who wrote its report those that they attached to it, and those of
    an action for whoever has to do it. To have attached one to an action, or to a meeting, is no reason to see it.
    """
    own = Q(author=me, action=None, meeting=None) & among("concern_id", fact("own_concerns", me))
    return through_the_concern(me, "concern_id", {"author": own, "owner": among("action_id", fact("own_actions", me))})


@rule(ConcernChild)
def children_named(me: Any) -> Rule:
    """Which child, in which role, and what its file says: for those who may see the concern, and for who named it.

    Who reads through the record of one child alone sees that child's row, and never which others there are; of a
    concern that they may read, also whom nobody could name. "beside": that there are others, in a concern that they may
    read.
    """
    unrestricted = ~among("concern_id", fact("restricted_concerns", me))
    ways = {
        "grant": ("granted_children", "concerns_of_granted"),
        "emergency": ("emergency_children", "concerns_in_emergency"),
    }
    own = {
        way: (among("child_id", fact(children, me)) | Q(child=None) & among("concern_id", fact(concerns, me)))
        & unrestricted
        for way, (children, concerns) in ways.items()
    }
    read = reduce(or_, (among("concern_id", fact(concerns, me)) for _, concerns in ways.values())) & unrestricted
    seen = through_the_concern(me, "concern_id", {**own, "author": Q(added_by=me)}, doors={"beside": read})
    # Of two records of one child that were both in it, one has become part of the other.
    return seen.but_never(among("child_id", fact("merged_children", me)))


@rule(ConcernAdult)
def adults_named(me: Any) -> Rule:
    """Which adults a concern names: for those who may see the concern, but for adults of a hidden child.

    Who reads through the record of one child sees those of that child’s record, and never which others there are.
    """
    seen = through_the_concern(me, "concern_id")
    theirs = among("adult_id", fact("contacts_of_granted", me))
    because = {way: rows & theirs if way in ("grant", "emergency") else rows for way, rows in seen.because.items()}
    return Rule(because, never=out_of_sight(me, "concern_id") | among("adult_id", fact("hidden_contacts", me)))


@rule(FileStory)
@rule(UndoneLink)
def apart_seen(me: Any) -> Rule:
    """What each file was to say, and which child was linked by mistake: for those whose role reads it, or who stand in.

    Never of a hidden child, who may be in the concern no more.

    "reporting": whoever takes a child out of their own call.
    """
    return Rule(
        because={
            "role": among("school_id", fact("schools_with", me, Capability.VIEW_CONCERNS))
            & ~among("concern_id", fact("restricted_concerns", me)),
            "standing_in": among("concern_id", fact("concerns_standing_in", me)),
        },
        never=out_of_sight(me, "concern_id") | among("child_key", fact("hidden_children", me)),
        doors={"reporting": among("concern_id", fact("own_concerns", me))},
    )


@rule(WithheldName)
def withheld_names_seen(me: Any) -> Rule:
    """A child whom the writer of a report could not name: for those who decide about the concern, or stand in, and may
    see that child.

    "naming": the writer leaves it behind, and sees nothing of it.
    """
    return Rule(
        because={
            "role": among("school_id", fact("schools_with", me, Capability.DECIDE_CONCERNS))
            & ~among("concern_id", fact("restricted_concerns", me)),
            "standing_in": among("concern_id", fact("concerns_standing_in", me)),
        },
        never=out_of_sight(me, "concern_id") | among("child_key", fact("hidden_children", me)),
        unseen={"naming": among("concern_id", fact("own_concerns", me))},
    )


@rule(Mention)
def mentions_seen(me: Any) -> Rule:
    """That a concern mentions a child: for those who may read the concern by their role, in place of somebody or given
    it by name, and see that child. Through the record of one child, of that child alone.

    "naming": whoever writes leaves it behind, and sees nothing of it.
    """
    seen = through_the_concern(me, "concern_id", unseen={"naming": among("concern_id", fact("own_concerns", me))})
    ways = {"grant": "granted_children", "emergency": "emergency_children"}
    own = {way: seen.because[way] & among("child_key", fact(children, me)) for way, children in ways.items()}
    return Rule(
        because={**seen.because, **own},
        never=out_of_sight(me, "concern_id") | among("child_key", fact("hidden_children", me)),
        unseen=seen.unseen,
    )


@rule(EnteredInError)
def errors_seen(me: Any) -> Rule:
    """That a concern was said to be entered in error, why, and who confirmed it: for those who may see the concern.

    "reporting": what its reporter is told of it.
    """
    return through_the_concern(me, "concern_id", doors={"reporting": among("concern_id", fact("own_concerns", me))})


@rule(Action)
def actions_seen(me: Any) -> Rule:
    """An action: for those who may see the concern, and for who has to do it while they work at its school."""
    mine = Q(owner=me) & among("school_id", fact("schools_of", me))
    return through_the_concern(me, "concern_id", {"owner": mine})


@rule(ConcernGrant)
def grants_seen(me: Any) -> Rule:
    """Who was given access to a concern: for those who may give it, and for who was given it."""
    managers = among("school_id", fact("schools_with", me, Capability.MANAGE_ACCESS))
    return Rule(because={"role": managers, "own": Q(user=me)}, never=out_of_sight(me, "content_object_id"))


@rule(ConcernSubject)
def subjects_seen(me: Any) -> Rule:
    """Whom a concern is about among the staff: for those who see the concern, and never for that person.

    "reporting": who made a concern of a note from outside that is not for a colleague, and says so of the concern.
    """
    return through_the_concern(me, "concern_id", doors={"reporting": among("concern_id", fact("own_concerns", me))})


@rule(ChronologyEntry)
def entries_seen(me: Any) -> Rule:
    """What was added to a child's chronology by hand: for whoever reads the child's concerns."""
    return behind_the_card(me, "child_id", Capability.VIEW_CONCERNS)


@rule(Brief)
def briefs_seen(me: Any) -> Rule:
    """What somebody writes for a meeting: for its author, while they work at the school."""
    mine = Q(author=me) & among("school_id", fact("schools_of", me))
    return Rule(because={"author": mine}, never=among("child_id", fact("hidden_children", me)))


@rule(Pin)
def pins_seen(me: Any) -> Rule:
    """What is significant in it: for the same people, and only where they may see the concern of the entry."""
    chronology = entries_seen(me)
    open_to_all = ~among("concern_id", fact("restricted_concerns", me))
    because = {way: rows & open_to_all for way, rows in chronology.because.items()}
    # Through one child's record: of a concern only where that child's file tells it whole.
    for way, name in (("grant", "concerns_of_granted"), ("emergency", "concerns_in_emergency")):
        because[way] &= Q(concern_id=None) | among("concern_id", fact(name, me))
    return Rule(
        because=because | {"named": among("concern_id", fact("granted_concerns", me))},
        never=among("child_id", fact("hidden_children", me)) | out_of_sight(me, "concern_id"),
    )


@rule(PatternRuling)
def rulings_seen(me: Any) -> Rule:
    """What was said of a pattern: for those who read the school's concerns, and every one of those it is about."""
    return Rule(
        because={
            "role": among("school_id", fact("schools_with", me, Capability.VIEW_CONCERNS))
            & ~overlapping("records", fact("restricted_concerns", me))
        },
        never=among("child_id", fact("hidden_children", me))
        | overlapping("records", fact("hidden_concerns", me))
        | overlapping("records", fact("concerns_in_error", me)),
    )


def schools_read(user: Any) -> list[UUID]:
    """Ids of the schools whose concerns the person's roles read."""
    return rights(user).schools(Capability.VIEW_CONCERNS)


def children_read(user: Any, cards: QuerySet[Child]) -> QuerySet[Child]:
    """Of these cards, the children whose concerns the person reads: by their role, given access, or in an emergency."""
    readable = Q(school_id__in=schools_read(user))
    if given := children_open_to(user):
        readable |= Q(pk__in=given)
    return cards.filter(readable)


def access_given(user: Any) -> bool:
    """Whether some record is open to the person beside their roles: given, in an emergency, or standing in."""
    return any(seen(user, "children_open", "concerns_open"))


def stands_in(user: Any, concern_id: UUID, school_id: UUID) -> bool:
    """Whether the person reads and decides this concern in place of somebody from whom it is hidden."""
    theirs = partial(known, "concerns_standing_in", user.pk)
    return may(user, Capability.STAND_IN, school_id) and concern_id in once(("concerns_standing_in", user.pk), theirs)


def may_read(user: Any, concern: Concern) -> bool:
    return may(user, Capability.VIEW_CONCERNS, concern.school_id) or stands_in(user, concern.pk, concern.school_id)


def may_decide(user: Any, record: Any) -> bool:
    """Who decides what becomes of a concern, and of what belongs to it: an action, a file, a referral, a meeting."""
    if may(user, Capability.DECIDE_CONCERNS, record.school_id):
        return True
    concern_id = record.pk if isinstance(record, Concern) else record.concern_id
    return stands_in(user, concern_id, record.school_id)


decided_by(Attachment, may_decide, also=access_given)


def may_confirm_error(user: Any, entry: EnteredInError) -> bool:
    """The second of two: who may decide on the concern, and has not proposed it themselves."""
    return may_decide(user, entry) and entry.proposed_by_id != user.pk


def may_take_error_back(user: Any, entry: EnteredInError) -> bool:
    """Who proposed it, while nobody has confirmed."""
    return entry.proposed_by_id == user.pk


def ensure_decides(by: Any, concern_id: UUID, school_id: UUID, sentence: str) -> None:
    """Raise `NotAllowed(sentence)` unless `by` decides concerns of the school, or stands in for this one."""
    if not (may(by, Capability.DECIDE_CONCERNS, school_id) or stands_in(by, concern_id, school_id)):
        raise NotAllowed(sentence)


def ensure_may_act(owner: Any, concern_id: UUID) -> None:
    """Raise `BadInput` for somebody from whom the concern is hidden: an action would tell them of it."""
    if concern_id in known("hidden_concerns", owner.pk):
        raise BadInput(f"{owner.full_name} cannot be given this. Choose somebody else.")


def may_manage_access(user: Any, concern: Concern) -> bool:
    """Who gives and withdraws access to a concern, and says whom it is about."""
    return may(user, Capability.MANAGE_ACCESS, concern.school_id)


def may_restrict(user: Any, concern: Concern) -> bool:
    """Who restricts a concern, or lifts that: only who would still see it."""
    return may_manage_access(user, concern) and may(user, ConcernCapability.VIEW_RESTRICTED, concern.school_id)


def may_hand_over(user: Any, action: Action) -> bool:
    """Who says that somebody else does it, while it is to do."""
    return action.status == Action.Status.TO_DO and may_decide(user, action)


def may_finish_action(user: Any, action: Action) -> bool:
    """Who has to do it, or a lead on their behalf."""
    return action.owner_id == user.pk or may_decide(user, action)
