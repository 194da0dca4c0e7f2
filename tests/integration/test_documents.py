"""Are the documents that are made from code as the code says? And does the check notice when they are not?"""

import pytest
from django.core.management import CommandError, call_command

from safeguarding import notice_items
from safeguarding.accounts.capabilities import CAPABILITIES
from safeguarding.accounts.roles import ROLES
from safeguarding.concerns.lifecycles import action_life, concern_life
from safeguarding.management.commands.write_docs import documents
from safeguarding.plans.kinds import EPISODES, STEPS
from safeguarding.plans.models import Step


def test_the_committed_documents_are_as_the_code_says():
    call_command("write_docs", check=True)


def test_a_document_that_is_out_of_date_or_missing_is_named(settings, tmp_path, capsys):
    settings.BASE_DIR = tmp_path
    every = r"docs/lifecycles\.md, docs/notice-coverage\.md, docs/permissions\.md, docs/what-stays\.md: out of date"
    with pytest.raises(CommandError, match=every):
        call_command("write_docs", check=True)
    call_command("write_docs")
    call_command("write_docs", check=True)
    (tmp_path / "docs" / "permissions.md").write_text("Everybody may do everything.")
    with pytest.raises(CommandError, match=r"^docs/permissions\.md: out of date"):
        call_command("write_docs", check=True)


def test_every_move_and_every_right_is_written_down():
    made = documents()
    for life in (concern_life, action_life):
        assert f"## {life.title}" in made["lifecycles.md"]
        for name in life.moves:
            assert f"\n| {name} |" in made["lifecycles.md"]
    for capability in CAPABILITIES.entries:
        row = next(r for r in made["permissions.md"].splitlines() if r.startswith(f"| {capability.replace('_', ' ')} "))
        assert row.count("yes") == sum(role.may(capability) for role in ROLES.values())


def test_every_item_of_the_notice_stands_there_with_what_holds_it_its_page_and_its_law():
    rows = [
        row.split(" | ")
        for row in documents()["notice-coverage.md"].split("## Every item")[0].splitlines()
        if row.startswith("| ")
    ]
    held = {(int(row[0].strip("| ")), row[2]): row for row in rows if row[0].strip("| ").isdigit()}
    assert {item for item, _ in held} == set(notice_items.ITEMS) >= set(range(12, 27))
    for kinds, page in ((EPISODES, "`/plans/<episode_id>/`"), (STEPS, "`/plans/dates/<step_id>/`")):
        for kind in kinds.values():
            for item in kind.notice:
                assert held[item, kind.title][3] == page
                assert held[item, kind.title][5] == "safeguarding file: R01, R02, R03, R05, R07, R09b"
                assert held[item, kind.title][6].removesuffix(" |") == "; ".join(
                    filter(None, (kind.law, getattr(kind, "choice", "")))
                )


@pytest.mark.parametrize(
    ("held", "sentence"),
    [
        ([], "Item 26 of the privacy notice .* is held by nothing"),
        ([{"what": "Plan", "items": (26,), "page": "nowhere", "law": "An Act"}], "Plan: there is no page “nowhere”"),
        ([{"what": "Plan", "items": (26,), "page": "plan_step", "law": ""}], "Plan: no law says why"),
    ],
)
def test_the_check_fails_without_a_record_a_page_or_a_law(held, sentence, monkeypatch):
    others = [one for one in notice_items._held if 26 not in one.items]
    given = [notice_items.Holding(**one, sources=(Step.PersonalData.source,)) for one in held]
    monkeypatch.setattr(notice_items, "_held", others + given)
    with pytest.raises(CommandError, match=sentence):
        call_command("write_docs", check=True)


def test_the_check_fails_where_what_is_said_not_to_be_held_is_held(monkeypatch):
    monkeypatch.setattr(notice_items, "NOT_HELD", notice_items.NOT_HELD | {11})
    with pytest.raises(CommandError, match=r"Item 11 .* is held now"):
        call_command("write_docs", check=True)
