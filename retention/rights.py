"""Who may write the rows of retention that facts read? Together they say what is destroyed, and what is not.

One person decides, another approves, each in their own name; the database says when. Rules, statements, marks and holds
are written in one's own name too. What the nightly scan works out it alone writes, and how far a destruction is, nobody
who answers people or does their work.
"""

from collections.abc import Iterable

from safeguarding.accounts.second_person import RULES
from safeguarding.rights_rows import keep
from safeguarding.rights_rows.conditions import NEVER, SYSTEM, both, either, ended_once, keys, may
from safeguarding.rights_rows.kinds import Change, Neither, change, gives, takes

from .models import RetentionDate

SCAN = "(rules.task() = 'retention scan')"
REVIEWS = either(may("keep_retention"), may("propose_destruction"))
_APPROVES, _KEEPS = may("approve_destruction"), may("keep_retention")
_ANSWERS = "rules.answers_sign(me, NEW.school_id, NEW.child_id, {sign})"
_STATES = f"CASE WHEN NEW.kind IN ('ours_ends', 'ours_stays') THEN {_ANSWERS.format(sign='NULL')} ELSE {_KEEPS} END"
_MARKS = f"CASE WHEN NEW.row_key IS NULL THEN {_KEEPS} ELSE {_ANSWERS.format(sign='NEW.row_key')} END"
# Whoever said it lately decides on nothing that goes by it, and a date from before is worked out anew.
_JUST_NOW = "NEW.{} > rules.now() - interval '1 hour'"
_READS_ADULTS = either(may("read_staff_concerns"), may("read_about_head"))
_ADVISES, _PROPOSES = may("advise_retention"), may("propose_schedule")
# Days between an approval and the destruction; and between the last yes to a rule and its first day, where it changes
# one in force. The day of the application may be another than the database's, around midnight.
_WAIT, _NOTICE = 14, 30


def _holds_one_of(roles: Iterable[str]) -> str:
    """Who asks has one of these roles at the school of the row."""
    return (
        "EXISTS (SELECT FROM rules.live_roles_of(me) AS held WHERE held.school_id = NEW.school_id "
        f"AND held.role_key = ANY ({keys(roles)}))"
    )


_SECOND = _holds_one_of((*RULES["destruction"].usual, *RULES["destruction"].fallback))


def _of_group(records: str, adults: str) -> str:
    """Who may do it with records, and who with concerns about adults."""
    return either(both("NEW.in_group = 'records'", records), both("NEW.in_group = 'adults'", adults))


def _among(of: str, key: str = "NEW.record_key") -> str:
    return f"{key} = ANY (rules.{of}(me))"


