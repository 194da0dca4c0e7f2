"""Who may see what about a child, and who may bring children into the school's list?

The card is for every active member of staff of the school, or nobody could log a concern about anyone. What is behind it
is for those who need it. Import runs are for those who may import.
"""

from uuid import UUID

from django.db.models import Model, Q

from safeguarding.accounts.models import User
from safeguarding.accounts.permissions import may, rights
from safeguarding.accounts.roles import Capability
from safeguarding.audit.protection import rule

from .models import (
    Child,
    ChildDetail,
    ClassEpisode,
    ColumnMapping,
    Contact,
    ContactLink,
    ContactRestriction,
    EarlierSchool,
    Enrolment,
    FormerUpn,
    Household,
    HouseholdMember,
    ImportPart,
    ImportRow,
    ImportRun,
    OtherName,
    ParentalResponsibility,
    Sibling,
)

DETAILS: tuple[type[Model], ...] = (
    ChildDetail, OtherName, FormerUpn, Enrolment, ClassEpisode, EarlierSchool, Sibling, Contact, ContactLink,
    ParentalResponsibility, ContactRestriction,
)  # fmt: skip
ADDRESSES: tuple[type[Model], ...] = (Household, HouseholdMember)


@rule(Child)
def _cards(user: User) -> Q:
    return Q(school_id__in=rights(user).schools(Capability.FIND_CHILDREN))


def _details(user: User) -> Q:
    return Q(school_id__in=rights(user).schools(Capability.VIEW_CHILD_DETAILS))


def _addresses(user: User) -> Q:
    return Q(school_id__in=rights(user).schools(Capability.VIEW_ADDRESSES))


def _imports(user: User) -> Q:
    return Q(school_id__in=rights(user).schools(Capability.IMPORT_CHILDREN))


def _parts_of_imports(user: User) -> Q:
    return Q(run__school_id__in=rights(user).schools(Capability.IMPORT_CHILDREN))


for _model in DETAILS:
    rule(_model)(_details)
for _model in ADDRESSES:
    rule(_model)(_addresses)
for _model in (ImportRun, ColumnMapping):
    rule(_model)(_imports)
for _model in (ImportPart, ImportRow):
    rule(_model)(_parts_of_imports)


def may_see_details(user: User, school_id: UUID) -> bool:
    """Whether the person may open children's records at the school, and search by UPN."""
    return may(user, Capability.VIEW_CHILD_DETAILS, school_id)


def may_see_addresses(user: User, school_id: UUID) -> bool:
    """Whether the person may be shown where children of the school live."""
    return may(user, Capability.VIEW_ADDRESSES, school_id)


def may_import(user: User | None, run: ImportRun) -> bool:
    """Whether the person may take this import further. Without a person it is the command line, or the worker."""
    return user is None or may(user, Capability.IMPORT_CHILDREN, run.school_id)
