"""What is typed to decide on places of an item, on people found, and on a whole item?"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.text import Truncator

from safeguarding.forms import HarbourForm, Radios, blank_first
from safeguarding.keys import number_of, uuid7
from sharing.requests import sentences
from sharing.requests.models import Decided, Exemption, Redaction, RequestItem
from sharing.requests.redacting.marks import LONGEST_INSTEAD, Document
from sharing.requests.services.deciding import MOST_PLACES, Place, Said
from sharing.requests.services.deciding_several import MOST, TOGETHER
from sharing.requests.services.reasons import LONGEST_ANSWER, Problems, Reason, answer_name, choices_of

D = Redaction.Deed
_DEEDS = [(D.OUT.value, "Take out"), (D.REPLACE.value, "Replace with other words"), (D.KEEP.value, "Keep")]
LONGEST_WORDS, LONGEST_WHY = 200, 2000
_MOST_OF_A_REASON = 90
GONE = "What was ticked does not stand in this item. Open it again, and tick it there."
EVERYWHERE, HERE = "everywhere", "here"


def _why() -> forms.CharField:
    return forms.CharField(
        label="Why, in this case", widget=forms.Textarea({"rows": 2}), required=False, max_length=LONGEST_WHY
    )


def _edge(label: str) -> forms.IntegerField:
    # Its control stands beside the picture, and belongs to the form.
    widget = forms.TextInput({"form": "mark", "inputmode": "numeric"})
    return forms.IntegerField(label=label, required=False, widget=widget)


class ListForm(HarbourForm):
    """Narrows the list of items; a code that is none narrows nothing."""

    show = forms.ChoiceField(
        label="Show", choices=blank_first([("undecided", "What is not decided")], "All items"), required=False
    )

    def chosen(self) -> str:
        """What was understood; empty for everything."""
        self.is_valid()
        return str(self.cleaned_data.get("show", ""))


class _WithReason(HarbourForm):
    """A form with a legal reason, the questions of its test, and why. `exemptions`: those that can be used; `earlier`:
    reasons that were given in this case, by keys of which `again` is one. What is typed stands before them.
    """

    again = forms.ChoiceField(label="Same reason as before", required=False)

    def __init__(
        self,
        *args: Any,
        exemptions: Sequence[Exemption],
        earlier: Mapping[str, Reason] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.exemptions = {one.code: one for one in exemptions}
        usable = (None, *self.exemptions)
        self.earlier = {
            key: one for key, one in (earlier or {}).items() if (one.exemption and one.exemption.code) in usable
        }
        before: Any = self.fields["again"]
        before.choices = blank_first([(key, _told(one)) for key, one in self.earlier.items()], "No, as below")
        chooser: Any = self.fields["exemption"]
        chooser.choices = blank_first([(one.code, f"{one.title} ({one.law})") for one in exemptions], "None")
        for exemption in exemptions:
            for question in exemption.questions:
                self.fields[answer_name(exemption, question["key"])] = _answer_field(question)

    def tests(self) -> Iterator[tuple[Exemption, list[Any], bool]]:
        """Each legal reason with the fields of its questions, and whether it is the chosen one."""
        for exemption in self.exemptions.values():
            fields = [self[answer_name(exemption, question["key"])] for question in exemption.questions]
            yield exemption, fields, self["exemption"].value() == exemption.code

    def offered(self) -> Iterator[tuple[str, list[tuple[str, str]], str]]:
        """Each earlier reason as it can be read before it is chosen: what it is called, questions with answers, why."""
        for one in self.earlier.values():
            asked = one.exemption.questions if one.exemption else ()
            yield _told(one), [(each["asks"], _in_words(each, one.answers)) for each in asked], one.why

    @property
    def reason(self) -> Reason:
        """The exemption that was chosen with the answers to its questions; what is left empty, as the earlier reason
        has it.
        """
        before = self.earlier.get(self.cleaned_data.get("again", "")) or Reason()
        code = self.cleaned_data.get("exemption", "") or (before.exemption.code if before.exemption else "")
        exemption = self.exemptions.get(code)
        asked = exemption.questions if exemption else ()
        said = before.answers if before.exemption and before.exemption.code == code else {}
        answers = {
            one["key"]: self._answer(answer_name(exemption, one["key"])) or str(said.get(one["key"], ""))
            for one in asked
            if exemption
        }
        return Reason(exemption, answers, self.cleaned_data.get("why", "") or before.why)

    def _answer(self, name: str) -> str:
        return str(self.cleaned_data.get(name, "")).strip()

    def ticked(self, name: str) -> list[str]:
        """What was ticked under a name, each once."""
        data: Any = self.data
        return list(dict.fromkeys(data.getlist(name))) if hasattr(data, "getlist") else []

    def blame(self, problems: Problems) -> None:
        """Say what a service finds wrong, each beside its field; what has none is said of the whole form."""
        for name, sentence in problems.items():
            if name not in self.errors:
                self.add_error(name if name in self.fields else None, sentence)


def _told(reason: Reason) -> str:
    """An earlier reason as it is offered."""
    title = f"{reason.exemption.title}: " if reason.exemption else ""
    return f"{title}{Truncator(' '.join(reason.why.split())).chars(_MOST_OF_A_REASON)}"


def _in_words(question: Mapping[str, Any], answers: Mapping[str, str]) -> str:
    said = str(answers.get(question["key"], ""))
    return str(dict(choices_of(question)).get(said, said))


def _answer_field(question: Mapping[str, Any]) -> forms.Field:
    if choices := choices_of(question):
        return forms.ChoiceField(label=question["asks"], choices=choices, widget=Radios(inline=True), required=False)
    words = forms.Textarea({"rows": 2})
    return forms.CharField(label=question["asks"], widget=words, max_length=LONGEST_ANSWER, required=False)


class PeopleForm(_WithReason):
    """What is done with people who were found, everywhere. What is ticked are their keys."""

    do = forms.CharField(widget=forms.HiddenInput, initial="people")
    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    deed = forms.ChoiceField(label="What to do", choices=_DEEDS, widget=Radios())
    instead = forms.CharField(
        label="What stands instead",
        required=False,
        max_length=LONGEST_INSTEAD,
        help_text="Such as “a neighbour”. Left empty, a person is called as in the column “In the answer”",
    )
    exemption = forms.ChoiceField(label="Legal reason", required=False)
    why = _why()

    def said(self) -> Said:
        """What is done, and why."""
        reason = self.reason
        given = self.cleaned_data
        return Said(given["deed"], given["instead"], reason.exemption, reason.answers, reason.why)

    @property
    def people(self) -> list[UUID]:
        """The people who were ticked, several in one box where they share a line; a key that is none is nobody."""
        return [key for typed in self.ticked("person") for one in typed.split() if (key := _key(one))]


class MarkForm(PeopleForm):
    """What is done with places of an item: sentences and words that were ticked or selected, words that were typed,
    rectangles, and people who stand in it.
    """

    do = forms.CharField(widget=forms.HiddenInput, initial="mark")
    words = forms.CharField(
        label="Words wherever they stand in this item",
        required=False,
        max_length=LONGEST_WORDS,
        help_text="They are looked for and shown to you before anything happens",
    )
    where = forms.ChoiceField(
        label="For ticked people",
        choices=[(EVERYWHERE, "Wherever they stand"), (HERE, "Only in this item")],
        widget=Radios(inline=True),
        initial=EVERYWHERE,
        required=False,
    )
    page = forms.IntegerField(label="Page", required=False)
    x0 = _edge("Left")
    y0 = _edge("Top")
    x1 = _edge("Right")
    y1 = _edge("Bottom")
    # The words that have been looked for, and were shown.
    looked_for = forms.CharField(widget=forms.HiddenInput, required=False, max_length=LONGEST_WORDS)

    field_order = ("do", "token", "deed")

    def __init__(self, *args: Any, document: Document, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.document = document
        self.places: list[Place] = []

    @property
    def rectangle(self) -> list[Any]:
        """The fields of the four numbers."""
        return [self[name] for name in ("x0", "y0", "x1", "y1")]

    @property
    def is_to_look(self) -> bool:
        """Whether words were typed that have not been looked for and shown yet."""
        typed = self.cleaned_data.get("words", "").split()
        return bool(typed) and typed != self.cleaned_data.get("looked_for", "").split()

    @property
    def is_here(self) -> bool:
        return self.cleaned_data.get("where") == HERE

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        try:
            self.places = self._read()
        except (ValueError, IndexError, TypeError):
            self.add_error(None, GONE)
        if not (self.places or self.people or given.get("words", "").strip() or self.errors):
            self.add_error(None, "Tick what you decide on, select it, or type the words")
        return given

    def _read(self) -> list[Place]:
        """Every place that was ticked, selected or drawn. Raises `ValueError`, `IndexError` for what is none."""
        found = [self._range(*map(int, one.split(":"))) for one in self._at()]
        by_page: dict[int, list[int]] = {}
        for one in self.ticked("word"):
            page, at = map(int, one.split(":"))
            by_page.setdefault(page, []).append(at)
        for hit in self.ticked("hit"):
            if hit.startswith("words:"):
                page, first, last = map(int, hit.split(":")[1:])
                by_page.setdefault(page, []).extend(range(first, min(last, first + MOST_PLACES) + 1))
        for page, words in by_page.items():
            found += self._over_words(page, words)
        for one in self.ticked("area"):
            page, *edges = map(int, one.split(":"))
            if len(edges) != 4:
                raise ValueError
            found.append(Place(page=page, area=tuple(edges)))
        return found + self._numbers()

    def _at(self) -> list[str]:
        hits = [hit.removeprefix("at:") for hit in self.ticked("hit") if hit.startswith("at:")]
        return list(dict.fromkeys([*self.ticked("at"), *hits]))

    def _range(self, number: int, start: int, end: int) -> Place:
        if number < 0:
            raise IndexError
        return Place(self.document.blocks[number].key, start, end)

    def _over_words(self, page: int, words: Sequence[int]) -> list[Place]:
        drawn = self.document.page_of.get(page)
        if drawn is None or min(words) < 0:
            raise IndexError
        return [Place(page=page, area=tuple(area)) for area in sentences.areas_of(drawn, words)]

    def _numbers(self) -> list[Place]:
        """The rectangle that was given by four numbers."""
        edges = [self.cleaned_data.get(name) for name in ("x0", "y0", "x1", "y1")]
        if all(edge is None for edge in edges):
            return []
        if any(edge is None for edge in edges):
            self.add_error("x0", "Enter all four numbers of the rectangle: left, top, right and bottom")
            return []
        return [Place(page=self.cleaned_data.get("page") or 1, area=tuple(edge for edge in edges if edge is not None))]


class SeveralForm(_WithReason):
    """What becomes of items of a list: those ticked, or all that are shown of a concern, a kind or a person."""

    decided = forms.ChoiceField(
        label="What becomes of each",
        choices=[(one.value, one.label) for one in TOGETHER],
        widget=Radios(hints={Decided.FULL.value: "Only where nothing is taken out of it and nobody in it is open"}),
        error_messages={"required": "Choose what becomes of them"},
    )
    exemption = forms.ChoiceField(label="Legal reason", required=False)
    why = _why()

    @property
    def seen(self) -> dict[UUID, int]:
        """The items that stood on the page, each in the revision that was shown."""
        found = {}
        for typed in self.ticked("shown")[:MOST]:
            key, _, revision = typed.partition(":")
            if (item := _key(key)) and (number := number_of(revision)) is not None:
                found[item] = number
        return found


class ItemForm(_WithReason):
    """What becomes of a whole item."""

    do = forms.CharField(widget=forms.HiddenInput, initial="decide")
    revision = forms.IntegerField(widget=forms.HiddenInput)
    decided = forms.ChoiceField(
        label="Whole item",
        choices=[(value, label) for value, label in Decided.choices if value],
        widget=Radios(
            hints={
                Decided.PART.value: "With what was taken out or replaced",
                Decided.WITHHELD.value: "Needs a legal reason of its own, and the approver’s agreement",
            }
        ),
    )
    exemption = forms.ChoiceField(label="Legal reason", required=False)
    why = _why()
    is_record = forms.ChoiceField(
        label="Belongs to the educational record",
        choices=[("yes", "Yes"), ("no", "No")],
        widget=Radios(inline=True),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        item: RequestItem,
        exemptions: Sequence[Exemption],
        earlier: Mapping[str, Reason] | None = None,
    ) -> None:
        initial = {
            "revision": item.revision,
            "decided": item.decided,
            "why": item.why,
            "is_record": "yes" if item.is_record else "no",
        }
        if item.exemption is not None:
            initial["exemption"] = item.exemption.code
            initial |= {answer_name(item.exemption, key): words for key, words in item.answers.items()}
        super().__init__(data, exemptions=exemptions, earlier=earlier, initial=initial, auto_id="whole_%s")


def _key(typed: str) -> UUID | None:
    try:
        return UUID(typed)
    except ValueError:
        return None
