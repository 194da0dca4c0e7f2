"""Who may see a request about data, and what in it?

Read aloud: *those who handle requests see the cases of their school, with their dates, letters and steps; whoever is
named in a case sees it too. Nobody sees one about a child that is hidden from them. A copy of a record is read by its
one reviewer and by the approver of its case, while the case is open, and by nobody else: not by the office, and never
where it is of a concern that is hidden from them. Who is asked what a place holds sees the question, and no case.*
"""

from typing import Any
from uuid import UUID

from django.db.models import Q

from children.permissions import out_of_sight
from safeguarding.accounts.capabilities import Capability
from safeguarding.accounts.permissions import may
from safeguarding.accounts.roles import only_they
from safeguarding.audit.protection import Rule, among, fact, known, known_of, may_view, overlapping, rule
from safeguarding.concerns.permissions import through_the_concern
from safeguarding.exceptions import NotAllowed
from safeguarding.glance import look_for, seen
from safeguarding.prepared import prepared
from safeguarding.uploads.permissions import decided_by

from .capabilities import RequestCapability as C
from .models import (
    Bundle,
    BundleVolume,
    Redaction,
    RequestCorrection,
    RequestFile,
    RequestItem,
    RequestLetter,
    RequestPerson,
    RequestRecipient,
    RequestRole,
    RequestStep,
    RightsRequest,
    SearchPlace,
    Statement,
)

look_for(requests_named="requests_named", requests_asked="requests_asked")
HANDLERS = only_they(C.HANDLE_REQUESTS)
REVIEWERS = only_they(C.REVIEW_REQUESTS)
NAMED = "Only whoever is named for it in this request can do this. Its page says who that is."
# The office gives to another what one colleague was to answer, and sees none of it.
ASSIGNING = "assigning"
# Who is asked what a place holds, and answers: the case to which it belongs.
ANSWERING = "answering a search"
# A form that is sent twice hands in once: whoever handed it in reads nothing of it.
HANDING_IN = "handing in"


def _handles(me: Any) -> Q:
    return among("school_id", fact("schools_with", me, C.HANDLE_REQUESTS))


def _hidden(me: Any, case: str = "case_id") -> Q:
    return among(case, fact("requests_hidden", me))


@rule(RightsRequest)
def cases_seen(me: Any) -> Rule:
    """The case, its dates and who asks. Handing one in does not let anybody read it.

    "answering a search": for the service that takes the answer of somebody who is asked. "handing in": for the one that
    hands in, which asks whether the same form was sent before.
    """
    return Rule(
        because={"role": _handles(me), "named": among("id", fact("requests_named", me))},
        never=Q(ending_at__isnull=False) | (Q(child_id__isnull=False) & out_of_sight(me, "child_id")),
        doors={ANSWERING: among("id", fact("requests_asked", me)), HANDING_IN: Q(handed_in_by=me)},
    )


@rule(RequestRole)
def parts_seen(me: Any) -> Rule:
    """Who has which part. Whom Harbour named, since something is hidden from the preparer, that person and the approver
    know of alone.
    """
    by_somebody = Q(named_by__isnull=False)
    return Rule(
        because={
            "role": by_somebody & _handles(me),
            "named": by_somebody & among("case_id", fact("requests_named", me)),
            "own": Q(user=me) & among("case_id", fact("requests_named", me)),
            "approver": among("case_id", fact("requests_approved", me)),
        },
        never=_hidden(me),
    )


@rule(RequestCorrection)
@rule(RequestLetter)
def letters_seen(me: Any) -> Rule:
    """What was written to the requester, and what was corrected: with the case."""
    return Rule(
        because={"role": _handles(me), "named": among("case_id", fact("requests_named", me))}, never=_hidden(me)
    )


@rule(RequestRecipient)
def recipients_seen(me: Any) -> Rule:
    """Who was told of a correction: whom the answer names with the case, all of them by who prepares and who approves
    it. The office does not see what was shared.
    """
    is_named = Q(is_named=True)
    return Rule(
        because={
            "role": is_named & _handles(me),
            "named": is_named & among("case_id", fact("requests_named", me)),
            "preparer": among("case_id", fact("requests_reviewed", me)),
            "approver": among("case_id", fact("requests_approved", me)),
        },
        never=_hidden(me),
    )


@rule(RequestStep)
def steps_seen(me: Any) -> Rule:
    """What happened: those of the dates with the case, those of the review by who made them and by the approver."""
    of_dates = ~Q(kind__in=sorted(RequestStep.REVIEW))
    to_reviewers = ~Q(kind=RequestStep.Kind.WRITER_CONSULTED)
    return Rule(
        because={
            "role": of_dates & _handles(me),
            "named": of_dates & among("case_id", fact("requests_named", me)),
            "reviewer": to_reviewers & among("case_id", fact("requests_reviewed", me)),
            "own": Q(by=me) & among("case_id", fact("requests_named", me)),
            "approver": among("case_id", fact("requests_approved", me)),
        },
        never=_hidden(me),
    )


@rule(SearchPlace)
def places_seen(me: Any) -> Rule:
    """Who is asked what. What others answered is for those who review; of the store about adults, for the approver."""
    open_to_all = ~Q(place__in=sorted(SearchPlace.APART))
    no_answer_of_others = Q(answered_at=None) | Q(answered_by=None) | Q(answered_by=me)
    return Rule(
        because={
            "role": open_to_all & no_answer_of_others & _handles(me),
            "reviewer": open_to_all & among("case_id", fact("requests_reviewed", me)),
            "asked": Q(asked=me) & among("case_id", fact("requests_asked", me)),
            "approver": among("case_id", fact("requests_approved", me)),
        },
        never=_hidden(me),
        doors={ASSIGNING: Q(answered_at=None) & _handles(me)},
    )


