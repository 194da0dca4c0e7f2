"""Which local authority is the school's own?"""

from typing import Any

from django import forms
from django.utils import timezone

from safeguarding.forms import HarbourForm

from .episodes import listed_codes


class AuthorityForm(HarbourForm):
    """The authority of the school, which the forms of plans begin with."""

    authority = forms.ChoiceField(
        label="Local authority",
        help_text="A new plan begins with it, where the child has none yet",
        error_messages={"required": "Choose the local authority"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["authority"]
        field.choices = listed_codes("authority", timezone.localdate())
