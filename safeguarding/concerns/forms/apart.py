"""What may be typed when a lead says what one child's file says of a concern about several?"""

from collections.abc import Mapping
from typing import Any

from django import forms

from children.models import Child
from safeguarding.concerns.forms.mention import MentionText
from safeguarding.concerns.models import ConcernChild
from safeguarding.concerns.services.pointing import Pointed, pointed_out, swapped
from safeguarding.forms import Radios

from .deciding import Working
from .known import known_as

# As long as a page of paper.
STORY = 4_000


class FileForm(Working):
    """What a child's file says.

    `others` are the other children of the concern, with what to call each of them in it.
    """

    called = "choice of what the file says"
    revision = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    token = forms.UUIDField(widget=forms.HiddenInput)
    says = forms.ChoiceField(
        label="What this child’s file says",
        choices=ConcernChild.Says.choices,
        widget=Radios(),
        error_messages={"required": "Choose what this child’s file says"},
    )
    story = MentionText(
        label="Its own story",
        required=False,
        max_length=STORY,
        help_text="What happened, as it concerns this child. Call every other child “another child”, with the year.",
    )
    sure = forms.BooleanField(label="These words do not mean that child", required=False)

    def __init__(self, *args: Any, others: Mapping[Child, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.others = others

    @property
    def pointed(self) -> list[Pointed]:
        """The names and initials of other children that the story holds."""
        # A mention names nobody in this file.
        return pointed_out(self.kept_text("story"), self.others)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        if given.get("says") != ConcernChild.Says.STORY:
            return given
        if not given.get("story"):
            self.add_error("story", "Write the story that this child’s file says")
        elif self.pointed and not given.get("sure"):
            words = ", ".join(f"“{one.words}”" for one in self.pointed)
            self.add_error("story", f"This names another child: {words}. Change it, or say that it means somebody else")
        return given

    def with_names_swapped(self) -> "FileForm":
        """What was typed, with each name changed to what to call that child: nothing is saved by it."""
        data = self.data.copy()  # type: ignore[attr-defined]
        # What is too long to be kept is made shorter first.
        if len(story := data.get("story", "")) <= STORY:
            data["story"] = swapped(story, self.others)
        form = FileForm(data, others=self.others)
        form.looking = self.looking
        return form


known_as(file_form=FileForm)
