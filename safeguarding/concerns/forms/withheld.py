"""What does a lead say of a child whom the writer of a report chose and could not name?"""

from django import forms

from safeguarding.concerns.forms.deciding import words_field
from safeguarding.forms import HarbourForm


class RefuseForm(HarbourForm):
    """Why the child is not added."""

    reason: forms.CharField = words_field(
        "Why the child is not added",
        rows=3,
        help_text="Read by those who may see this concern and this child, and by nobody else",
        error_messages={"required": "Say why the child is not added"},
    )
