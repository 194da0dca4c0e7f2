"""Which faults must a test notice that are no access check? Each is planted as a mutant, one at a time (`listing.py`).

They are what a change gets wrong without a reader seeing it: a query for each row, a missing event, a second row from a
double press, a wrong deadline, a lost draft, a missing label, a page too wide, a name in a mail or a log, a print past
its limit, a worker without its right.
"""

from typing import NamedTuple


class Fault(NamedTuple):
    """`old` stands exactly once in `file` and becomes `new`. `about` is the function that it is in: the tests that name
    it, or what calls it, are asked, after those of `tests`.
    """

    app: str
    name: str
    file: str
    old: str
    new: str
    about: str
    tests: tuple[str, ...] = ()


_EVERY_PAGE = ("tests/functional/test_every_page.py",)
_DRAFTS = tuple(f"tests/integration/concerns/test_{name}.py" for name in ("two_windows", "log_form"))
_FORMS = ("tests/unit/test_components.py", "tests/integration/concerns/test_log_form.py", *_EVERY_PAGE)

FAULTS = (
    # A query for each row.
    Fault(
        "plans",
        "a query for each child of the worklist",
        "safeguarding/plans/services/work.py",
        '    return now.select_related("child").order_by("child__sort_name", "pk")',
        '    return now.order_by("child__sort_name", "pk")',
        "with_status",
    ),
    Fault(
        "reports",
        "a query for each target that ended",
        "safeguarding/reports/services/targets.py",
        '.exclude(ended_at=None).select_related("made_by", "ended_by")',
        ".exclude(ended_at=None)",
        "earlier_of",
    ),
    Fault(
        "adults",
        "a query for each entry of a staff concern",
        "safeguarding/adults/services/reading.py",
        'filter(staff_concern=concern).select_related("added_by")',
        "filter(staff_concern=concern)",
        "whole",
    ),
    Fault(
        "received",
        "a query for each file that was received",
        "sharing/received/views/files.py",
        'filter(school=request.held.school_id).select_related("child", "batch")',
        "filter(school=request.held.school_id)",
        "received_files",
    ),
    Fault(
        "governors",
        "a query for each comment of a report",
        "safeguarding/governors/services/drafting.py",
        'ReportComment.objects.filter(report=report).select_related("written_by")',
        "ReportComment.objects.filter(report=report)",
        "comments_of",
    ),
    # A missing event.
    Fault(
        "children",
        "no event of a record opened in an emergency",
        "children/services/access.py",
        "    record(ChildVerb.EMERGENCY, child, by=by)\n",
        "",
        "open_emergency_access",
    ),
    Fault(
        "training",
        "no event of training that is withdrawn",
        "safeguarding/training/services/noting.py",
        "    record(Verb.WITHDRAW, locked, by=by)\n",
        "",
        "withdraw_training",
    ),
    Fault(
        "events",
        "no event of a consent that is withdrawn",
        "sharing/events/services/consents.py",
        "    record(Verb.WITHDRAW, held, by=by)\n",
        "",
        "withdraw_consent",
    ),
    Fault(
        "notice",
        "no event of a notice that is published",
        "sharing/notice/services/publishing.py",
        "    record(NoticeVerb.PUBLISH_NOTICE, made, by=by)\n",
        "",
        "publish_notice",
    ),
    Fault(
        "sealing",
        "no event of a share that is taken",
        "safeguarding/sealing/services/shares.py",
        "    record(Verb.EXPORT, by=by, object_type=",
        "    dict(by=by, object_type=",
        "take",
    ),
    Fault(
        "self_check",
        "no event of a drill that is noted",
        "safeguarding/self_check/services/drills.py",
        "    record(CheckVerb.NOTE_DRILL, drill, by=by, school_id=school_id, purpose=drill.came_back)\n",
        "",
        "note_drill",
    ),
    Fault(
        "uploads",
        "no event of a file that is withheld no longer",
        "safeguarding/uploads/services/giving.py",
        "    record(Verb.LIFT, held, by=by)\n",
        "",
        "give_back",
    ),
    Fault(
        "transfers",
        "no event of words that are read",
        "sharing/transfers/services/words.py",
        '    record(Verb.VIEW, held, by=by, purpose="words")\n',
        "",
        "show_words",
    ),
    Fault(
        "printing",
        "no event of a print",
        "safeguarding/printing/services.py",
        '    record(Verb.CREATE, job, by=by, purpose="print")\n',
        "",
        "keep",
    ),
    # A second row from a double press.
    Fault(
        "concerns",
        "a second action from a double press",
        "safeguarding/concerns/services/deciding/working.py",
        "    if there := Action.objects.filter(token=token, created_by=by).first():",
        "    if there := Action.objects.none().first():",
        "add_action",
    ),
    Fault(
        "retention",
        "a second list from a double press",
        "retention/services/lists.py",
        "    if there := DestructionList.objects.filter(token=key).first():",
        "    if there := DestructionList.objects.none().first():",
        "begin_list",
    ),
    Fault(
        "received",
        "a file taken in twice by a double press",
        "sharing/received/services/opening.py",
        '    return FileReceived.objects.select_related("batch").filter(token=token, received_by=by).first()',
        "    return None",
        "_by_token",
    ),
    Fault(
        "adults",
        "a second review of a pattern from a double press",
        "safeguarding/adults/services/patterns.py",
        "    if there := PatternReview.objects.filter(token=key).first():",
        "    if there := PatternReview.objects.none().first():",
        "look_together",
    ),
    Fault(
        "accounts",
        "a notice again for what is not opened yet",
        "safeguarding/accounts/services/telling.py",
        "    Notice.objects.bulk_create(wanted, ignore_conflicts=True)",
        "    Notice.objects.bulk_create(wanted)",
        "tell",
    ),
    # Somebody in a text that was added while the others were looked through.
    Fault(
        "requests",
        "people found in items that are others by now",
        "sharing/requests/services/finding.py",
        '    if _compared(lists.items) != _compared(_items(case.pk).only("reviewer_id")):',
        "    if not case.pk:",
        "_kept",
        ("tests/integration/requests/test_found_meanwhile.py",),
    ),
    # A wrong deadline.
    Fault(
        "accounts",
        "a weekend that counts as school days",
        "safeguarding/accounts/calendar.py",
        "            if self.is_school_day(day := after + timedelta(days=ahead)):",
        "            if day := after + timedelta(days=ahead):",
        "next_school_day",
    ),
    Fault(
        "requests",
        "an extended reply that forgets the days of a pause",
        "sharing/requests/services/letters.py",
        "    ends = add_months(found.start, months) + timedelta(days=found.paused_days)",
        "    ends = add_months(found.start, months)",
        "_extended_due",
    ),
    Fault(
        "retention",
        "a changed period in force at once",
        "retention/services/schedule.py",
        "        row.from_day = today + timedelta(days=DAYS_OF_NOTICE) if is_change else today",
        "        row.from_day = today",
        "_say_yes",
    ),
    Fault(
        "children",
        "an emergency of two hours",
        "children/services/access.py",
        "EMERGENCY_LASTS = timedelta(minutes=60)",
        "EMERGENCY_LASTS = timedelta(minutes=120)",
        "open_emergency_access",
    ),
    Fault(
        "training",
        "training that runs out is said a week before",
        "safeguarding/training/services/noting.py",
        "SOON = timedelta(days=60)",
        "SOON = timedelta(days=7)",
        "SOON",
    ),
    Fault(
        "transfers",
        "words of a file that are shown for a day",
        "sharing/transfers/services/words.py",
        "SHOWN_FOR = timedelta(minutes=15)",
        "SHOWN_FOR = timedelta(days=1)",
        "is_shown",
    ),
    Fault(
        "self_check",
        "a look of last week that is called good",
        "safeguarding/self_check/services/looking.py",
        "STALE = timedelta(hours=36)",
        "STALE = timedelta(days=8)",
        "STALE",
    ),
    Fault(
        "audit",
        "an event unsealed for a day that nobody is told of",
        "safeguarding/audit/seals/checking.py",
        "PATIENCE = timedelta(minutes=15)",
        "PATIENCE = timedelta(days=1)",
        "PATIENCE",
    ),
    # A lost draft.
    Fault(
        "concerns",
        "a draft overwritten by another window",
        "safeguarding/concerns/services/drafts.py",
        "    if _is_overtaken(draft, content, page=page, revision=revision):",
        "    if False:",
        "save_draft",
        _DRAFTS,
    ),
    Fault(
        "concerns",
        "a save in the background that overtakes a button",
        "safeguarding/concerns/services/drafts.py",
        "    if turn is not None and page == draft.page and turn < turn_of(draft.content):",
        "    if False:",
        "save_draft",
        _DRAFTS,
    ),
    # A missing label, a page too wide.
    Fault(
        "safeguarding",
        "a field without its label",
        "templates/components/field.html",
        '           for="{{ field.id_for_label }}">{{ label }}{% if optional %}',
        "           >{{ label }}{% if optional %}",
        "field",
        _FORMS,
    ),
    Fault(
        "safeguarding",
        "a table without its caption",
        "templates/components/table.html",
        '    <caption{% if not shown %} class="hb-vh"{% endif %}>{{ caption }}</caption>',
        "",
        "table",
        _FORMS,
    ),
    Fault(
        "safeguarding",
        "a table wider than a phone",
        "templates/components/table.html",
        '<table role="table" class=',
        '<table role="table" style="min-width: 60rem" class=',
        "table",
        _EVERY_PAGE,
    ),
    # A name in a mail or a log.
    Fault(
        "accounts",
        "an address in the log",
        "safeguarding/accounts/mail.py",
        '        logger.warning("an address was refused: %s", type(error).__name__)',
        '        logger.warning("an address was refused: %s", user.email)',
        "_deliver_next",
    ),
    Fault(
        "retention",
        "the words of an error in the log",
        "retention/services/clearing.py",
        "type(error.__cause__ or error).__name__)",
        "error.__cause__ or error)",
        "_clear",
    ),
    # Past a limit.
    Fault(
        "printing",
        "prints of one person without a limit",
        "safeguarding/printing/services.py",
        "count() >= MOST_OF_ONE:",
        "count() >= 100 * MOST_OF_ONE:",
        "keep",
    ),
    Fault(
        "printing",
        "a print of any number of sheets",
        "safeguarding/printing/printer.py",
        "            if why or job.sheets > MOST_SHEETS:",
        "            if why:",
        "MOST_SHEETS",
    ),
    Fault(
        "uploads",
        "files of a day without a limit",
        "safeguarding/uploads/services/keeping.py",
        " + coming > MOST_A_DAY:",
        " + coming > 1000 * MOST_A_DAY:",
        "ensure_room",
    ),
    # A worker without its right.
    Fault(
        "transfers",
        "a worker that may not read who is named in a concern",
        "sharing/transfers/records.py",
        "reads(_TASK, Child, Chronicled, ConcernChild)",
        "reads(_TASK, Child, Chronicled)",
        "build_all",
        ("tests/integration/transfers/test_by_the_worker.py",),
    ),
    # What is made of files, and the practice school.
    Fault(
        "staff",
        "a role read from a list under the wrong name",
        "safeguarding/staff/checking.py",
        '    "deputy dsl": "deputy_lead",',
        '    "deputy dsl": "lead",',
        "_CALLED",
        ("tests/integration/staff/test_adding.py",),
    ),
    Fault(
        "staff",
        "an account added that is in the list twice",
        "safeguarding/staff/checking.py",
        "seen[named] > 1 and",
        "seen[named] > 99 and",
        "_row",
        ("tests/integration/staff/test_adding.py",),
    ),
    Fault(
        "demo",
        "practice data beside a real school",
        "safeguarding/demo/seeding.py",
        "    ensure_apart()\n",
        "",
        "ensure_demo",
        ("tests/integration/demo/test_seeding.py",),
    ),
)
