"""Who may see what about a child, and who keeps the school's list of children?

Read aloud: *the card (names, year, class) is found by every active member of staff of the school, or nobody could log a
concern about anyone. What is behind it is seen by those whose role keeps or reads it, by whoever was given access to
the child, and for an hour by whoever opened the record in an emergency. Nothing of a child is ever seen by a member of
staff who is related or close to it. A record that has become part of another is found by nobody: all of it stands in
that one. Nor is one that is being destroyed.* Import runs are for those who may import.
"""

from dataclasses import replace
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import Model, Q
from django.utils import timezone

from children.capabilities import ChildCapability
from safeguarding.accounts.capabilities import AnyCapability, Capability
from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import may
from safeguarding.audit.protection import Rule, among, fact, overlapping, rule, who_sees
from safeguarding.glance import look_for, seen
from safeguarding.uploads.permissions import decided_by

from .models import (
    Child,
    ChildDetail,
    ChildFile,
    ChildGrant,
    ChildMerge,
    ChildTeamGrant,
    ChildUpdate,
    ClassEpisode,
    ColumnMapping,
    ConfidentialAddress,
    ConflictOfInterest,
    Contact,
    ContactLink,
    ContactRestriction,
    EarlierSchool,
    EmergencyAccess,
    Enrolment,
    FormerUpn,
    HealthNote,
    HeldFact,
    Household,
    HouseholdMember,
    ImportPart,
    ImportRow,
    ImportRun,
    OtherName,
    ParentalResponsibility,
    Photograph,
    Safeguard,
    Sibling,
)

look_for(children_open="children_open_to")

# What is behind a child's card, by the child; and by what it has instead of a child.
DETAILS: tuple[type[Model], ...] = (
    ChildDetail,
    OtherName,
    FormerUpn,
    Enrolment,
    ClassEpisode,
    EarlierSchool,
    ContactLink,
    Photograph,
    HealthNote,
)


# The door of what compares with the whole list of a school, for whoever may change that list. It sees the children who
# are hidden from them, too, or the list would get them twice; and it tells nothing of them.
WHOLE_LIST = "whole list"

# The door of what is remembered of a list when somebody who decides about concerns changes what it says.
DECIDED = "decided"


def _of_the_list(me: Any) -> dict[str, Q]:
    return {WHOLE_LIST: among("school_id", fact("schools_with", me, ChildCapability.KEEP_CHILDREN))}


@rule(Child)
def cards_seen(me: Any) -> Rule:
    """The card.

    "merged": that of a record that has become part of another, for the service that takes it apart again.
    """
    stands = Q(merged_into=None, ending_at=None)
    merged = Q(merged_into__isnull=False, ending_at=None)
    return Rule(
        because={
            "role": among("school_id", fact("schools_with", me, Capability.FIND_CHILDREN)) & stands,
            "standing_in": among("id", fact("children_standing_in", me)) & stands,
        },
        never=among("id", fact("hidden_children", me)),
        doors={"merged": among("school_id", fact("schools_with", me, ChildCapability.VIEW_CHILD_DETAILS)) & merged},
        above=_of_the_list(me),
    )


def out_of_sight(me: Any, child: str) -> Q:
    """Rows of a child hidden from this person; and what stayed with a record that has become part of another, or is
    ending.
    """
    return among(child, fact("hidden_children", me)) | among(child, fact("merged_children", me))


def behind_the_card(me: Any, child: str, capability: AnyCapability) -> Rule:
    """The rule of what is known of one child. `child` is the column that names it."""
    return Rule(
        because={
            "role": among("school_id", fact("schools_with", me, capability)),
            "grant": among(child, fact("granted_children", me)),
            "emergency": among(child, fact("emergency_children", me)),
        },
        never=out_of_sight(me, child),
    )


def _details(me: Any) -> Rule:
    return behind_the_card(me, "child_id", ChildCapability.VIEW_CHILD_DETAILS)


def _details_of_lists(me: Any) -> Rule:
    return replace(_details(me), above=_of_the_list(me))


# No list speaks of these.
_NOT_OF_LISTS = (ContactRestriction, Photograph, HealthNote)
for _model in DETAILS:
    rule(_model)(_details if _model in _NOT_OF_LISTS else _details_of_lists)


@rule(ChildUpdate)
def updates_seen(me: Any) -> Rule:
    """Changes by hand, with what was said or seen. Of special needs and care: for those who write them."""
    writes = among("school_id", fact("schools_with", me, Capability.DECIDE_CONCERNS))
    return _details(me).but_never(Q(part=ChildUpdate.Part.NEEDS) & ~writes)


def _safeguards(me: Any) -> Rule:
    """What is recorded to protect a child. What was corrected was never true: it is seen on the pages about it alone
    (`context.with_errors`).
    """
    return _details(me).but_never(among("id", fact("safeguards_corrected", me)))


