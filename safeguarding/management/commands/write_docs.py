"""Write the documents that are made from code, or check that they are as the code says: `manage.py write_docs
[--check]`.
"""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.module_loading import module_has_submodule

from safeguarding import notice_items
from safeguarding.accounts.capabilities import CAPABILITIES
from safeguarding.accounts.roles import ROLES
from safeguarding.moves import Lifecycle, as_markdown
from safeguarding.personal_data import Kept, declared, own_models

MADE = "<!-- Made by `manage.py write_docs`. Change the code, then run it. -->"


class Command(BaseCommand):
    help = "Writes the documents of docs/ that are made from the code."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; fail if a document is out of date")

    def handle(self, *, check: bool, **options: Any) -> None:
        if wrong := list(notice_items.problems()):
            raise CommandError("\n".join(wrong))
        folder = Path(settings.BASE_DIR) / "docs"
        stale = []
        for name, text in documents().items():
            path = folder / name
            if path.exists() and path.read_text() == text:
                continue
            stale.append(f"docs/{name}")
            if not check:
                folder.mkdir(exist_ok=True)
                path.write_text(text)
                self.stdout.write(f"wrote docs/{name}")
        if check and stale:
            raise CommandError(f"{', '.join(stale)}: out of date. Run `manage.py write_docs` and commit the result.")


def documents() -> dict[str, str]:
    """File name to text of every document that is made from code."""
    return {
        "lifecycles.md": lifecycles(),
        "notice-coverage.md": notice_coverage(),
        "permissions.md": permissions(),
        "what-stays.md": what_stays(),
    }


def lifecycles() -> str:
    """What may follow, for every record that has a life: one diagram and one table each."""
    parts = [
        "# What may follow",
        MADE,
        "Each record goes from one state to the next by the moves below and by no other way. The engine "
        "(`safeguarding/moves.py`) locks the record, checks the state, then the person, then what is required, and "
        "records what happened.",
    ]
    return "\n\n".join([*parts, *(as_markdown(life).rstrip() for life in _all_lifecycles())]) + "\n"


def notice_coverage() -> str:
    """What Harbour holds of each item of the school's privacy notice, where, and by which law."""
    parts = [
        "# What the privacy notice names, and where it is held",
        MADE,
        "The items are those that the school’s notice lists as held, numbered as in the domain reference (section 8). "
        "Each app says in its `notice_items.py` what it holds. The check fails when an item is held by nothing, and "
        "when something names no page or no law.",
    ]
    return "\n\n".join([*parts, "\n".join(notice_items.as_markdown())]) + "\n"


def what_stays() -> str:
    """Why each row stays that ends with no record, and which rows these are."""
    stays: dict[Kept, list[str]] = {why: [] for why in Kept}
    for model in own_models():
        if (mine := declared(model)) and mine.kept:
            stays[mine.kept].append(f"`{model._meta.label}`")
    lines = [
        "# What stays, and why",
        "",
        MADE,
        "",
        "Whatever else Harbour keeps is a record with a period, or ends with one ([how a record ends](retention.md)). "
        "The rows of these models stay. Each says why, as `kept` in its `PersonalData`; the tests fail on one that "
        "does not.",
        "",
        "| why it stays | rows of |",
        "|---|---|",
        *(f"| {why} | {', '.join(sorted(labels))} |" for why, labels in stays.items()),
    ]
    return "\n".join(lines) + "\n"


def permissions() -> str:
    """Which role may do what at its own school."""
    names = [role.title for role in ROLES.values()]
    lines = [
        "# Who may do what",
        "",
        MADE,
        "",
        "A role counts at its own school, from its first day to its last (`safeguarding/accounts/roles.py`). What a "
        "role may not see does not exist for it: the same page not found as for a record that was never there.",
        "",
        "Whatever the role: anybody sees their own words for ever, and any member of staff may be given an "
        "action, sees that "
        "action alone of its concern while they work at the school, and says what came of it. Who may *own "
        "actions* has the "
        "page of their actions in the navigation from the start, others from their first action on.",
        "",
        "| role | what it is |",
        "|---|---|",
        *(f"| {role.title} | {role.description} |" for role in ROLES.values()),
        "",
        "| may | " + " | ".join(names) + " |",
        "|---|" + ":-:|" * len(names),
    ]
    for capability in CAPABILITIES.entries:
        marks = ["yes" if role.may(capability) else "" for role in ROLES.values()]
        lines.append(f"| {capability.replace('_', ' ')} | " + " | ".join(marks) + " |")
    return "\n".join(lines) + "\n"


def _all_lifecycles() -> Iterator[Lifecycle[Any]]:
    """Those of every app, in the order of the apps and of their files."""
    for app in apps.get_app_configs():
        if module_has_submodule(app.module, "lifecycles"):  # type: ignore[arg-type]
            module = import_module(f"{app.name}.lifecycles")
            yield from (value for value in vars(module).values() if isinstance(value, Lifecycle))
