"""Who may see what came from outside or on paper, and who has an emergency sheet, and who may do what with it?"""

from typing import Any

from django.db.models import Q
from django.utils import timezone

from safeguarding.accounts.permissions import may
from safeguarding.accounts.roles import Capability
from safeguarding.audit.protection import Rule, among, fact, known, rule
from safeguarding.concerns.models import EmergencySheet, OutsideConflict, OutsideNote, PaperForm

from .concern import stands_in, through_the_concern


@rule(OutsideNote)
def outside_notes_seen(me: Any) -> Rule:
    """A note from outside: for those who read the school's concerns, and once it is a concern for those who see that
    one.

    Before that, never for somebody of whom it was said that it is not for them, nor for somebody from whom a child is
    hidden whom a form names that is being made of it; whoever stands in for them reads it then. "outside": whoever has
    the link of a school adds one, unread and about no concern, and sees nothing.
    """
    fresh = Q(status=OutsideNote.Status.NEW, concern=None)
    stands_in = among("concern_id", fact("concerns_standing_in", me)) | among("id", fact("notes_standing_in", me))
    seen = through_the_concern(me, "concern_id", {"standing_in": stands_in}, unseen={"outside": fresh})
    return seen.but_never(among("id", fact("hidden_notes", me)))


@rule(OutsideConflict)
def outside_conflicts_seen(me: Any) -> Rule:
    """For whom a note is not: for those who may read the note, and so never for that person."""
    seen = Rule(
        because={
            "role": among("school_id", fact("schools_with", me, Capability.VIEW_CONCERNS)),
            "standing_in": among("note_id", fact("notes_standing_in", me)),
        }
    )
    return seen.but_never(among("note_id", fact("notes_out_of_sight", me)))


@rule(PaperForm)
def paper_forms_seen(me: Any) -> Rule:
    """A numbered paper form: for those who read the school's concerns, and once it is a concern for those who see that
    one.

    "reporting": whoever works at the school types in the sheet that they have in hand, and learns nothing of others.
    """
    return through_the_concern(me, "concern_id", doors={"reporting": among("school_id", fact("schools_of", me))})


@rule(EmergencySheet)
def sheets_seen(me: Any) -> Rule:
    """Who holds an emergency sheet: for those who make them. What stands on one is kept nowhere."""
    return Rule(because={"role": among("school_id", fact("schools_with", me, Capability.MANAGE_SCHOOL))})


def may_read_note(user: Any, note: OutsideNote) -> bool:
    return may(user, Capability.VIEW_CONCERNS, note.school_id) or _stands_in_for(user, note)


def may_settle_note(user: Any, note: OutsideNote) -> bool:
    """Who says what becomes of a note from outside."""
    return may(user, Capability.DECIDE_CONCERNS, note.school_id) or _stands_in_for(user, note)


def may_take_up_note(user: Any, note: OutsideNote) -> bool:
    """Who makes a concern of it: a chair of governors who stands in logs none."""
    return may_settle_note(user, note) and may(user, Capability.LOG_CONCERN, note.school_id)


def _stands_in_for(user: Any, note: OutsideNote) -> bool:
    if note.concern_id is not None:
        return stands_in(user, note.concern_id, note.school_id)
    return may(user, Capability.STAND_IN, note.school_id) and note.pk in known("notes_standing_in", user.pk)


def may_set_note_aside(user: Any, note: OutsideNote) -> bool:
    """The second of two: nobody sets aside what they have put forward themselves."""
    return may_settle_note(user, note) and note.put_forward_by_id != user.pk


def may_keep_forms(user: Any, form: PaperForm) -> bool:
    """Who prints numbered forms, and says what has become of each; of one that is a concern, whoever stands in there
    too.
    """
    if may(user, Capability.DECIDE_CONCERNS, form.school_id):
        return True
    return form.concern_id is not None and stands_in(user, form.concern_id, form.school_id)


def may_type_form(user: Any, form: PaperForm) -> bool:
    """Who types a sheet in: leads any, everybody else the one that they wrote themselves (`begin_typing` sees to
    that).
    """
    return may(user, Capability.LOG_CONCERN, form.school_id)


def may_check_form(user: Any, form: PaperForm) -> bool:
    """Who compares what was typed with the sheet: somebody else, or who typed it on a later day, with a fresh eye."""
    typed_on = form.typed_at and timezone.localdate(form.typed_at)
    fresh = form.typed_by_id != user.pk or (typed_on is not None and typed_on < timezone.localdate())
    return fresh and may_keep_forms(user, form)