# What is decided and approved of one record, and of every record of a list.
_DECIDED, _APPROVED = _among("adult_endings_decided"), _among("adult_endings_approved")
_LIST_DECIDED, _LIST_APPROVED = _among("adult_lists_decided", "NEW.id"), _among("adult_lists_approved", "NEW.id")
_REVIEWS_LIST = _of_group(REVIEWS, _LIST_DECIDED)
_BACK_LIST = _of_group(either(REVIEWS, _APPROVES), either(_LIST_DECIDED, _LIST_APPROVED))
_ENDS_LIST = _of_group(either(REVIEWS, _APPROVES, _SECOND), either(_LIST_DECIDED, _LIST_APPROVED))
_ENDS_ONE = _of_group(either(REVIEWS, _APPROVES, _SECOND), either(_DECIDED, _APPROVED))
_LIFTS_BRAKES = _holds_one_of((*RULES["brake"].usual, *RULES["brake"].fallback))
# The item, as far as who asks sees it: nobody decides on what is hidden from them.
_ITEM_SEEN = (
    "EXISTS (SELECT FROM public.retention_destructionitem AS one JOIN public.retention_destructionlist AS list "
    "ON list.id = one.on_list_id WHERE one.id = NEW.item_id AND one.record_key = NEW.record_key "
    "AND one.child_key IS NOT DISTINCT FROM NEW.child_key AND one.school_id = NEW.school_id "
    "AND one.in_group = NEW.in_group "
    "AND one.left_out_at IS NULL AND list.status = ANY ({statuses}))"
)
# What somebody else decided last, on the very same manifest.
_AS_DECIDED = (
    "EXISTS (SELECT FROM public.retention_decision AS said WHERE said.id = NEW.decision_id "
    "AND said.item_id = NEW.item_id AND said.kind = 'destroy' AND said.decided_by_id <> me "
    "AND said.manifest = NEW.manifest AND NOT rules.edited_lately(NEW.item_id, ARRAY[me, said.decided_by_id]) "
    "AND NOT EXISTS (SELECT FROM public.retention_decision AS later WHERE later.item_id = said.item_id "
    "AND (later.decided_at, later.id) > (said.decided_at, said.id)))"
)
_APPROVED_BY_ME = (
    "EXISTS (SELECT FROM public.retention_approval AS yes JOIN public.retention_destructionitem AS one "
    "ON one.id = yes.item_id WHERE one.on_list_id = NEW.id AND yes.approved_by_id = me)"
)
# As two scans have seen it.
_IS_DUE = (
    "EXISTS (SELECT FROM public.retention_retentiondate AS kept WHERE kept.record_key = NEW.record_key "
    "AND kept.child_id IS NOT DISTINCT FROM NEW.child_key AND kept.school_id = NEW.school_id "
    "AND kept.rule_id = NEW.rule_id AND kept.in_group = NEW.in_group "
    "AND kept.kind = NEW.kind AND kept.trigger_on = NEW.trigger_on AND kept.due_on = NEW.due_on "
    "AND kept.seen_again_on IS NOT NULL)"
)
_OWN_LIST = (
    "EXISTS (SELECT FROM public.retention_destructionlist AS list WHERE list.id = NEW.on_list_id "
    "AND list.in_group = NEW.in_group AND list.school_id = NEW.school_id AND list.made_by_id = me "
    "AND list.status = 'review')"
)
# Nobody has sent a list, advised on it or stopped it; and the machine has not been at it.
_NOTHING_SAID = both(
    "NEW.advice = ''",
    "NEW.readers = '{}'",
    *(
        f"NEW.{said} IS NULL"
        for said in ("sent_at", "advised_at", "advised_by_id", "stopped_at", "checked_at", "done_at")
    ),
)
_NOT_BEGUN = "NOT EXISTS (SELECT FROM public.retention_itemrun AS run WHERE run.item_id = NEW.id)"
# Of one record as of what ends: of a concern about an adult whoever decides or approves its end, and nobody else.
_HOLDS = either(
    both("NEW.scope = 'school'", may("hold_school")),
    both("NEW.scope IN ('child', 'family')", may("set_holds")),
    both("NEW.scope = 'record'", "NEW.readers <> 'adults'", may("set_holds")),
    both("NEW.scope = 'record'", "NEW.readers = 'adults'", either(_DECIDED, _APPROVED)),
)
# The record is there, of that kind and group, and the child is whose it is.
_HOLDS_WHAT_IS_THERE = (
    "(NEW.record_key IS NULL OR EXISTS (SELECT FROM rules.kinds_of(ARRAY[NEW.record_key]) AS held "
    "WHERE held.kind = NEW.record_kind AND held.school = NEW.school_id "
    "AND (rules.group_of(held.kind) = 'adults') = (NEW.readers = 'adults') "
    "AND (NEW.child_id IS NULL OR held.child = NEW.child_id)))"
)
_OF_RULE = "other.school_id = NEW.school_id AND other.code = NEW.code AND other.id <> NEW.id"
_CHANGES_ONE = (
    f"EXISTS (SELECT FROM public.retention_retentionrule AS other WHERE {_OF_RULE} AND other.status = 'in_force')"
)
# Another version of it was adopted and agreed, and its first day has come.
_REPLACED = (
    f"EXISTS (SELECT FROM public.retention_retentionrule AS other WHERE {_OF_RULE} AND other.status = 'proposed' "
    "AND other.adopted_at IS NOT NULL AND other.agreed_at IS NOT NULL AND other.from_day <= rules.today() + 1)"
)
_BY_TWO = both("NEW.adopted_at IS NOT NULL", "NEW.agreed_at IS NOT NULL")
_OF_SCHEDULE = either(SCAN, _PROPOSES, _ADVISES)


def _asked(*where: str) -> Change:
    """One of two people asks, in their own name; who has asked may be taken back, and is not replaced."""
    return change(
        both(
            "OLD.lifted_at IS NULL",
            either(both("OLD.lift_asked_at IS NULL", "NEW.lift_asked_by_id = me"), "NEW.lift_asked_by_id IS NULL"),
            *where,
        ),
        "lift_asked_at",
        "lift_asked_by_id",
    )


