"""Are the documents that are made from code as the code says? And does the check notice when they are not?"""

import pytest
from django.core.management import CommandError, call_command

from safeguarding.accounts.capabilities import CAPABILITIES
from safeguarding.accounts.roles import ROLES
from safeguarding.concerns.lifecycles import action_life, concern_life
from safeguarding.management.commands.write_docs import documents


def test_the_committed_documents_are_as_the_code_says():
    call_command("write_docs", check=True)


def test_a_document_that_is_out_of_date_or_missing_is_named(settings, tmp_path, capsys):
    settings.BASE_DIR = tmp_path
    with pytest.raises(CommandError, match=r"docs/lifecycles\.md, docs/permissions\.md: out of date"):
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
