"""Who may write reports to governors, and what of a report never changes?

Numbers are written by the one task of the machine that counts them, and by nobody who answers people. Words are written
while the report is a draft, in one's own name. What was approved is published as it stands; what was published ends, by
the Headteacher, and says what it said.
"""

from safeguarding.rights_rows import keep
from safeguarding.rights_rows.conditions import both, either, may, of_school
from safeguarding.rights_rows.kinds import Neither, change, gives

COUNTS = "(rules.task() = 'governors report')"
_WRITES, _APPROVES, _MANAGES = may("write_report"), may("approve_report"), may("manage_school")
_DRAFT = (
    "EXISTS (SELECT FROM public.governors_governorreport AS one WHERE one.id = NEW.report_id "
    "AND one.school_id = NEW.school_id AND one.status = 'draft')"
)
_OF_REPORT = of_school("governors_governorreport", "report_id")
# A build is counted once: its cells come together with the word that it is done.
_BEING_COUNTED = (
    "EXISTS (SELECT FROM public.governors_reportbuild AS one WHERE one.id = NEW.build_id "
    "AND one.school_id = NEW.school_id AND one.status = 'asked')"
)
_BUILT = (
    "EXISTS (SELECT FROM public.governors_reportbuild AS one WHERE one.id = NEW.chosen_id "
    "AND one.report_id = NEW.id AND one.status = 'done')"
)
_NOTHING_DONE = both(
    *(f"NEW.{stem}_at IS NULL" for stem in ("approved", "published", "replaced", "withdrawn")), "NEW.chosen_id IS NULL"
)


def _moves(before: str, after: str, *where: str) -> str:
    return both(f"OLD.status = '{before}'", f"NEW.status = '{after}'", *where)


def _by_me(stem: str) -> str:
    return both(f"OLD.{stem}_at IS NULL", f"NEW.{stem}_by_id = me")


keep(
    {
        "governors.governorreport": gives(
            both("NEW.made_by_id = me", "NEW.status = 'draft'", _NOTHING_DONE, _WRITES),
            change(
                either(
                    _moves("draft", "approved", "NEW.approved_by_id = me", _APPROVES),
                    _moves("approved", "draft", "NEW.approved_at IS NULL", _WRITES),
                    _moves("approved", "published", "NEW.published_by_id = me", _APPROVES),
                    _moves("published", "replaced", "NEW.replaced_by_id = me", _APPROVES),
                    _moves("draft", "withdrawn", "NEW.withdrawn_by_id = me", _WRITES),
                    _moves("approved", "withdrawn", "NEW.withdrawn_by_id = me", _APPROVES),
                    _moves("published", "withdrawn", "NEW.withdrawn_by_id = me", _APPROVES),
                    _moves("replaced", "withdrawn", "NEW.withdrawn_by_id = me", _APPROVES),
                ),
                "status",
            ),
            change(
                either(
                    both(_by_me("approved"), "OLD.status = 'draft'", _APPROVES),
                    both("NEW.approved_at IS NULL", "OLD.status = 'approved'", "NEW.status = 'draft'", _WRITES),
                ),
                "approved_at",
                "approved_by_id",
            ),
            change(both(_by_me("published"), "NEW.status = 'published'", _APPROVES), "published_at", "published_by_id"),
            change(both(_by_me("replaced"), "NEW.status = 'replaced'", _APPROVES), "replaced_at", "replaced_by_id"),
            change(
                both(_by_me("withdrawn"), "NEW.status = 'withdrawn'", either(_WRITES, _APPROVES)),
                "withdrawn_at",
                "withdrawn_by_id",
                "because",
            ),
            change(both("OLD.status = 'draft'", _BUILT, either(_WRITES, COUNTS)), "chosen_id"),
            change(either(_WRITES, _APPROVES, COUNTS), "revision"),
        ),
        "governors.reportbuild": gives(
            both("NEW.asked_by_id = me", "NEW.status = 'asked'", "NEW.as_at IS NULL", _WRITES, _OF_REPORT),
            change(both("OLD.status = 'asked'", COUNTS), "status", "as_at"),
        ),
        "governors.reportcell": gives(both(COUNTS, _BEING_COUNTED)),
        "governors.reportcomment": gives(
            both("NEW.written_by_id = me", _WRITES, _DRAFT),
            change(both("NEW.written_by_id = me", _WRITES, _DRAFT), "words", "written_at", "written_by_id", "revision"),
        ),
        "governors.nameanswer": gives(both("NEW.answered_by_id = me", _WRITES, _DRAFT)),
        "governors.reportsetting": gives(_MANAGES, change(_MANAGES, "threshold", "zero", "revision")),
        "children.othername": Neither("names a child had: a comment is looked through for them, and nobody sees more"),
    }
)