def _lifted(*where: str) -> Change:
    """The other of the two lifts it, once."""
    return ended_once("OLD.lift_asked_by_id <> me", *where, at="lifted_at", by="lifted_by_id")


def _columns(model: type[RetentionDate], *but: str) -> tuple[str, ...]:
    names = (str(field.column) for field in model._meta.local_concrete_fields)
    return tuple(name for name in names if name not in ("id", *but))


keep(
    {
        "retention.decision": gives(
            both("NEW.decided_by_id = me", _of_group(REVIEWS, _DECIDED), _ITEM_SEEN.format(statuses=keys(["review"])))
        ),
        "retention.approval": gives(
            both(
                "NEW.approved_by_id = me",
                _of_group(_SECOND, _APPROVED),
                f"NEW.waits_until >= rules.today() + {_WAIT - 1}",
                _ITEM_SEEN.format(statuses=keys(["approval", "waiting"])),
                _AS_DECIDED,
            )
        ),
        "retention.destructionlist": gives(
            # What comes on one of concerns about adults, its items say.
            both("NEW.made_by_id = me", "NEW.status = 'review'", _NOTHING_SAID, _of_group(REVIEWS, _READS_ADULTS)),
            change(
                either(
                    both("OLD.status = 'review'", "NEW.status = 'approval'", _REVIEWS_LIST),
                    both("OLD.status = 'approval'", "NEW.status = 'review'", _BACK_LIST),
                    both("OLD.status = 'approval'", "NEW.status = 'waiting'", _APPROVED_BY_ME),
                    both("OLD.stopped_at IS NULL", "NEW.status = 'stopped'", "NEW.stopped_by_id = me"),
                    both("OLD.status = 'waiting'", "NEW.status = 'done'", "rules.task() = 'destruction lists'"),
                ),
                "status",
            ),
            change(both("NEW.sent_by_id = me", _REVIEWS_LIST), "sent_at", "sent_by_id"),
            change(both("NEW.advised_by_id = me", _ADVISES), "advice", "advice_words", "advised_at", "advised_by_id"),
            ended_once(_ENDS_LIST, at="stopped_at", by="stopped_by_id"),
            # Once they are gone nothing else says who read them.
            change(
                both("NEW.in_group = 'adults'", _APPROVED_BY_ME, "NEW.readers = rules.readers_of_adult_list(NEW.id)"),
                "readers",
            ),
            change("rules.task() = 'destruction lists'", "done_at"),
            # That nothing is left, `destroyer` alone says.
            change(NEVER, "school_id", "in_group", "made_by_id", "made_at", "year", "number", "checked_at"),
            closed=False,
        ),
        "retention.destructionitem": gives(
            both(_of_group(REVIEWS, _DECIDED), _OWN_LIST, _IS_DUE, "NEW.left_out_at IS NULL"),
            ended_once(_ENDS_ONE, _NOT_BEGUN, at="left_out_at", by="left_out_by_id"),
        ),
        # What the second person reads before they approve: in one's own name, of the child that the item is about.
        "retention.itemreason": gives(
            both(
                "NEW.said_by_id = me",
                _ENDS_ONE,
                "EXISTS (SELECT FROM public.retention_destructionitem AS one WHERE one.id = NEW.item_id "
                "AND one.record_key = NEW.record_key AND one.child_key IS NOT DISTINCT FROM NEW.child_id "
                "AND one.in_group = NEW.in_group AND one.school_id = NEW.school_id)",
            )
        ),
        # In force by two people, and said by nobody else; what a version says is never changed.
        "retention.retentionrule": gives(
            both(
                "NEW.proposed_by_id = me",
                _PROPOSES,
                "NEW.status = 'proposed'",
                "NEW.adopted_at IS NULL",
                "NEW.agreed_at IS NULL",
                "NEW.from_day IS NULL",
            ),
            change(
                both("OLD.status = 'proposed'", "OLD.adopted_at IS NULL", "NEW.adopted_by_id = me", _PROPOSES),
                "adopted_at",
                "adopted_by_id",
            ),
            change(
                both(
                    "OLD.status = 'proposed'",
                    "OLD.adopted_at IS NOT NULL",
                    "OLD.agreed_at IS NULL",
                    "NEW.agreed_by_id = me",
                    "OLD.adopted_by_id <> me",
                    "OLD.proposed_by_id <> me",
                    _ADVISES,
                ),
                "agreed_at",
                "agreed_by_id",
            ),
            change(
                both(
                    "OLD.from_day IS NULL",
                    _BY_TWO,
                    f"NEW.from_day >= rules.today() - 1 + CASE WHEN {_CHANGES_ONE} THEN {_NOTICE} ELSE 0 END",
                ),
                "from_day",
            ),
            change(
                either(
                    both("OLD.status = 'proposed'", "NEW.status = 'withdrawn'", "NEW.ended_by_id = me", _PROPOSES),
                    both(
                        "OLD.status = 'proposed'",
                        "NEW.status = 'in_force'",
                        _BY_TWO,
                        "NEW.from_day <= rules.today() + 1",
                        _OF_SCHEDULE,
                    ),
                    both("OLD.status = 'in_force'", "NEW.status = 'superseded'", _REPLACED, _OF_SCHEDULE),
                ),
                "status",
            ),
            ended_once(_PROPOSES, "NEW.status = 'withdrawn'"),
        ),
        # The task alone: a day that is written by hand makes nothing due.
        "retention.retentiondate": gives(SCAN, change(SCAN, *_columns(RetentionDate))),
        "retention.retentiongate": takes(
            both("NEW.scanned_at IS NULL", "NEW.scanned_by_database_at IS NULL", "NEW.looked_at IS NULL"),
            change(SCAN, "scanned_at", "scanned_by_database_at"),
        ),
        "retention.statement": gives(
            both("NEW.stated_by_id = me", "NEW.withdrawn_at IS NULL", _JUST_NOW.format("stated_at"), _STATES),
            ended_once(_STATES, at="withdrawn_at", by="withdrawn_by_id"),
        ),
        # Of a sign: whoever may know of it, and answers it.
        "retention.mark": gives(
            both("NEW.marked_by_id = me", "NEW.ended_at IS NULL", _JUST_NOW.format("marked_at"), _MARKS),
            ended_once(_MARKS),
        ),
        # It binds until two people have lifted it. The day on which it is looked at again lifts nothing.
        "retention.legalhold": takes(
            both(
                "NEW.set_by_id = me", "NEW.lift_asked_at IS NULL", "NEW.lifted_at IS NULL", _HOLDS, _HOLDS_WHAT_IS_THERE
            ),
            _asked(_HOLDS),
            _lifted(_HOLDS),
            change(both("OLD.lifted_at IS NULL", _HOLDS), "review_on", "lift_token", "lift_reason"),
            change(
                NEVER,
                *("school_id", "child_id", "scope", "kind", "readers", "year", "number", "authority", "reason"),
                *("record_kind", "record_key"),
                *("token", "set_at", "set_by_id"),
            ),
            closed=False,
        ),
        "retention.brake": takes(NEVER, _asked(_LIFTS_BRAKES), _lifted(_LIFTS_BRAKES)),
        "retention.itemrun": Neither(
            "how far a destruction is: written by a function of the database and by `destroyer`"
        ),
        "retention.tombstone": Neither(
            "what is left of a record: added by `destroyer`, and asked for by its key alone"
        ),
        "retention.itempart": Neither("whose days end: written by the functions that begin and end a part alone"),
        "retention.endingrow": Neither("which rows end: written by the function that begins a destruction alone"),
        "audit.event": Neither("what was done, added by whoever does it: of a destruction why it was refused last"),
        "audit.logentry": Neither(
            "who changed a field last: whoever typed a day lately does not decide on what ends by it"
        ),
        "audit.checkpoint": Neither("seals, which the worker writes: their times are compared with the clock"),
        # Who is of one family: a hold on a family keeps their records, also by a link that has ended. One that is
        # corrected now cannot be said to have been corrected before the hold was set.
        "children.sibling": takes(
            either(may("keep_children"), SYSTEM),
            change(
                both(
                    may("decide_concerns"),
                    "OLD.ends_on IS NULL",
                    "(NEW.corrected_at IS NULL OR NEW.corrected_at > rules.now() - interval '1 hour')",
                ),
                "ends_on",
                "corrected_at",
            ),
            change(NEVER, "school_id", "first_id", "second_id"),
            closed=False,
        ),
    }
)
