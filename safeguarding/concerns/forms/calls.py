"""What may be said with a call for a safeguarding lead? A child and a line, both optional: the call must not wait for
them.

Nothing that is typed here is wrong: a call is made whatever it says, and all of what it says is kept.
"""

from dataclasses import dataclass
from uuid import UUID

from django import forms

from safeguarding.concerns.models import ConcernChild, HowSoon
from safeguarding.concerns.services.withholding import NOT_RECORDED
from safeguarding.forms import HarbourForm
from safeguarding.keys import record_of

from .typed import Content, Typed

# Longer words for a child are no description any more: they stand in the account, whole.
NAME = 200


@dataclass(frozen=True)
class Said:
    """The words of a call: the record that was chosen, who it is where no record stands for the child, what is
    happening.
    """

    child_id: UUID | None
    described: str
    line: str


def said(typed: Typed) -> Said:
    """What was typed, all of it: words for a child that have no place of their own stand in the line."""
    chosen, words, line = typed.text("child"), typed.text("q").strip(), typed.text("line").strip()
    if words and (chosen or len(words) > NAME):
        line = f"{line}\n\nWhich child, as typed with the call: {words}".strip()
    short = words if len(words) <= NAME else f"{words[: NAME - 1]}…"
    return Said(record_of(chosen), short or (NOT_RECORDED if chosen else ""), line)


def as_report(words: Said) -> Content:
    """The words of a call that could not be made, as a log form that is begun."""
    child = str(words.child_id or f"{ConcernChild.Kind.UNNAMED}-1")
    named = {"who": [child], f"{child}-role": [ConcernChild.Role.WORRIED_ABOUT.value]} if words.described else {}
    return {
        **named,
        f"{child}-description": [words.described],
        "facts": [words.line],
        "how_soon": [str(HowSoon.RIGHT_NOW.value)],
    }


class CallForm(HarbourForm):
    """The form on its page. `child` is the record that was chosen; `q` is kept as words where no record is chosen."""

    key = forms.CharField(required=False, widget=forms.HiddenInput)
    child = forms.CharField(required=False, widget=forms.HiddenInput)
    q = forms.CharField(
        label="Which child",
        required=False,
        help_text="A name, or what you can see: boy, Year 3, red coat",
    )
    line = forms.CharField(label="What is happening, in a line", required=False)
