"""How what Harbour knows of a child, of their family and of who has access is told beyond a page."""

from collections import defaultdict
from collections.abc import Iterator
from uuid import UUID

from django.db.models import Q

from children import codes
from children.codes import year_label
from children.mentions import marker
from safeguarding.dates import full_day, full_moment
from safeguarding.parts import (
    Block,
    Gathering,
    Key,
    Kind,
    Model,
    Text,
    as_declared,
    called,
    field_text,
    key_to,
    left_out,
    tell,
    told_fields,
)

from .models import (
    Child,
    ChildDetail,
    ChildFile,
    ChildGrant,
    ChildMerge,
    ChildTeamGrant,
    ChildUpdate,
    ClassEpisode,
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
    MergedRow,
    OtherName,
    ParentalResponsibility,
    Photograph,
    Sibling,
)

_RECORD = Child._meta.label_lower


def _year(row: Child | ClassEpisode) -> Iterator[Text]:
    yield Text("Year group", year_label(row.year_group), Kind.LISTED)


def _in_words(row: ChildDetail) -> Iterator[Text]:
    """What is kept as codes, and the doctor, who is another person."""
    yield Text("Ethnicity", row.ethnicity_label, Kind.LISTED)
    yield Text("First language", row.language_label, Kind.LISTED)
    yield Text("Special educational needs", row.sen_label, Kind.LISTED)
    yield Text("Needs", ", ".join(row.sen_needs_labels), Kind.LISTED)
    yield Text("Authority that looks after the child", row.care_authority_label, Kind.LISTED)
    yield Text("GP practice", row.gp, Kind.NAME)


def _destination(row: Enrolment) -> Iterator[Text]:
    yield Text("Authority of the next school", codes.label("authority", row.destination_authority), Kind.LISTED)


def _authority(row: EarlierSchool) -> Iterator[Text]:
    yield Text("Authority", codes.label("authority", row.local_authority), Kind.LISTED)


def _siblings(gathering: Gathering, model: Model, title: str) -> Iterator[Block]:
    """Brothers and sisters: two children in one row, of whom the other one stands in the block as a marker."""
    own = gathering.children
    rows = list(gathering.stands(model).filter(Q(first__in=own) | Q(second__in=own)).order_by("pk"))
    others = {row.pk: row.second_id if row.first_id in own else row.first_id for row in rows}
    names = gathering.names(Child, others.values())
    for row in rows:
        child = row.first_id if row.first_id in own else row.second_id
        other = others[row.pk]
        texts = [
            Text("Brother or sister", names[other], Kind.NAME, key_to(Child, other)),
            Text("Relationship", row.relationship, Kind.TYPED),
            *_over(row),
        ]
        right = Key(_RECORD, child)
        yield gathering.block(row, title, (None, False), texts, right=right, children=frozenset({child}))


def _over(row: Sibling) -> Iterator[Text]:
    if row.corrected_at:
        yield Text("Entered wrongly, corrected", full_moment(row.corrected_at), Kind.DAY)
    elif row.ends_on:
        yield Text("Last day", full_day(row.ends_on), Kind.DAY)


def _was(row: ChildUpdate) -> Iterator[Text]:
    if row.part != ChildUpdate.Part.HOME:
        yield Text("What it was", row.was, Kind.TYPED)


def _updates(gathering: Gathering, model: Model, title: str) -> Iterator[Block]:
    """Who told the school what, for who asks what is held: a file or a pack tells what is true, not how it came so.

    Not where the child lived, which may be an address that nobody is told: the homes say it, as far as they go.
    """
    if gathering.with_errors:
        yield from as_declared("made_at", but=("was",), also=_was)(gathering, model, title)


def _households(gathering: Gathering, model: Model, title: str) -> Iterator[Block]:
    """The homes that the child has or had, each with its address."""
    yield from _of_family(gathering, model, title, _linked(gathering, (HouseholdMember, "household_id")))


def _contacts(gathering: Gathering, model: Model, title: str) -> Iterator[Block]:
    """The adults whom the record of the child names, with how to reach them."""
    links = ((of, "contact_id") for of in (ContactLink, ParentalResponsibility, ContactRestriction))
    yield from _of_family(gathering, model, title, _linked(gathering, *links))


