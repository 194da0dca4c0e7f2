"""Who may write the rows of sharing that facts read, and what may the database never hold?

Whoever shares writes, in their own name. Nothing is about to go out, or is said to have gone, on a consent that is not
in force for this child and this recipient on that day. What a decision says is changed while it is a draft alone, its
pack while it waits to be sent. What stands in its way is let go by somebody else than who asks for it.
"""

from safeguarding.rights_rows import keep
from safeguarding.rights_rows.conditions import NEVER, SYSTEM, both, either, ended_once, may
from safeguarding.rights_rows.kinds import Neither, change, gives, takes

from .models import SharingEvent

_SHARES = either(may("share"), "NEW.child_id = ANY (rules.sharing_standing_in(me))")
_STAYS = ("child_id", "school_id", "token", "year", "number", "is_call", "made_at", "made_by_id")
_STAMPS = ("sent", "received", "asked_back", "discarded")
# What changes after the decision: how it stands, and how and when it went.
_AFTERWARDS = (
    "status",
    "revision",
    "method",
    "follow_up_on",
    "decided_at",
    "decided_by_id",
    *(f"{stamp}_{end}" for stamp in _STAMPS for end in ("at", "by_id")),
)
# The pages that go out; and that two people let them go.
_PACK = ("stored", "pack_digest", "pack_of", "pack_size", "packed_at", "packed_by_id")
_ASKED = ("lift_of", "lift_why", "lift_asked_at", "lift_asked_by_id")
_LIFTED = ("lifted_at", "lifted_by_id")
_TOLD = "told_overdue_for"
_WITHDRAWN = ("withdrawn_on", "withdrawn_how", "withdrawn_said", "withdrawn_at", "withdrawn_by_id", "stopped")
_DECIDED = tuple(
    column
    for field in SharingEvent._meta.local_concrete_fields
    if (column := str(field.column)) not in ("id", *_STAYS, *_AFTERWARDS, *_PACK, *_ASKED, *_LIFTED, _TOLD)
)
_KIND = "(SELECT why.kind FROM public.sharing_legalreason AS why WHERE why.id = NEW.reason_id)"
# The day in London, as consents are.
_DAY = "(coalesce(NEW.sent_at, now()) AT TIME ZONE 'Europe/London')::date"
_AGREED = (
    "EXISTS (SELECT FROM public.sharing_consent AS agreed WHERE agreed.id = NEW.consent_id "
    "AND agreed.child_id = NEW.child_id AND agreed.recipient_id = NEW.recipient_id AND agreed.answer = 'given' "
    f"AND agreed.withdrawn_at IS NULL AND agreed.answered_on <= {_DAY} "
    f"AND (agreed.until IS NULL OR agreed.until >= {_DAY}))"
)
_LAWFUL = both("NEW.reason_id IS NOT NULL", either(f"{_KIND} <> 'consent'", _AGREED))
# A call names no consent and no order, and nobody decides on it afterwards.
_CALL = both(
    "NEW.is_call",
    "NEW.status = 'sent'",
    f"{_KIND} NOT IN ('consent', 'order')",
    "(NEW.decided_by_id, NEW.sent_by_id) = (me, me)",
)
_HARMS_LESS = either(
    "NEW.because <> 'detrimental'",
    "EXISTS (SELECT FROM public.sharing_legalreason AS why WHERE why.id = NEW.reason_id AND why.asks_more_detrimental)",
)
_AS_DECIDED = "(NEW.decided_at, NEW.decided_by_id) = (OLD.decided_at, OLD.decided_by_id)"
_IN_DRAFT, _WAITS = "OLD.status = 'draft'", "OLD.status = 'to_send'"
_ASKED_AGAIN = both("NEW.lift_asked_by_id = me", "NEW.lifted_at IS NULL")
_BY_ANOTHER = both(
    "NEW.lifted_by_id = me",
    "OLD.lift_asked_by_id <> me",
    "NEW.lift_asked_by_id = OLD.lift_asked_by_id",
    "NEW.lift_of = OLD.lift_of",
)
# Nobody decides, sends or answers in the name of somebody else.
_IN_OWN_NAME = both(
    *(
        either(f"NEW.{who} IS NULL", f"NEW.{who} = me", f"NEW.{who} IS NOT DISTINCT FROM OLD.{who}")
        for who in (f"{stamp}_by_id" for stamp in ("decided", *_STAMPS))
    )
)
# Nothing is put in the place of a pack that has gone, not in the same breath either.
_STILL_HERE = "NEW.status IN ('to_send', 'draft')"
_OF_EVENT = (
    "EXISTS (SELECT FROM public.sharing_sharingevent AS one WHERE one.id = NEW.event_id "
    "AND one.child_id = NEW.child_id AND one.school_id = NEW.school_id{also})"
)

