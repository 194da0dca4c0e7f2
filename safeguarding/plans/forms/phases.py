"""After which years do children move on to the next phase of education?"""

from django import forms

from children.codes import year_label
from safeguarding.forms import HarbourForm

# From the first year of nursery to the last of sixth form.
YEARS = range(-2, 14)


class MovesForm(HarbourForm):
    """The years that move on."""

    years = forms.TypedMultipleChoiceField(
        label="Year groups that move on",
        choices=[(year, "Nursery, first year" if year == YEARS[0] else year_label(year)) for year in YEARS],
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Children in these years move to another school or phase at the end of the year",
    )
