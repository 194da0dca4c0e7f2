"""What may follow? The moves of a note from outside and of a numbered paper form."""

from safeguarding.audit.models import Verb
from safeguarding.concerns.models import OutsideNote, PaperForm
from safeguarding.concerns.permissions import (
    may_check_form,
    may_keep_forms,
    may_read_note,
    may_set_note_aside,
    may_settle_note,
    may_type_form,
)
from safeguarding.moves import Lifecycle, Move

from .concern import LEADS as _LEADS

N = OutsideNote.Status


_ALREADY = "Somebody has dealt with this note since you opened it. Open it again to see what became of it."


note_life: Lifecycle[OutsideNote] = Lifecycle(
    "A note from outside",
    lambda: OutsideNote,
    N,
    [
        Move(
            name="read",
            sources=frozenset({N.NEW}),
            target=N.READ,
            may=may_read_note,
            verb=Verb.ACKNOWLEDGE,
            refusal=_LEADS,
            out_of_turn="This note has been read already.",
            stamps="read",
        ),
        # Who read it may not see it: nobody has read it for the school.
        Move(
            name="not_read",
            sources=frozenset({N.READ}),
            target=N.NEW,
            may=may_settle_note,
            verb=Verb.WITHDRAW,
            refusal=_LEADS,
            out_of_turn=_ALREADY,
            tells="the safeguarding leads on duty who may see it, as of a new note",
        ),
        Move(
            name="make_concern",
            # Unread, where whoever had read it may not see it and a colleague has begun a form meanwhile.
            sources=frozenset({N.NEW, N.READ, N.PUT_FORWARD, N.SET_ASIDE}),
            target=N.CONCERN,
            may=may_settle_note,
            verb=Verb.LINK,
            refusal=_LEADS,
            out_of_turn=_ALREADY,
            stamps="ended",
            required=("concern",),
            tells="the safeguarding leads on duty, as of any new concern",
        ),
        Move(
            name="put_forward",
            sources=frozenset({N.READ}),
            target=N.PUT_FORWARD,
            may=may_settle_note,
            verb=Verb.ASK,
            refusal=_LEADS,
            out_of_turn=_ALREADY,
            stamps="put_forward",
            required=("reason", "reason_detail"),
            tells="the safeguarding leads on duty, for a second look",
        ),
        Move(
            name="give_back",
            sources=frozenset({N.PUT_FORWARD}),
            target=N.READ,
            may=may_settle_note,
            verb=Verb.WITHDRAW,
            refusal=_LEADS,
            out_of_turn=_ALREADY,
        ),
        Move(
            name="set_aside",
            sources=frozenset({N.PUT_FORWARD}),
            target=N.SET_ASIDE,
            may=may_set_note_aside,
            verb=Verb.CLOSE,
            refusal="You have put this forward yourself, or your role does not include this. Another safeguarding "
            "lead, "
            "deputy or the Headteacher of this school looks at it too.",
            out_of_turn=_ALREADY,
            stamps="ended",
        ),
        Move(
            name="take_back",
            sources=frozenset({N.SET_ASIDE}),
            target=N.READ,
            may=may_settle_note,
            verb=Verb.REOPEN,
            refusal=_LEADS,
            out_of_turn=_ALREADY,
        ),
    ],
)


P = PaperForm.Status


_MOVED = "Somebody has done something else with this form since you opened it. Open it again to see where it stands."


def _ending(name: str, target: PaperForm.Status, sources: frozenset[str]) -> Move:
    """What becomes of a sheet that is no concern."""
    return Move(
        name=name,
        sources=sources,
        target=target,
        may=may_keep_forms,
        verb=Verb.CLOSE,
        refusal=_LEADS,
        out_of_turn=_MOVED,
        stamps="ended",
    )


paper_life: Lifecycle[PaperForm] = Lifecycle(
    "A numbered paper form",
    lambda: PaperForm,
    P,
    [
        Move(
            name="begin",
            sources=frozenset({P.OUT, P.MISSING, P.TYPING}),
            target=P.TYPING,
            may=may_type_form,
            verb=Verb.ASSIGN,
            refusal="You have no role at this school, so you cannot type in its forms.",
            out_of_turn=_MOVED,
            stamps="begun",
            required=("written_on",),
        ),
        Move(
            name="enter",
            sources=frozenset({P.TYPING}),
            target=P.ENTERED,
            may=may_type_form,
            verb=Verb.LINK,
            refusal="You have no role at this school, so you cannot type in its forms.",
            out_of_turn="This paper form has been typed in by a colleague, or put away, since you began. Nothing was "
            "sent. "
            "Look the number up under Paper forms, and discard this draft if the form is there.",
            stamps="typed",
            required=("concern",),
            tells="the safeguarding leads on duty, as of any new concern",
        ),
        Move(
            name="check",
            sources=frozenset({P.ENTERED}),
            target=P.CHECKED,
            may=may_check_form,
            verb=Verb.CONFIRM,
            refusal="You have typed this in yourself today, or your role does not include this. Another "
            "safeguarding lead, "
            "deputy or the Headteacher of this school compares it with the paper; or you do, on another day.",
            out_of_turn="Somebody has compared this with the paper already.",
            stamps="checked",
        ),
        _ending("spoil", P.SPOILED, frozenset({P.OUT, P.MISSING, P.TYPING})),
        _ending("give_back", P.RETURNED, frozenset({P.OUT, P.MISSING})),
        _ending("miss", P.MISSING, frozenset({P.OUT})),
        Move(
            name="find",
            sources=frozenset({P.SPOILED, P.RETURNED, P.MISSING, P.TYPING}),
            target=P.OUT,
            may=may_keep_forms,
            verb=Verb.REOPEN,
            refusal=_LEADS,
            out_of_turn=_MOVED,
        ),
    ],
)
