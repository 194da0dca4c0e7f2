"""Who may write the rows of concerns that facts read, and which of them give rights or take some?"""

from safeguarding.rights_rows import keep
from safeguarding.rights_rows.conditions import (
    MANAGES,
    NEVER,
    SYSTEM,
    both,
    either,
    ended_once,
    granted,
    may,
    of_school,
)
from safeguarding.rights_rows.kinds import Neither, change, gives, takes

DECIDES = may("decide_concerns")


def decides(concern: str) -> str:
    """Who decides the concern: by role, or in place of somebody from whom it is hidden."""
    return either(DECIDES, f"{concern} = ANY (rules.concerns_standing_in(me))")


# A report that is being written: its words are its author's, and so is whom it names, until it is sent.
_OWN_REPORT = (
    "EXISTS (SELECT FROM public.concerns_concern AS own WHERE own.id = NEW.concern_id AND own.logged_by_id = me "
    "AND own.finished_at IS NULL)"
)
_NAMES = either(decides("NEW.concern_id"), _OWN_REPORT)
# Who types in a sheet of paper logs the concern of who wrote it.
_TYPED_FOR = (
    "EXISTS (SELECT FROM public.concerns_paperform AS sheet WHERE NEW.token = ANY (sheet.forms) "
    "AND sheet.written_by_id = NEW.logged_by_id)"
)
# Whoever writes words of a concern logged it, or sees it.
_SAYS_IN = either("NEW.concern_id = ANY (rules.own_concerns(me))", of_school("concerns_concern", "concern_id"))
# A note from outside that was not for a colleague becomes a concern: it is not for them either.
_NOT_FOR = (
    "EXISTS (SELECT FROM public.concerns_concern AS made JOIN public.concerns_outsidenote AS note ON "
    "made.token = ANY (note.forms) "
    "JOIN public.concerns_outsideconflict AS said ON said.note_id = note.id AND said.user_id = NEW.user_id "
    "AND said.withdrawn_at IS NULL WHERE made.id = NEW.concern_id AND made.logged_by_id = me)"
)
_KEEPS_SUBJECTS = either(MANAGES, "NEW.concern_id = ANY (rules.concerns_standing_in(me))")
# What the newest proposal came to, as whoever has just answered it says.
_AS_ANSWERED = (
    "(OLD.in_error IN ('proposed', 'undoing') AND EXISTS (SELECT FROM public.concerns_enteredinerror AS said "
    "WHERE said.concern_id = NEW.id AND said.status <> 'proposed' AND said.decided_by_id = me "
    "AND NEW.in_error = CASE WHEN (said.status = 'confirmed') <> said.undoes THEN 'confirmed' ELSE '' END "
    "AND NOT EXISTS (SELECT FROM public.concerns_enteredinerror AS later WHERE later.concern_id = NEW.id "
    "AND (later.proposed_at, later.id) > (said.proposed_at, said.id))))"
)
_READS_NOTE = either(
    DECIDES, "NEW.id = ANY (rules.notes_standing_in(me))", "NEW.concern_id = ANY (rules.concerns_standing_in(me))"
)
_OF_NOTE = either(DECIDES, "NEW.note_id = ANY (rules.notes_standing_in(me))")
# Somebody acts at the school today: what a lead had to do moves by itself.
_COVERED = (
    "EXISTS (SELECT FROM public.accounts_actingperiod AS cover WHERE cover.school_id = NEW.school_id AND "
    "cover.ended_at IS NULL "
    "AND rules.today() BETWEEN cover.starts_on AND cover.ends_on)"
)
# Two people: who has proposed it does not confirm it, and alone takes it back.
_ANSWERS = either(
    both("NEW.status IN ('confirmed', 'refused')", "OLD.proposed_by_id <> me", decides("NEW.concern_id")),
    both("NEW.status = 'taken_back'", "OLD.proposed_by_id = me"),
)