def _linked(gathering: Gathering, *links: tuple[Model, str]) -> dict[UUID, set[UUID]]:
    """The children in sight by the key of something to which rows of theirs link."""
    found: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for model, column in links:
        rows = gathering.stands(model).filter(**{"child__in": gathering.children, f"{column}__isnull": False})
        for key, child in rows.values_list(column, "child_id"):
            found[key].add(child)
    return found


def _of_family(gathering: Gathering, model: Model, title: str, whose: dict[UUID, set[UUID]]) -> Iterator[Block]:
    rows = list(gathering.see(model).filter(pk__in=whose).order_by("pk"))
    fields = told_fields(model)
    homes = gathering.names(Household, {getattr(row, "household_id", None) for row in rows})
    for row in rows:
        texts = [field_text(row, f, {}) for f in fields if not f.is_relation]
        home = Text("Address", homes.get(getattr(row, "household_id", None), ""), Kind.LISTED, key_to(model, row.pk))
        right = Key(_RECORD, min(whose[row.pk]))
        yield gathering.block(row, title, (None, False), [*texts, home], right=right, children=frozenset(whose[row.pk]))


called(Child, lambda child: marker(child.pseudonym), is_person=True)
called(Contact, lambda adult: adult.full_name, is_person=True)
called(Household, lambda home: ", ".join(home.lines))

tell(Child, title="Child", blocks=as_declared(but=("year_group",), also=_year))
tell(
    ChildDetail,
    title="Details",
    blocks=as_declared(
        but=("ethnicity", "first_language", "sen_provision", "sen_needs", "care_authority", "gp"), also=_in_words
    ),
)
tell(OtherName, title="Other name", blocks=as_declared("added_at"))
tell(FormerUpn, title="Earlier unique pupil number", blocks=as_declared("until"))
tell(
    Enrolment,
    title="Time at this school",
    blocks=as_declared("entered_on", but=("destination_authority",), also=_destination),
)
tell(ClassEpisode, title="Class", blocks=as_declared("starts_on", but=("year_group",), also=_year))
tell(EarlierSchool, title="Earlier school", blocks=as_declared("entered_on", but=("local_authority",), also=_authority))
tell(HealthNote, title="Health", blocks=as_declared("starts_on"))
tell(ChildUpdate, title="Change by hand", blocks=_updates)
tell(Household, title="Home", blocks=_households)
tell(HouseholdMember, title="Where the child lives", blocks=as_declared("starts_on"))
tell(Contact, title="Adult", blocks=_contacts)
tell(ContactLink, title="Adult of the child", blocks=as_declared("starts_on"))
tell(ParentalResponsibility, title="Parental responsibility", blocks=as_declared("recorded_at"))
tell(ConfidentialAddress, title="Confidential address", blocks=as_declared("recorded_at"))
tell(ContactRestriction, title="Order or limit on contact", blocks=as_declared("starts_on"))
tell(Sibling, title="Brother or sister", blocks=_siblings)
tell(Photograph, title="Photograph", blocks=as_declared("added_at"))
tell(ChildFile, title="Document", blocks=as_declared("attached_at", but=("is_active",)))
tell(ChildGrant, title="Access given to a person", blocks=as_declared("granted_at"))
tell(ChildTeamGrant, title="Access given to a team", blocks=as_declared("granted_at"))
tell(EmergencyAccess, title="Emergency access", blocks=as_declared("opened_at"))
tell(ChildMerge, title="Two records of one child", blocks=as_declared("asked_at"))

left_out(
    ConflictOfInterest,
    called="Who on the staff is related or close to a child",
    because="It says that a member of staff is related or close to a child: it is about that member of staff.",
)
left_out(
    ImportPart,
    ImportRow,
    called="Lists of children on their way in",
    because="They hold a list on its way in. What was taken over from it stands in the child’s record.",
)
left_out(
    HeldFact,
    called="What the school’s own system says beside it",
    because="It repeats what the school’s own system says where the school has changed it here. That system tells it.",
)
left_out(
    MergedRow,
    called="How two records became one",
    because="It says which rows came over when two records became one, and holds no words.",
)
