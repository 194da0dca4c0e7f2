"""Which forms change a row of a table of which `web` may change some columns only? Each is filled in and pressed in the
world of the matrix, as `web`, and taken back.

A row that a form writes again is written twice, with other words: the first press may add it. A row that only ends is
ended.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin
from uuid import UUID

from django.db import connection
from django.urls import reverse

from children.models import ChildTeamGrant
from children.services.access import grant_child_to_team
from children.services.safeguards import AddressFacts, record_safeguard
from safeguarding import rights_rows
from safeguarding.accounts.models import Team
from safeguarding.accounts.services.resets import ask_reset
from safeguarding.adults.models import AdultNamed
from safeguarding.concerns.models import Concern, OutsideConflict, OutsideNote, WithheldName
from safeguarding.concerns.services import error
from safeguarding.concerns.services.outside import conflicts
from safeguarding.concerns.services.withholding import withhold
from safeguarding.keys import uuid7
from tests.matrix import leading
from tests.matrix.asking import Matrix, taken_back
from tests.matrix.filling import FIRST, PageForm, forms_of
from tests.matrix.filling import WORDS as SAID
from tests.matrix.forms import Body
from tests.matrix.ground import NOW, THEN, TODAY, given_row
from tests.matrix.policy import kinds_of
from tests.matrix.sending import asked_for, forms_made, name_of
from tests.matrix.world import World

_UPDATED = "SELECT pg_stat_get_xact_tuples_updated(%s::regclass)"


def some_columns() -> dict[str, list[str]]:
    """The tables of which `web` may change some columns only, with these."""
    found = {}
    for model in rights_rows.guarded():
        columns = rights_rows.updated_columns(model)
        if columns and len(columns) < len(model._meta.local_concrete_fields) - 1:
            found[model._meta.db_table] = columns
    return found


@dataclass(frozen=True)
class Press:
    """A form that is filled in and sent: by whom, about which record, and what is typed.

    `form` is its name on `page`, empty where the page shows none and only takes it. `before` is what has happened, and
    returns what fills the address where that is not a key of the record.
    """

    page: str
    person: str
    record: str = ""
    form: str = ""
    typed: Body | Callable[[World], Body] | None = None
    before: Callable[[World], Any] | None = None


def _team_is_given(world: World) -> list[UUID]:
    child = world.children["open"]
    team = Team._base_manager.get(key=world.keys["open"]["team"])
    given: ChildTeamGrant = grant_child_to_team(
        child=child, team=team, reason=SAID, last_day=leading.LATER, by=world.people["lead"]
    )
    return [child.pk, given.pk]


def _responsibility(world: World) -> list[UUID]:
    return [world.children["open"].responsibilities.get().pk]


def _address_is_confidential(world: World) -> list[UUID]:
    facts = AddressFacts(reason=SAID, starts_on=TODAY, told_by="family")
    child, office = world.children["open"], world.people["office"]
    return [record_safeguard(child=child, token=uuid7(), facts=facts, by=office).pk]


def _reset_is_asked(world: World) -> list[UUID]:
    lead, teacher = world.people["lead"], world.people["teacher"]
    asked = ask_reset(user=teacher, school_id=world.here.pk, what="both", how="seen", by=lead, at=NOW)
    return [asked.reset.pk]


def _another_is_named(world: World) -> list[UUID]:
    """A concern is always about somebody: the right one is named before the other is taken back."""
    first = AdultNamed._base_manager.get(pk=world.keys["own"]["adult_named"])
    same = {"school": world.here, "staff_concern": first.staff_concern, "part": first.part, "standing": "supply"}
    given_row(AdultNamed, **same, name=SAID, named_at=THEN, named_by=world.people["headteacher"])
    return [first.staff_concern_id, first.pk]


def _error_is_proposed(world: World) -> list[UUID]:
    concern = Concern._base_manager.get(pk=leading.concern_alone(world))
    lead = world.people["lead"]
    error.propose(concern=concern, seen=concern.revision, token=uuid7(), reason=SAID, mistake="test", by=lead, at=THEN)
    return [concern.pk]


def _name_is_withheld(world: World) -> list[UUID]:
    concern = world.concerns["open"]
    named = concern.children.get(child=None)
    WithheldName._base_manager.filter(named=named).delete()
    withhold(named, world.children["closed"].pk, by=world.people["teacher"], at=THEN)
    return [concern.pk, WithheldName._base_manager.get(named=named).pk]


def _note_is_not_for(world: World) -> list[UUID]:
    rows = OutsideNote._base_manager.filter(pk=world.keys["open"]["note"])
    rows.update(status="read", concern=None, ended_at=None, ended_by=None)
    note = rows.get()
    conflicts.say_not_for(note=note, user=world.people["deputy"], by=world.people["lead"], at=THEN)
    return [note.pk]


def _for_after_all(world: World) -> Body:
    rows = OutsideConflict._base_manager.filter(note=world.keys["open"]["note"], withdrawn_at=None)
    return {"for_after_all": str(rows.get(user=world.people["deputy"]).pk)}


def _another_reviewer(world: World) -> Body:
    return {"part": FIRST, "user": str(world.people["headteacher"].pk)}


_DETAILS = ("notice_settings", "lead", "", "notice_settings")
_SETTING = ("governor_settings", "lead", "", "governor_settings")
_COMMENTS = ("governor_report", "lead", "open", "governor_report comments")
_TARGET = ("targets", "lead", "", "targets")
_STEP = ("plan_step", "lead", "open", "plan_step correct")
_PLAN = ("episode", "lead", "open", "episode correct")
_BRAKE = {"number": "31"}
SAVED: dict[str, tuple[Press, ...]] = {
    "accounts_actingperiod": (Press("acting_period", "lead", "open", "acting_read"),),
    "accounts_classtaught": (Press("end_class", "lead", "open"),),
    "accounts_reset": (Press("withdraw_reset", "teacher", before=_reset_is_asked),),
    "accounts_roleassignment": (Press("cover", "lead", "", "call_sooner"), Press("cover", "lead", "", "call_sooner")),
    "accounts_team": (Press("end_team", "lead", "open", "end_team"),),
    "accounts_teammember": (Press("remove_member", "lead", "open", "remove_member"),),
    "adults_adultnamed": (Press("staff_concern_unname", "headteacher", before=_another_is_named),),
    "adults_staffconcerngrant": (
        Press("staff_concern_withdraw", "headteacher", "named", "staff_concern_withdraw", {"reason": SAID}),
    ),
    "children_childgrant": (
        Press("child_access_withdraw", "lead", "granted", "child_access_withdraw", {"reason": SAID}),
    ),
    "children_childmerge": (Press("child_merge", "lead", "open", "child_merge_do"),),
    "children_childteamgrant": (Press("child_access_withdraw", "lead", typed={"reason": SAID}, before=_team_is_given),),
    "children_confidentialaddress": (Press("confirm_safeguard", "lead", before=_address_is_confidential),),
    "children_contactrestriction": (Press("confirm_safeguard", "lead", "open"),),
    "children_parentalresponsibility": (Press("confirm_safeguard", "lead", before=_responsibility),),
    "children_conflictofinterest": (
        Press("conflict", "lead", "hidden", "confirm_conflict"),
        Press("conflict", "lead", "hidden", "conflict", {"reason": SAID}),
    ),
    "children_emergencyaccess": (Press("emergency", "lead", "emergency", "emergency", {"finding": "justified"}),),
    "concerns_concerngrant": (
        Press("concern_access_withdraw", "lead", "named", "concern_access_withdraw", {"reason": SAID}),
    ),
    "concerns_concernsubject": (Press("withdraw_subject", "lead", "subject"),),
    "concerns_enteredinerror": (
        Press(
            "in_error",
            "deputy",
            form="in_error_answer",
            typed={"does": "refuse", "reason": SAID},
            before=_error_is_proposed,
        ),
    ),
    "concerns_outsideconflict": (Press("outside_note", "lead", typed=_for_after_all, before=_note_is_not_for),),
    "concerns_mention": (Press("mention", "lead", "open", form="mention", typed={"reason": SAID}),),
    "concerns_withheldname": (
        Press("withheld_name", "lead", form="withheld_name", typed={"reason": SAID}, before=_name_is_withheld),
    ),
    "governors_governorreport": (
        Press(*_COMMENTS, {"comment_volume": SAID}, leading.child_is_named),
        Press(*_COMMENTS, {"comment_volume": f"{SAID} {SAID}"}, lambda world: world.keys["open"]["governor_draft"]),
    ),
    "governors_reportcomment": (
        Press(*_COMMENTS, {"comment_volume": SAID}, leading.child_is_named),
        Press(*_COMMENTS, {"comment_volume": f"{SAID} {SAID}"}, lambda world: world.keys["open"]["governor_draft"]),
    ),
    "governors_reportsetting": (Press(*_SETTING, {"threshold": "6"}), Press(*_SETTING, {"threshold": "7"})),
    "notice_noticedetails": (
        Press(*_DETAILS, {"office_address": "1 Quay Street"}),
        Press(*_DETAILS, {"office_address": "2 Quay Street"}),
    ),
    "plans_designation": (
        Press(*_PLAN, {"starts_on_day": "2", "decided_on_day": "2"}),
        Press(*_PLAN, {"starts_on_day": "3", "decided_on_day": "3"}),
    ),
    "plans_episode": (
        Press(*_PLAN, {"starts_on_day": "2", "decided_on_day": "2"}),
        Press(*_PLAN, {"starts_on_day": "3", "decided_on_day": "3"}),
    ),
    "plans_professional": (Press("child_team", "lead", "open", "child_team end_person"),),
    "plans_step": (Press(*_STEP, {"held_on_day": "17"}), Press(*_STEP, {"held_on_day": "16"})),
    "reports_target": (Press(*_TARGET, {"value": "3"}), Press(*_TARGET, {"value": "4"})),
    "requests_requestitem": (
        Press("request_item", "lead", "open", "request_item mark", {"deed": "keep", "at": FIRST}),
    ),
    "requests_requeststep": (Press("request", "office", "open", "request unstep"),),
    "requests_requestrole": (
        Press("request", "lead", "open", "request name", {"part": FIRST, "user": FIRST}),
        Press("request", "lead", "open", "request name", _another_reviewer),
    ),
    "requests_searchplace": (
        Press("request_places", "senco", "open", "request_places answer", {"found": "none", "note": SAID}),
    ),
    "retention_brake": (
        Press("brake", "lead", "open", "brake", _BRAKE),
        Press("brake", "headteacher", "open", "brake", _BRAKE),
    ),
    "retention_destructionitem": (Press("destruction_list", "lead", "open", "destruction_list stop"),),
    "retention_mark": (Press("child_retention", "lead", "open", "child_retention unmark", {"reason": SAID}),),
    "retention_retentionrule": (Press("retention_rule", "lead", "open", "retention_rule adopt"),),
    "retention_statement": (Press("child_retention", "lead", "open", "child_retention withdraw"),),
    "sharing_consent": (
        Press(
            "sharing_consent",
            "lead",
            "open",
            "sharing_consent",
            {
                "withdrawn_how": FIRST,
                "withdrawn_said": SAID,
                "withdrawn_on_day": str(TODAY.day),
                "withdrawn_on_month": str(TODAY.month),
                "withdrawn_on_year": str(TODAY.year),
            },
        ),
    ),
    "sharing_lawconfirmed": (
        Press("sharing_law", "lead", "", "sharing_law confirm", {"read_in": SAID}),
        Press("sharing_law", "lead", "", "sharing_law confirm", {"read_in": f"{SAID} {SAID}"}),
    ),
    "sharing_shareditem": (
        Press("share_items", "lead", "open", "share_items", {"item": FIRST}),
        Press("share_items", "lead", "open", "share_items", {"item": []}),
    ),
    "training_course": (
        Press("training_courses", "lead", "", "training_courses set"),
        Press("training_courses", "lead", "", "training_courses end"),
    ),
    "training_trainingrecord": (Press("training_record", "lead", "open", "withdraw_training"),),
}
# No form changes these, or none that the world of the matrix shows.
NO_FORM = {
    "governors_reportbuild": "The worker says that it has counted, or could not.",
    "requests_bundle": "The answer of the world is of another state than its request: no form of it is shown.",
    "requests_requestrecipient": "The request of the world asks for a copy: nobody is told of a correction.",
    "requests_requestperson": "They are found in what was copied or added; a form is about an item.",
    "retention_retentiongate": "The scan says when it has looked.",
}


def saved(matrix: Matrix, table: str) -> list[str]:
    """Press the forms of a table, one after the other; return what is wrong with each that writes none of its rows, and
    that no row was changed, but only added.
    """
    with taken_back():
        before = _updated(table)
        wrong = [f"{table}: {problem}" for press in SAVED[table] if (problem := _pressed(matrix, table, press))]
        return wrong or ([] if _updated(table) > before else [f"{table}: no row was changed"])


def _pressed(matrix: Matrix, table: str, press: Press) -> str:
    key = press.before and press.before(matrix.world)
    keys = key if isinstance(key, list) else [key] if key else None
    before = _written(table)
    client = matrix.browser(press.person)
    if keys is None:
        kinds = kinds_of(matrix.policy.pages[press.page]) if press.record else []
        keys = [matrix.world.keys[press.record][kind] for kind in kinds]
    address, form, required = reverse(press.page, args=keys), PageForm("", "post"), iter(())
    if press.form:
        with forms_made() as made:
            page: Any = client.get(address)
        shown = [one for one in forms_of(page.content.decode()) if name_of(one, address) == press.form]
        if not shown:
            return f"{press.page} by {press.person} shows no form {press.form}, and answers {page.status_code}"
        form = shown[0]
        required = asked_for(form, made)
    form.put((press.typed(matrix.world) if callable(press.typed) else press.typed) or {})
    form.fill_in(required, TODAY)
    answer: Any = client.post(urljoin(address, form.action), form.sent())
    if answer.status_code in (302, 303) and _written(table) > before:
        return ""
    return f"{press.page} {press.form} by {press.person} answers {answer.status_code} {answer.headers.get('Location')}"


def _updated(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_UPDATED, [table])
        return int(cursor.fetchone()[0])


def _written(table: str) -> int:
    """Rows of the table that were added or changed so far in this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_get_xact_tuples_inserted(%s::regclass)", [table])
        return int(cursor.fetchone()[0]) + _updated(table)
