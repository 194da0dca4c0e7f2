"""What is asked of somebody who has a meeting in an hour? Three boxes, and which of the child's words to take along."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms

from safeguarding.concerns.briefing import Said
from safeguarding.concerns.models import Brief
from safeguarding.concerns.services.briefs import BOXES, Written, problem_of
from safeguarding.dates import full_day
from safeguarding.forms import HarbourForm


class BriefForm(HarbourForm):
    """The boxes. `said` are the words of the child that can be chosen; `brief` is what was saved before."""

    revision = forms.IntegerField(widget=forms.HiddenInput, initial=0)
    worries = forms.CharField(label=BOXES["worries"], required=False, widget=forms.Textarea)
    works = forms.CharField(label=BOXES["works"], required=False, widget=forms.Textarea)
    asks = forms.CharField(
        label=BOXES["asks"], required=False, widget=forms.Textarea, help_text="Who you ask, and by when"
    )
    words = forms.MultipleChoiceField(
        label="The child’s own words", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, data: Any = None, *, said: Sequence[Said], brief: Brief | None) -> None:
        initial = {"revision": brief.revision, **{name: getattr(brief, name) for name in BOXES}} if brief else {}
        super().__init__(data, initial=initial | {"words": [str(one.account) for one in said if one.ticked]})
        self.fields["words"].choices = [  # type: ignore[attr-defined]
            (str(one.account), f"“{one.text.strip('“”')}” {full_day(one.on)}, {one.reference}") for one in said
        ]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        for name in BOXES:
            if problem := problem_of(name, given.get(name, "").strip()):
                self.add_error(name, problem)
        return given

    def written(self) -> Written:
        """What `briefs.save_brief` takes."""
        given = self.cleaned_data
        return Written(
            worries=given["worries"],
            works=given["works"],
            asks=given["asks"],
            words=[UUID(account) for account in given["words"]],
        )
