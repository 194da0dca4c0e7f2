"""By which names are the forms of leads known, and how does what was typed into one read where nothing can be saved?"""

from django.utils.dateparse import parse_date

from safeguarding import dates
from safeguarding.concerns.forms.asking import AskForm, ReclassifyForm
from safeguarding.concerns.forms.deciding import (
    ActionForm,
    CloseForm,
    DayChoice,
    DecisionForm,
    EndActionForm,
    HandOverForm,
    NoteForm,
    ReopenForm,
    TitleForm,
    UnlinkForm,
    Working,
)
from safeguarding.concerns.forms.reading_back import lines_of
from safeguarding.concerns.forms.typed import Typed

# The forms of the pages of leads, by the names under which their pages and what was kept know them.
FORMS: dict[str, type[Working]] = {}


def known_as(**forms: type[Working]) -> None:
    """These forms go by these names, so that what was typed can be read where nothing can be saved."""
    FORMS.update(forms)


known_as(
    ask_form=AskForm,
    kind_form=ReclassifyForm,
    decision_form=DecisionForm,
    note_form=NoteForm,
    action_form=ActionForm,
    close_form=CloseForm,
    reopen_form=ReopenForm,
    title_form=TitleForm,
    unlink_form=UnlinkForm,
    end_form=EndActionForm,
    hand_form=HandOverForm,
)


def readable_alone(form: str, typed: Typed) -> list[tuple[str, str]]:
    """Label and text of what was typed into the form of that name, without asking a database: a person chosen is left
    out.
    """
    fields = FORMS[form].base_fields
    days = {name: [_day_in_words(typed.text(name))] for name, field in fields.items() if isinstance(field, DayChoice)}
    shown = {name: field for name, field in fields.items() if not field.widget.is_hidden}
    return lines_of(Typed(typed.without_keys().content | days), shown)


def _day_in_words(chosen: str) -> str:
    try:
        day = parse_date(chosen)
    except ValueError:
        day = None
    # "Another date" is typed beside it.
    return dates.full_day(day) if day else ""