@rule(RequestItem)
def items_seen(me: Any) -> Rule:
    """Copies of records."""
    return Rule(
        because={"named": among("id", fact("items_read", me))},
        never=_hidden(me),
    )


@rule(RequestFile)
def files_seen(me: Any) -> Rule:
    """The bytes of which an item shows pages."""
    return Rule(because={"named": among("item_id", fact("items_read", me))}, never=_hidden(me))


@rule(RequestPerson)
def people_seen(me: Any) -> Rule:
    """Who was found: where somebody reads one of the items in which they were."""
    return Rule(because={"named": overlapping("items", fact("items_read", me))}, never=_hidden(me))


@rule(Redaction)
def redactions_seen(me: Any) -> Rule:
    """What is taken out of an item, and what was decided on a person."""
    return Rule(
        because={
            "item": among("item_id", fact("items_read", me)),
            "person": among("person_id", fact("request_people_read", me)),
            "undoes": among("undoes_id", fact("redactions_read", me)),
        },
        never=_hidden(me),
    )


@rule(Bundle)
def bundles_seen(me: Any) -> Rule:
    """What was made for the requester: by who reads every item; locked or given, by those who handle the case."""
    gone = Q(released_at__isnull=False) & _handles(me)
    return Rule(
        because={
            "whole": among("case_id", fact("requests_read_whole", me)),
            "locked": among("id", fact("bundles_locked", me)),
            "gone": gone,
        },
        never=_hidden(me),
    )


@rule(BundleVolume)
def volumes_seen(me: Any) -> Rule:
    """Its files: the same, while the case is open."""
    return Rule(
        because={
            "whole": among("case_id", fact("requests_read_whole", me)),
            "locked": among("bundle_id", fact("bundles_locked", me)),
        },
        never=_hidden(me),
    )


@rule(Statement)
def statements_seen(me: Any) -> Rule:
    """What somebody says who disagrees: with the concern beside which it stands."""
    return through_the_concern(me, "concern_id")


def _nobody(user: Any, file: RequestFile) -> bool:
    return False


# It is a copy: what it was copied from is withheld, or taken out.
decided_by(RequestFile, _nobody)


def may_hand_in(user: Any, school_id: UUID) -> bool:
    """Any member of staff who logs concerns."""
    return may(user, Capability.LOG_CONCERN, school_id)


def may_handle(user: Any, case: RightsRequest) -> bool:
    """Who takes it up, keeps its dates, writes its letters and sends the answer."""
    return may(user, C.HANDLE_REQUESTS, case.school_id)


def ensure_handles(by: Any, case: RightsRequest) -> None:
    """Raise `NotAllowed` unless `by` handles the requests of this school, and sees this one."""
    if not may_handle(by, case) or not may_view(by, case):
        raise NotAllowed(HANDLERS)


def _has(part: str, user: Any, case: RightsRequest) -> bool:
    live = RequestRole._base_manager.filter(case_id=case.pk, user=user, part=part, ended_at=None)
    return case.pk in known("requests_named", user.pk) and live.exists()


def may_prepare(user: Any, case: RightsRequest) -> bool:
    """Who says that everything is decided: the preparer."""
    return _has(RequestRole.Part.PREPARER, user, case)


def may_approve(user: Any, case: RightsRequest) -> bool:
    """Who sends it back or approves it: the approver, who neither prepares nor reviews, has decided nothing of
    what stands, and sees every item.
    """
    return (
        _has(RequestRole.Part.APPROVER, user, case)
        and case.prepared_by_id != user.pk
        and user.pk not in known_of("who_decided_request", case.pk)
        and not known_of("items_hidden_from", case.pk, str(user.pk))
    )


def may_review(user: Any, case: RightsRequest) -> bool:
    """Who decides on items of the case: the preparer and its reviewers."""
    return case.pk in known("requests_reviewed", user.pk)


def ensure_reviews_at(by: Any, case: RightsRequest) -> None:
    """Raise `NotAllowed` unless `by` sees the case and reviews: by a role at its school, or named in it. The office and
    the data protection officer do not.
    """
    reviews = may(by, C.REVIEW_REQUESTS, case.school_id) or may_review(by, case)
    if not reviews or not may_view(by, case):
        raise NotAllowed(REVIEWERS)


def may_correct(user: Any, case: RightsRequest) -> bool:
    """Who says where something was corrected that is not on the child's record: whoever handles or reviews the case,
    and sees it.
    """
    return (may_handle(user, case) or may_review(user, case)) and may_view(user, case)


def may_change(user: Any, case: RightsRequest) -> bool:
    """Whose doing sets what was prepared back: whoever handles it, is named or is asked in it."""
    return may_handle(user, case) or case.pk in [*known("requests_named", user.pk), *known("requests_asked", user.pk)]


def reads_whole(user: Any, case: RightsRequest) -> bool:
    """Who has the answer made, opens and locks it: its approver, who reads every item. The preparer never does, for one
    who does not would learn that something is hidden.
    """
    return case.pk in known("requests_read_whole", user.pk)


def works_on_requests(user: Any) -> bool:
    """Whether somebody is named in a case or asked in one, whatever their roles. Once a page."""
    return any(seen(user, "requests_named", "requests_asked"))


def reference_of(user: Any, case_id: UUID) -> str:
    """The number of a case in which somebody is asked, or that they handed in; empty for everybody else."""
    [(found,)] = prepared("SELECT rules.reference_of_request(%s, %s)", [user.pk, case_id])
    return found or ""
