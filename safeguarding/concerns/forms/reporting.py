"""What does a member of staff write down about a concern? The fields of the log form (domain reference 1.2)."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone

from children.models import Child
from safeguarding.accounts.models import User
from safeguarding.concerns.bodymap import BY_NUMBER, NOTE_LENGTH
from safeguarding.concerns.models import Account, Category, ConcernChild, HowSoon, Subcategory
from safeguarding.concerns.services.naming import ChildEntry
from safeguarding.concerns.services.raising import AccountFacts, Report
from safeguarding.concerns.services.withholding import NOT_RECORDED
from safeguarding.dates import short_day
from safeguarding.forms import DateBoxesField, HarbourForm, Radios, TimeField
from safeguarding.keys import record_of

from .mention import LONGEST, Mentioning, MentionText
from .typed import Typed, kind_of

# Longer than any account seen; what is longer is kept as a draft and the form says so.
ACCOUNT, LINE, DESCRIPTION = LONGEST, 2_000, 300
# More children than any concern has.
MOST_CHILDREN = 60
NOT_NAMED = (
    "A child who was chosen on the form is not on this school’s list, so the report does not name them. Say "
    "who it is under “Add to this report”."
)
# Years: nobody at work saw anything longer ago.
EARLIEST = 100
_UNNAMED = {
    ConcernChild.Kind.UNNAMED: "Describe the child you cannot name, for example: boy, Year 3, red coat",
    ConcernChild.Kind.NOT_ON_ROLL: "Say who the child is who is not at this school",
    ConcernChild.Kind.UNBORN: "Say whose child is not born yet",
}


class TypedForm(HarbourForm):
    """A form over what has been typed. Unless it is `checked`, it shows the text as it is and asks for nothing yet."""

    def __init__(self, typed: Typed, *, checked: bool, **kwargs: Any) -> None:
        self.typed = typed
        super().__init__(typed.data if checked else None, **kwargs)
        if not checked:
            self.initial = {
                name: field.widget.value_from_datadict(typed.data, {}, self.add_prefix(name))  # type: ignore[arg-type]
                for name, field in self.fields.items()
            }


class ChildForm(TypedForm):
    """One child of the concern: the role, a description where there is no record, a tick where others are alike."""

    role = forms.ChoiceField(choices=[("", "Choose the role"), *ConcernChild.Role.choices])
    description = forms.CharField(label="Who it is, as far as you know", max_length=DESCRIPTION)
    sure = forms.BooleanField(label="This is the child I mean")

    def __init__(
        self,
        typed: Typed,
        key: str,
        *,
        child: Child | None,
        namesakes: Sequence[Child],
        may_be_named: bool,
        checked: bool,
    ) -> None:
        super().__init__(typed, checked=checked, prefix=key)
        self.key, self.child, self.namesakes = key, child, namesakes
        self.kind, self.may_be_named = kind_of(key), may_be_named
        said = self.name if child else f"“{self.name}”"
        self.fields["role"].label = f"Role of {self.name}"
        self.fields["role"].error_messages["required"] = f"Choose the role of {said}"
        if self.kind:
            self.fields["description"].error_messages["required"] = _UNNAMED[ConcernChild.Kind(self.kind)]
        else:
            del self.fields["description"]
        if namesakes:
            self.fields["sure"].error_messages["required"] = (
                f"Tick that {self.name}, {about(child)}, is the child you mean"
            )
        else:
            del self.fields["sure"]

    def clean(self) -> dict[str, Any]:
        if self.child and not self.may_be_named:
            gone = f"{self.name} left more than twelve months ago"
            self.add_error("role", f"{gone}: press Remove, then describe the child in your own words")
        return self.cleaned_data

    @property
    def is_unknown(self) -> bool:
        """Whether the child was chosen by a key that names nobody to this person. The form is sent without the name."""
        return not self.kind and self.child is None

    @property
    def name(self) -> str:
        """The name on the page, or that it is a child who cannot be named."""
        if self.child:
            return self.child.full_name
        return str(ConcernChild.Kind(self.kind).label) if self.kind else "A child on this form"

    @property
    def about(self) -> str:
        return about(self.child)

    def entry(self) -> ChildEntry:
        """For the service, once the form is valid."""
        if self.is_unknown:
            kind = ConcernChild.Kind.NOT_YET
            return ChildEntry(self.cleaned_data["role"], kind=kind, description=NOT_RECORDED, key=record_of(self.key))
        return ChildEntry(
            role=self.cleaned_data["role"],
            child=self.child,
            kind=self.kind or ConcernChild.Kind.ON_RECORD,
            description=self.cleaned_data.get("description", ""),
        )


def about(child: Child | None) -> str:
    """What tells a child apart from another of the same name: known as, class, year, and whether it has left."""
    if child is None:
        return ""
    known = f"known as {child.known_as}" if child.known_as else ""
    left = f"left on {short_day(child.left_on)}" if child.left_on else ""
    return ", ".join(filter(None, (known, child.class_name, child.year, left)))


def child_forms(
    typed: Typed,
    *,
    cards: Mapping[UUID, Child],
    nameable: Collection[UUID],
    namesakes: Mapping[UUID, Sequence[Child]],
    checked: bool,
) -> list[ChildForm]:
    """A form for each child. `cards` are those this person may see, `nameable` of them those who may be written about
    today.

    A key of neither stays on the form, and is sent without a name (`services/withholding.py`).
    """
    rows = []
    for key in typed.children:
        child = cards.get(record) if (record := record_of(key)) else None
        others = namesakes.get(child.pk, ()) if child else ()
        named = bool(kind_of(key)) or record in nameable
        rows.append(ChildForm(typed, key, child=child, namesakes=others, may_be_named=named, checked=checked))
    return rows


class ReportForm(Mentioning, TypedForm):
    """The account.

    `kinds` are the categories that may be chosen today, `leads` those on duty, whom one may have told.
    """

    how_soon = forms.TypedChoiceField(
        label="How soon does someone need to act?",
        coerce=int,
        choices=HowSoon.choices,
        widget=Radios(hints={HowSoon.RIGHT_NOW: "A child may not be safe to go home, or is in danger"}),
        error_messages={"required": "Say how soon someone needs to act"},
    )
    q = forms.CharField(label="Add a child", required=False, max_length=200)
    observed_on = DateBoxesField(label="Date", past=True, help_text="For example, 24 11 2026")
    observed_at = TimeField(
        label="Time", required=False, help_text="About when is fine. Leave it empty if you cannot say."
    )
    place = forms.ChoiceField(
        label="Where",
        choices=[("", "Choose the place"), *Account.Place.choices],
        error_messages={"required": "Choose where it was"},
    )
    place_detail = forms.CharField(label="Where exactly", required=False, max_length=LINE)
    how_known = forms.ChoiceField(
        label="How you came to know",
        choices=[("", "Choose one"), *Account.HowKnown.choices],
        error_messages={"required": "Choose how you came to know"},
    )
    facts = MentionText(
        label="What you saw or heard",
        help_text="Facts first, in order. Give full names. If something is your opinion, say so. Type @ and a name "
        "to mention another child.",
        required=False,
        max_length=ACCOUNT,
    )
    child_words = MentionText(
        label="The child’s own words",
        help_text="Exactly as said, even if the words are unclear. Do not tidy them up.",
        required=False,
        max_length=ACCOUNT,
    )
    presentation = MentionText(label="How the child seemed", required=False, max_length=LINE)
    others_present = MentionText(label="Who else was there", required=False, max_length=LINE, widget=forms.TextInput)
    category = forms.ChoiceField(
        label="Nearest category",
        help_text="Your safeguarding lead can change this.",
        error_messages={"required": "Choose the nearest category"},
    )
    subcategory = forms.ChoiceField(
        label="More exactly", required=False, widget=forms.Select({"data-narrow-by": "category"})
    )
    marks_seen = forms.ChoiceField(
        label="Did you see a mark or injury?",
        choices=[("no", "No"), ("yes", "Yes")],
        widget=Radios(inline=True),
        error_messages={"required": "Say whether you saw a mark or injury"},
    )
    told = forms.ChoiceField(
        label="Have you told a safeguarding lead in person?",
        widget=Radios(hints={Account.Told.NOBODY: "Sending this form alerts them now."}),
        error_messages={
            "required": "Say who you have told, or choose “I have not told anyone yet”",
            "invalid_choice": "Say again who you have told: who is on duty has changed",
        },
    )
    told_other = forms.CharField(label="Who else you told", required=False, max_length=LINE)
    done_at_once = MentionText(label="What you did at once", required=False, max_length=LINE)

    def __init__(
        self,
        typed: Typed,
        *,
        kinds: Sequence[Category],
        leads: Sequence[User],
        children: Sequence[ChildForm],
        checked: bool,
    ) -> None:
        self.kinds, self.leads = {kind.code: kind for kind in kinds}, {str(lead.pk): lead for lead in leads}
        self.children = children
        super().__init__(typed, checked=checked)
        self._choices("category", [("", "Choose a category"), *((k.code, k.name) for k in kinds)])
        self._choices("subcategory", [("", "Not sure, or none of these"), *_narrower(kinds)])
        if children:
            self.fields["q"].label = "Add another child"
        told = [*((key, f"Yes, {lead.full_name}") for key, lead in self.leads.items())]
        self._choices("told", [*told, *((t.value, t.label) for t in (Account.Told.OTHER, Account.Told.NOBODY))])

    def _choices(self, name: str, choices: Iterable[Any]) -> None:
        self.fields[name].choices = list(choices)  # type: ignore[attr-defined]

    def __iter__(self) -> Iterator[forms.BoundField]:
        """Every field in the order of the page, those of the children too: so the problems are listed."""
        for bound in super().__iter__():
            yield bound
            if bound.name == "how_soon":
                yield from (field for row in self.children for field in row)

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if given.get("q"):
            self.add_error("q", "Choose the child from the list, describe the child, or clear this box")
        elif not self.children:
            self.add_error("q", "Name or describe at least one child")
        elif len(self.children) > MOST_CHILDREN:
            self.add_error("q", f"Name at most {MOST_CHILDREN} children in one concern, and the others in another one")
        if not (given.get("facts") or given.get("child_words") or {"facts", "child_words"} & set(self.errors)):
            self.add_error("facts", "Write what you saw or heard, or what the child said")
        if given.get("told") == Account.Told.OTHER and not given.get("told_other"):
            self.add_error("told_other", "Say who else you told, with their full name")
        if given.get("told") == Account.Told.NOBODY and given.get("told_other"):
            self.add_error("told", "You wrote who you told: choose “Yes, someone else”, or clear “Who else you told”")
        self._check_when()
        if (narrower := self._subcategory()) and narrower.category_id != given.get("category"):
            self.add_error("subcategory", f"“{narrower.name}” belongs to another category: choose again, or leave it")
        self._check_marks()
        return given

    def _check_when(self) -> None:
        """A year typed wrongly, and a time of today that has not come: `now` is when the form is checked."""
        day, at = self.cleaned_data.get("observed_on"), self.cleaned_data.get("observed_at")
        now = timezone.localtime()
        if day and day.year < now.year - EARLIEST:
            self.add_error("observed_on", f"Date must be within the last {EARLIEST} years")
        if day == now.date() and at and at > now.time():
            self.add_error("observed_at", "Time must not be later than now: if it was on another day, change the date")

    def _check_marks(self) -> None:
        marks = self.typed.marks
        if marks and self.cleaned_data.get("marks_seen") == "no":
            self.add_error(
                "marks_seen", "You ticked a place on the body: choose Yes, or take the tick and the note away"
            )
        for region, note in marks.items():
            if len(note) > NOTE_LENGTH:
                where = BY_NUMBER[region].label.lower()
                self.add_error("marks_seen", f"What you saw at {where} must be {NOTE_LENGTH} characters or fewer")

    def _subcategory(self) -> Subcategory | None:
        wanted = self.cleaned_data.get("subcategory")
        return next((s for k in self.kinds.values() for s in k.subcategories.all() if str(s.pk) == wanted), None)

    @property
    def only_asks(self) -> bool:
        return super().only_asks and not any(row.errors for row in self.children)

    def is_urgent(self) -> bool:
        """A child may not be safe: no question about names comes between."""
        return self.cleaned_data.get("how_soon") == HowSoon.RIGHT_NOW

    def is_whole(self) -> bool:
        """Whether this form and those of all its children can be sent.

        Checks every one, so that all problems are told.
        """
        return all([self.is_valid(), *[row.is_valid() for row in self.children]])

    def report(self) -> Report:
        """For the service, once the form is whole."""
        given = self.cleaned_data
        of_account = {name: given[name] for name in AccountFacts.__dataclass_fields__ if name in given}
        lead = self.leads.get(given["told"])
        of_account |= {
            "marks_seen": given["marks_seen"] == "yes",
            "told": Account.Told.LEAD if lead else given["told"],
            "told_person": lead,
        }
        return Report(
            how_soon=given["how_soon"],
            children=[row.entry() for row in self.children],
            account=AccountFacts(**of_account),
            category=self.kinds[given["category"]],
            subcategory=self._subcategory(),
            marks=self.typed.marks,
        )


def _narrower(kinds: Sequence[Category]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Subcategories under the name of their category, for a list in groups."""
    groups = ((kind.name, [(str(s.pk), s.name) for s in kind.subcategories.all()]) for kind in kinds)
    return [(name, entries) for name, entries in groups if entries]


class OpeningForm(HarbourForm):
    """Why a lead reads what its author has not sent."""

    reason = forms.CharField(
        label="Why you open it before it has been sent",
        help_text="Its author is told that you have read it. Your reason stays with the record.",
        max_length=LINE,
        widget=forms.Textarea,
        error_messages={"required": "Give your reason for opening this draft before its author has sent it"},
    )
