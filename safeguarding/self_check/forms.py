"""What is typed about a backup that was put back on trial?"""

from django import forms

from safeguarding.forms import DateBoxesField, HarbourForm
from safeguarding.keys import uuid7
from safeguarding.self_check.models import RestoreDrill


class DrillForm(HarbourForm):
    """The day and what came of it. No free text: what went wrong is for whoever looks after the machine."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid7)
    tried_on = DateBoxesField(label="Day on which it was tried", past=True)
    came_back = forms.ChoiceField(label="What came of it?", choices=RestoreDrill.Came.choices, widget=forms.RadioSelect)