keep(
    {
        # It lets something go outside: what was answered never changes, and what was given is withdrawn once.
        "sharing.consent": gives(
            both("NEW.recorded_by_id = me", _SHARES, "NEW.withdrawn_at IS NULL"),
            change(
                both(_SHARES, "OLD.answer = 'given'", "OLD.withdrawn_at IS NULL", "NEW.withdrawn_by_id = me"),
                *_WITHDRAWN,
            ),
        ),
        "children.household": Neither("an address stands in the way of what would tell it, and opens no row"),
        # The law as Harbour brings it, which whoever migrates writes and nobody who works.
        "sharing.legalreason": gives(NEVER),
        # What the school says that it has read lets a law be a reason.
        "sharing.lawconfirmed": gives(
            both("NEW.made_by_id = me", "NEW.ended_at IS NULL", may("manage_school")), ended_once(may("manage_school"))
        ),
        "sharing.sharingevent": takes(
            both(
                "NEW.made_by_id = me",
                _SHARES,
                either("NEW.status = 'draft'", _CALL),
                "NEW.stored = ''",
                "NEW.lift_asked_at IS NULL",
                "NEW.lifted_at IS NULL",
            ),
            change(NEVER, *_STAYS),
            change(both(_SHARES, _IN_DRAFT), *_DECIDED),
            change(either(SYSTEM, _SHARES), _TOLD),
            change(both(_SHARES, _WAITS, _STILL_HERE, either("NEW.stored = ''", "NEW.packed_by_id = me")), *_PACK),
            # Asked for more than the second person let go, it waits for a second person again.
            change(both(_SHARES, _WAITS, either("NEW.lift_asked_at IS NULL", _ASKED_AGAIN)), *_ASKED),
            change(both(_SHARES, _WAITS, either("NEW.lifted_at IS NULL", _BY_ANOTHER)), *_LIFTED),
            change(
                both(
                    _SHARES,
                    either(
                        both(_IN_DRAFT, "NEW.status = 'draft'"),
                        both(_IN_DRAFT, "NEW.status = 'discarded'"),
                        both(_IN_DRAFT, "NEW.status = 'not_shared'", _HARMS_LESS),
                        both(_IN_DRAFT, "NEW.status = 'to_send'", _LAWFUL),
                        both(_WAITS, "NEW.status = 'draft'"),
                        both(_WAITS, "NEW.status = 'to_send'", _AS_DECIDED),
                        both(_WAITS, "NEW.status = 'sent'", _LAWFUL),
                        both("OLD.status = 'sent'", "NEW.status IN ('sent', 'received', 'asked_back')"),
                        both("OLD.status = 'received'", "NEW.status = 'asked_back'"),
                        both("OLD.status = 'asked_back'", "NEW.status = 'asked_back'"),
                    ),
                    _IN_OWN_NAME,
                    either("OLD.sent_at IS NULL", "(NEW.sent_at, NEW.method) = (OLD.sent_at, OLD.method)"),
                ),
                *_AFTERWARDS,
            ),
        ),
        "sharing.shareditem": takes(
            both("NEW.chosen_by_id = me", _SHARES, _OF_EVENT.format(also=" AND one.status = 'draft'")),
            change(
                both("OLD.taken_out_at IS NULL", _SHARES, _OF_EVENT.format(also=" AND one.status = 'draft'")),
                "taken_out_at",
                "taken_out_by_id",
            ),
        ),
        "sharing.sharingstep": takes(both("NEW.by_id = me", _SHARES, _OF_EVENT.format(also=""))),
    }
)