keep(
    {
        "concerns.concern": takes(
            both(
                either("NEW.logged_by_id = me", _TYPED_FOR),
                may("log_concern"),
                "NEW.restricted_at IS NULL",
                "NEW.in_error = ''",
            ),
            change(
                both(MANAGES, may("view_restricted"), either("NEW.restricted_by_id = me", "NEW.restricted_at IS NULL")),
                "restricted_at",
                "restricted_by_id",
            ),
            change(
                either(both("NEW.in_error IN ('proposed', 'undoing')", decides("NEW.id")), _AS_ANSWERED), "in_error"
            ),
            change(NEVER, "logged_by_id", "school_id"),
            closed=False,
        ),
        "concerns.concernchild": gives(
            _NAMES,
            change(_NAMES, "child_id", "role", "file_says"),
            change(NEVER, "concern_id", "school_id"),
            closed=False,
        ),
        # A report that names a child whom its writer may not name stays readable to its writer, behind one door.
        "concerns.withheldname": gives(
            both("NEW.author_id = me", "NEW.status = 'waiting'", "NEW.concern_id = ANY (rules.own_concerns(me))"),
            change(
                both("OLD.status = 'waiting'", "NEW.decided_by_id = me", decides("NEW.concern_id")),
                "status",
                "reason",
                "child_key",
                "decided_at",
                "decided_by_id",
            ),
        ),
        # Whom words mention: the concern is hidden from who must see nothing of that child, until a lead takes it off.
        "concerns.mention": takes(
            both("NEW.author_id = me", "NEW.taken_off_at IS NULL", _SAYS_IN),
            ended_once(decides("NEW.concern_id"), at="taken_off_at", by="taken_off_by_id", said=("reason",)),
        ),
        # A date of a plan that is a meeting is hidden with its concern.
        "concerns.meeting": takes(
            both("NEW.called_by_id = me", decides("NEW.concern_id")),
            change(decides("NEW.concern_id"), "state", "held_at"),
            change(NEVER, "concern_id", "school_id"),
            closed=False,
        ),
        "concerns.concerngrant": gives(
            granted(MANAGES, "NEW.user_id <> me", of_school("concerns_concern", "content_object_id")),
            ended_once(MANAGES, said=("end_reason",)),
        ),
        "concerns.concernsubject": takes(
            both("NEW.named_by_id = me", "NEW.withdrawn_at IS NULL", either(_KEEPS_SUBJECTS, _NOT_FOR)),
            ended_once(_KEEPS_SUBJECTS, "NEW.user_id <> me", at="withdrawn_at", by="withdrawn_by_id"),
        ),
        "concerns.enteredinerror": takes(
            both(
                "NEW.proposed_by_id = me",
                "NEW.status = 'proposed'",
                "NEW.decided_at IS NULL",
                decides("NEW.concern_id"),
            ),
            change(
                both("OLD.status = 'proposed'", "NEW.decided_by_id = me", _ANSWERS),
                "status",
                "decided_at",
                "decided_by_id",
                "decided_role",
                "answer",
            ),
        ),
        # Whoever has something to do reads what hangs on it, and its concern behind the door by which it is ended.
        "concerns.action": gives(
            both("NEW.created_by_id = me", decides("NEW.concern_id")),
            change(either(decides("NEW.concern_id"), both(SYSTEM, _COVERED)), "owner_id"),
            change(NEVER, "concern_id", "school_id"),
            closed=False,
        ),
        "concerns.draft": gives("NEW.author_id = me", change(NEVER, "author_id", "school_id"), closed=False),
        "concerns.draftopening": gives(
            both(
                "NEW.lead_id = me",
                DECIDES,
                "EXISTS (SELECT FROM public.concerns_draft AS unsent WHERE unsent.id = NEW.draft_id "
                "AND unsent.school_id = NEW.school_id AND unsent.author_id <> me)",
            )
        ),
        # Once it is a concern, that one's rule holds, and what was said of the note holds no longer. Anybody leaves
        # one.
        "concerns.outsidenote": gives(
            both("NEW.concern_id IS NULL", "NEW.forms = '{}'"),
            change(_READS_NOTE, "concern_id", "forms"),
            change(NEVER, "school_id"),
            closed=False,
        ),
        "concerns.outsideconflict": takes(
            both("NEW.said_by_id = me", "NEW.withdrawn_at IS NULL", _OF_NOTE),
            ended_once(_OF_NOTE, "NEW.user_id <> me", at="withdrawn_at", by="withdrawn_by_id"),
        ),
        "concerns.earlierbatch": takes(
            both("NEW.withdrawn_at IS NULL", may("import_earlier_records")),
            ended_once(may("import_earlier_records"), at="withdrawn_at", by="withdrawn_by_id"),
            change(NEVER, "school_id"),
            closed=False,
        ),
        # A reporter's words are seen by who wrote them: nobody becomes that afterwards.
        "concerns.account": gives("true", change(NEVER, "author_id", "school_id"), closed=False),
        "concerns.amendment": gives("true", change(NEVER, "author_id", "school_id"), closed=False),
        "concerns.paperform": Neither("a numbered sheet; facts ask whose form it was"),
        "concerns.question": Neither("what a lead asks a reporter: facts ask whether the first page names it"),
        "concerns.duty": Neither("what the law asks of somebody: facts ask whether the menu names it"),
        "concerns.kepttext": Neither("words that could not be saved yet: facts ask which keys they still have"),
        "concerns.referral": Neither("one that waits keeps a record from ending, and opens none"),
        "concerns.supportplan": Neither("one that is open keeps a record from ending, and opens none"),
        "concerns.chronicled": Neither(
            "written by the database alone: facts ask whether there are entries of this year"
        ),
        "concerns.subcategory": Neither("a kind of concern in the list of Harbour: facts ask which are signs of abuse"),
        "concerns.earlierrecord": Neither("one that nobody has looked at keeps a record from ending, and opens none"),
        "concerns.earlierfile": Neither("one that nobody has looked at keeps a record from ending, and opens none"),
        "concerns.brief": Neither("words of a lead keep the record of the child from ending early, and open none"),
        "concerns.savedfilter": Neither("how somebody arranges their own list"),
        "concerns.schoolkind": Neither("which kinds of concern a school offers"),
        "concerns.supervisionnote": Neither("a note of two people: facts ask whether the menu names it"),
    }
)
