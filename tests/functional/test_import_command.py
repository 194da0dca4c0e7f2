"""`manage.py import_children` beside a real installation: a process of its own, with the roles of the database, as
`docs/importing.md` says. In practice it is called in `test_up.py`.
"""

from functools import partial
from pathlib import Path

import psycopg
import pytest

from tests.functional.import_command import DATA, FILES, manage
from tests.functional.installation import Up, url, words_until

# A school for each format, all of one Headteacher, and a teacher.
SCHOOLS = f"""
from datetime import date
from safeguarding.accounts import services
head, teacher = (
    services.add_person(
        username=name, first_name=name, last_name="Invented", email="", extension="", password="a-lighthouse-keeps"
    )
    for name in ("headteacher", "teacher")
)
for file in {list(FILES)}:
    school = services.create_school(name=f"{{file}} school", slug=file.partition("_")[0] + "-school")
    for person in (head, teacher):
        services.assign_role(user=person, school=school, role_key=person.username, starts_on=date(2026, 9, 1))
"""


@pytest.fixture
def installation(migrated: Path, up: Up) -> Path:
    """A real one that runs, with its schools, and nobody in their lists."""
    words_until(up(HARBOUR_DEMO="false", HTTPS="false"), "Ctrl-C stops it")
    code, said = manage(migrated, "shell", "--command", SCHOOLS, HARBOUR_DEMO="false", HARBOUR_ROLE="owner")
    assert code == 0, said
    return migrated


def on_roll(var: Path, school: str) -> int:
    with psycopg.connect(url(var, "OWNER_")) as connection:
        children = (
            "SELECT count(*) FROM children_child c JOIN accounts_school s ON s.id = c.school_id WHERE s.slug = %s"
        )
        row = connection.execute(children, [school]).fetchone()
        assert row is not None
        return int(row[0])


@pytest.mark.soak(part="data")
def test_each_format_comes_in_for_a_person_and_for_the_machine(installation: Path, tmp_path: Path) -> None:
    import_children = partial(manage, installation, "import_children", HARBOUR_DEMO="false")
    for name, (called, children, waits) in FILES.items():
        file, school = str(DATA / name), f"{name.partition('_')[0]}-school"
        to = ("--school", school)
        for role, person in (("web", ("--as", "headteacher")), ("worker", ()), ("owner", ())):
            code, said = import_children(file, *to, *person, "--dry-run", HARBOUR_ROLE=role)
            assert (code, called in said, "Nothing was changed." in said) == (0, True, True), said
            assert on_roll(installation, school) == 0
        # What needs nobody goes in, and the rest waits; the same file once more says nothing new.
        code, said = import_children(file, *to, "--yes", HARBOUR_ROLE="worker")
        assert (code, f"{children} joined, 0 changed" in said, waits in said) == (0, True, True), said
        code, said = import_children(file, *to, "--as", "headteacher", "--yes")
        assert (code, "0 joined, 0 changed" in said, waits in said) == (0, True, True), said
        assert on_roll(installation, school) == children

    code, said = import_children(str(DATA / "ctf_inbound.xml"), "--school", "ctf-school", "--yes")
    assert (code, "Say with --as who this is done for" in said) == (1, True)
    to = ("--school", "ctf-school", "--as", "teacher")
    code, said = import_children(str(DATA / "ctf_inbound.xml"), *to, "--yes")
    assert (code, "Only the office" in said, "Traceback" in said) == (1, True, False)