for _model in (ContactRestriction, ConfidentialAddress):
    rule(_model)(_safeguards)


@rule(ParentalResponsibility)
def responsibilities_seen(me: Any) -> Rule:
    """Whether an adult has parental responsibility. Of the children whom a list names it is compared, too."""
    stands = ~among("id", fact("safeguards_corrected", me))
    return replace(_safeguards(me), above={door: whole & stands for door, whole in _of_the_list(me).items()})


@rule(ChildFile)
def files_seen(me: Any) -> Rule:
    """Documents of the record: for those who read concerns, and for whom the record is open."""
    return behind_the_card(me, "child_id", Capability.VIEW_CONCERNS)


@rule(Sibling)
def siblings_seen(me: Any) -> Rule:
    """That two children are brothers or sisters: hidden where one of them is."""
    return Rule(
        because={
            "role": among("school_id", fact("schools_with", me, ChildCapability.VIEW_CHILD_DETAILS)),
            "grant": among("first_id", fact("granted_children", me)) | among("second_id", fact("granted_children", me)),
            "emergency": among("first_id", fact("emergency_children", me))
            | among("second_id", fact("emergency_children", me)),
        },
        never=out_of_sight(me, "first_id") | out_of_sight(me, "second_id"),
    )


@rule(Contact)
def contacts_seen(me: Any) -> Rule:
    """Adults of children. Those of a hidden child are hidden, whoever else they belong to."""
    return Rule(
        because={
            "role": among("school_id", fact("schools_with", me, ChildCapability.VIEW_CHILD_DETAILS)),
            "grant": among("id", fact("contacts_of_granted", me)),
        },
        never=among("id", fact("hidden_contacts", me)),
        above=_of_the_list(me),
    )


@rule(Household)
def households_seen(me: Any) -> Rule:
    """Where children live."""
    return Rule(
        because={
            "role": among("school_id", fact("schools_with", me, ChildCapability.VIEW_ADDRESSES)),
            "grant": among("id", fact("households_of_granted", me)),
        },
        never=among("id", fact("hidden_households", me)),
        above=_of_the_list(me),
    )


@rule(HouseholdMember)
def members_seen(me: Any) -> Rule:
    """Which child lives where."""
    return replace(behind_the_card(me, "child_id", ChildCapability.VIEW_ADDRESSES), above=_of_the_list(me))


def _imports(me: Any) -> Rule:
    return Rule(because={"role": among("school_id", fact("schools_with", me, ChildCapability.KEEP_CHILDREN))})


for _model in (ImportRun, ImportPart):
    rule(_model)(_imports)


@rule(ColumnMapping)
def headings_seen(me: Any) -> Rule:
    """What the headings of a school's spreadsheets mean: of lists of children, and of records from an earlier
    system.
    """
    importers = (ChildCapability.KEEP_CHILDREN, ChildCapability.IMPORT_EARLIER_RECORDS)
    return Rule(because={str(one): among("school_id", fact("schools_with", me, one)) for one in importers})


@rule(HeldFact)
def held_seen(me: Any) -> Rule:
    """What the school's own system says otherwise, less what is said of a hidden child or of its adults.

    "decided": for the services of what protects a child, whoever decides.
    """
    never = out_of_sight(me, "child_id") | among("contact_id", fact("hidden_contacts", me))
    decided = among("school_id", fact("schools_with", me, Capability.DECIDE_CONCERNS))
    return replace(_imports(me), never=never, doors={DECIDED: decided}, above=_of_the_list(me))


@rule(ImportRow)
def rows_seen(me: Any) -> Rule:
    """What a file says of children, less those hidden from whoever reads it, and whatever tells of them."""
    hidden = ("hidden_children", "hidden_contacts", "hidden_households")
    told = reduce(or_, (overlapping("kin", fact(name, me)) for name in hidden))
    return replace(_imports(me), never=out_of_sight(me, "child_id") | told, above=_of_the_list(me))


def _access(me: Any, child: str) -> Rule:
    """Who has access or a conflict: for those who manage access, and for the person it is about."""
    return Rule(
        because={"role": among("school_id", fact("schools_with", me, Capability.MANAGE_ACCESS)), "own": Q(user=me)},
        never=out_of_sight(me, child),
    )


@rule(ChildGrant)
def grants_seen(me: Any) -> Rule:
    """Who was given access to a child."""
    return _access(me, "content_object_id")


@rule(EmergencyAccess)
def emergencies_seen(me: Any) -> Rule:
    """Who opened a child's record in an emergency, and why."""
    return _access(me, "child_id")


@rule(ConflictOfInterest)
def conflicts_seen(me: Any) -> Rule:
    """Who is related to which child. Never for somebody who is: their own declaration names the child."""
    return _access(me, "child_id")


