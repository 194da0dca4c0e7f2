"""`manage.py import_children` beside a real installation: a process of its own, with the roles of the database, as
`docs/importing.md` says. In practice it is called in `test_up.py`.
"""

import csv
import io
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


def first_rows(name: str, folder: Path) -> Path:
    """The headings of a file and its first fifteen children, none of whom waits for a person."""
    with (DATA / name).open(encoding="utf-8-sig", newline="") as whole:
        rows = list(csv.reader(whole))[:16]
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    path = folder / name
    path.write_text(text.getvalue(), encoding="utf-8")
    return path


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
    for name, called in FILES.items():
        is_xml = name.endswith(".xml")
        school = f"{name.partition('_')[0]}-school"
        to = ("--school", school)
        # The whole file: some of its rows wait for a person.
        for role, person in (("web", ("--as", "headteacher")), ("worker", ()), ("owner", ())):
            code, said = import_children(str(DATA / name), *to, *person, "--dry-run", HARBOUR_ROLE=role)
            assert (code, called in said, "Nothing was changed." in said) == (0, True, True), said
            assert on_roll(installation, school) == 0
        if not is_xml:
            code, said = import_children(str(DATA / name), *to, "--as", "headteacher", "--yes")
            assert (code, "The file waits in the browser" in said) == (1, True), said
            assert on_roll(installation, school) == 0

        file = DATA / name if is_xml else first_rows(name, tmp_path)
        children = 30 if is_xml else 15
        code, said = import_children(str(file), *to, "--yes", HARBOUR_ROLE="worker")
        assert (code, f"{children} joined, 0 changed" in said) == (0, True), said
        code, said = import_children(str(file), *to, "--as", "headteacher", "--yes")
        assert (code, "0 joined, 0 changed" in said) == (0, True), said
        assert on_roll(installation, school) == children

    code, said = import_children(str(DATA / "ctf_inbound.xml"), "--school", "ctf-school", "--yes")
    assert (code, "Say with --as who this is done for" in said) == (1, True)
    to = ("--school", "ctf-school", "--as", "teacher")
    code, said = import_children(str(DATA / "ctf_inbound.xml"), *to, "--yes")
    assert (code, "Only the office" in said, "Traceback" in said) == (1, True, False)
