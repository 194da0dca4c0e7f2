"""Which areas of a child's plans are put on paper?"""

from typing import Any

from django import forms

from safeguarding.forms import HarbourForm
from safeguarding.plans.kinds import Area
from safeguarding.plans.sections import Section


class AreasForm(HarbourForm):
    """A box for each area that the reader may have, sent by GET. `chosen` says that the boxes were seen."""

    chosen = forms.CharField(widget=forms.HiddenInput, initial="yes", required=False)
    area = forms.MultipleChoiceField(
        label="What goes on paper",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Tick one box at least"},
    )

    def __init__(self, asked: Any = None, *, there: dict[Section, bool]) -> None:
        super().__init__(asked, initial={"area": ticked(there)})
        field: Any = self.fields["area"]
        field.choices = [
            (str(one.area), one.title if anything else f"{one.title} (nothing on record)")
            for one, anything in there.items()
        ]


def ticked(there: dict[Section, bool]) -> list[str]:
    """The boxes that are ticked beforehand: what there is. Never an adoption, which somebody has to mean."""
    return [str(one.area) for one, anything in there.items() if anything and one.area != Area.ADOPTION]