@rule(ChildTeamGrant)
def team_grants_seen(me: Any) -> Rule:
    """Which team was given access to a child: for those who manage access, and for the team while it opens it."""
    return Rule(
        because={
            "role": among("school_id", fact("schools_with", me, Capability.MANAGE_ACCESS)),
            "team": among("id", fact("grants_of_teams", me)),
        },
        never=out_of_sight(me, "content_object_id"),
    )


@rule(ChildMerge)
def merges_seen(me: Any) -> Rule:
    """Which records are said to be of one child: for those who read what is known of children, unless either is
    hidden.
    """
    hidden = fact("hidden_children", me)
    return Rule(
        because={"role": among("school_id", fact("schools_with", me, ChildCapability.VIEW_CHILD_DETAILS))},
        never=among("keep_id", hidden) | among("other_id", hidden),
    )


def may_ask_merge(user: User, record: Any) -> bool:
    """Who says that two records are of one child: who keeps the list of children, and who decides it.

    Of a child or a merge.
    """
    return may(user, ChildCapability.KEEP_CHILDREN, record.school_id) or may_merge(user, record)


def may_merge(user: User, record: Any) -> bool:
    """Who decides it, and undoes it: safeguarding files move, and with them who reads them, so it is who manages
    access.
    """
    return may(user, Capability.MANAGE_ACCESS, record.school_id) and may_see_details(user, record.school_id)


def may_decide_file(user: User, file: ChildFile) -> bool:
    """Who withholds a document of the record, and takes it out."""
    return may(user, Capability.DECIDE_CONCERNS, file.school_id)


decided_by(ChildFile, may_decide_file)


def may_see_details(user: User, school_id: UUID) -> bool:
    """Whether the person may open children's records at the school, and search by UPN."""
    return may(user, ChildCapability.VIEW_CHILD_DETAILS, school_id)


def may_see_record(user: User, child: Child) -> bool:
    """Whether the person may open this child's record, by role, given access or in an emergency; not by the card."""
    if may_see_details(user, child.school_id):
        return True
    return bool(who_sees(ChildDetail(child_id=child.pk, school_id=child.school_id), [user.pk]))


def may_see_files(user: User, child: Child) -> bool:
    """Whether the person may open the documents of this record: by role, given access, or in an emergency."""
    return may(user, Capability.VIEW_CONCERNS, child.school_id) or child.pk in children_open_to(user)


def children_open_to(user: User) -> frozenset[UUID]:
    """Keys of the children whose record is open to the person beside their roles, by access or in an emergency."""
    return frozenset(*seen(user, "children_open"))


def access_to_a_child(user: User) -> bool:
    """Whether there is such a child."""
    return bool(children_open_to(user))


def may_see_addresses(user: User, school_id: UUID) -> bool:
    """Whether the person may be shown where children of the school live."""
    return may(user, ChildCapability.VIEW_ADDRESSES, school_id)


def decides_concerns(user: User) -> bool:
    """Whether the person decides about concerns, at whichever school."""
    return may(user, Capability.DECIDE_CONCERNS)


def may_record_safeguard(user: User, school_id: UUID) -> bool:
    """Who writes down what protects a child: who keeps the list of children, and who decides about concerns."""
    return may(user, ChildCapability.KEEP_CHILDREN, school_id) or may(user, Capability.DECIDE_CONCERNS, school_id)


def may_confirm_safeguard(user: User, row: Safeguard) -> bool:
    """Who says that it is as it was written down."""
    return may(user, Capability.DECIDE_CONCERNS, row.school_id)


def may_change_safeguard(user: User, row: Safeguard) -> bool:
    """Who ends or corrects it: its author and those who confirm, until one of them has; then who manages access."""
    if may(user, Capability.MANAGE_ACCESS, row.school_id):
        return True
    if row.confirmed_at is not None:
        return False
    # What a list said is nobody's own.
    own = row.recorded_by_id == user.pk and may_record_safeguard(user, row.school_id)
    return own or may_confirm_safeguard(user, row)


def may_correct_safeguard(user: User, row: Safeguard) -> bool:
    """Who says that it was never so: who may change it, and on the day itself whoever recorded and confirmed it."""
    own = row.recorded_by_id == row.confirmed_by_id == user.pk and may_confirm_safeguard(user, row)
    is_today = timezone.localdate(row.recorded_at) == timezone.localdate()
    return may_change_safeguard(user, row) or (own and is_today)


def may_replace_safeguard(user: User, row: Safeguard) -> bool:
    """Who records another answer in its place: who may change it; and of what a list said, who keeps the list."""
    listed = row.recorded_by_id is None and row.confirmed_at is None
    return may_change_safeguard(user, row) or (listed and may(user, ChildCapability.KEEP_CHILDREN, row.school_id))


def may_import(user: User | None, run: ImportRun) -> bool:
    """Whether the person may take this import further. Without a person it is the command line, or the worker."""
    return user is None or may(user, ChildCapability.KEEP_CHILDREN, run.school_id)
