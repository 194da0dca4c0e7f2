"""Why do words of a concern mean another child than the one whom they mention?"""

from django import forms

from safeguarding.concerns.forms.deciding import words_field
from safeguarding.forms import HarbourForm


class TakeOffForm(HarbourForm):
    """Why a mention is taken off."""

    reason: forms.CharField = words_field(
        "Why this is another child",
        rows=3,
        help_text="Read by those who may see this concern and this child, and by nobody else",
        error_messages={"required": "Say why this is another child"},
    )
