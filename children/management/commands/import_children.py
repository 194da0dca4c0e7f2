"""Bring a file of children into a school's list from the terminal: the same steps, and the same questions, as in the
browser.
"""

import sys
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from tqdm import tqdm

from children.importing.formats import TITLES
from children.models import ImportRow, ImportRun
from children.services import imports
from safeguarding.accounts.models import School, User
from safeguarding.accounts.services import find_account
from safeguarding.accounts.services.schools import schools as every_school
from safeguarding.audit.context import Acting, acting, actors_transaction
from safeguarding.dates import counted
from safeguarding.exceptions import HarbourError
from safeguarding.keys import uuid7
from safeguarding.locks import take_longer

S, Kind = ImportRun.Status, ImportRow.Kind
# A list that is changed while a file goes in is compared again, so often.
_TRIES = 3
_WORDS = (
    (Kind.JOINS, "join"),
    (Kind.RETURNS, "are back, and wait for a person"),
    (Kind.CHANGES, "change"),
    (Kind.SAME, "without change"),
    (Kind.HELD, "wait for a person"),
    (Kind.REJECTED, "cannot be used"),
    (Kind.REPEATED, "the same row twice"),
    (Kind.SKIPPED, "not a child"),
)


class Command(BaseCommand):
    help = "Brings in children from a Common Transfer File or a CSV file, and shows first what that would change."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="CTF (XML), or CSV from SIMS, Arbor, Bromcom or a spreadsheet")
        parser.add_argument("--school", default="", help="short name or URN; not needed where there is one school")
        parser.add_argument("--dry-run", action="store_true", help="show what the file would do and change nothing")
        parser.add_argument("--yes", action="store_true", help="take what needs nobody, without asking")
        parser.add_argument("--as", dest="person", default="", help="user name of whoever this is done for")

    def handle(self, *args: Any, **options: Any) -> None:
        school, person = _school(options["school"]), _person(options["person"])
        if not options["file"].is_file():
            raise CommandError(f"There is no file {options['file']}.")
        # For nobody by name it is work of the machine, which sees the whole list.
        task = "" if person else imports.TASK
        if task and "worker" not in settings.CONTEXT_KEYS:
            raise CommandError(
                "Say with --as who this is done for, or run it with HARBOUR_ROLE=worker or HARBOUR_ROLE=owner."
            )
        who = Acting(user_id=person.pk if person else None, school_id=school.pk, request_id=uuid7(), task=task)
        key = uuid7()
        try:
            # The worker takes up whatever nobody works on: not this one.
            with acting(who), imports.alone(key), transaction.atomic() if options["dry_run"] else nullcontext():
                if options["dry_run"]:
                    take_longer(minutes=60, because="a list of thousands is read, compared and forgotten again")
                run = self._look(school, options["file"], person, key, unattended=options["yes"])
                if options["dry_run"]:
                    transaction.set_rollback(True)
                    self.stdout.write("Nothing was changed.")
                elif options["yes"]:
                    self._take_what_needs_nobody(run, person)
                else:
                    self._confirm(run, person)
        except HarbourError as error:
            raise CommandError(error.sentence) from None

    def _look(self, school: School, file: Path, person: User | None, key: UUID, *, unattended: bool) -> ImportRun:
        """Read the file and show what it would do."""
        run = imports.start_import(
            school=school, file_name=file.name, chunks=_chunks(file), by=person, key=key, unattended=unattended
        )
        if run.status == S.MAPPING:
            imports.abandon_import(run=run, by=person)
            raise CommandError(
                "Harbour does not know the headings of this file. Bring it in once in the browser and say what its "
                "columns mean; after that this command knows them."
            )
        if run.status == S.UPLOADED:
            with _bar(run.summary["expected"], "reading") as bar:
                run = imports.read_import(run=run, by=person, progress=bar.update)
        if run.status == S.MAPPING:
            imports.abandon_import(run=run, by=person)
            raise CommandError(
                "The dates of this file contradict each other: some can only be read with the day first, others only "
                "with the month first. Bring it in in the browser and say how they are written."
            )
        if run.status != S.READY:
            raise CommandError(run.refusal or "Somebody has given up on this file. Nothing was changed.")
        self._show(run, person)
        return run

    def _show(self, run: ImportRun, person: User | None) -> None:
        """The preview of the browser, in lines."""
        self.stdout.write(f"{run.file_name}: {TITLES[run.format]}, {counted(run.rows_read, 'row')}.")
        with actors_transaction():
            summary = imports.summary_for(run, person)
            numbers = [(summary["kinds"].get(kind), words) for kind, words in _WORDS]
            numbers.append((summary["grave"], "of these change something grave, and wait for a person"))
            numbers.append((summary["leaving"], "children on roll are not in the file, and would leave"))
            for number, words in numbers:
                if number:
                    self.stdout.write(f"  {number:>6} {words}")
            self._remark(run, person)

    def _remark(self, run: ImportRun, person: User | None) -> None:
        for row in imports.remarked(run, person).iterator():
            for problem in row.problems:
                column = f", {problem['column']}" if problem["column"] else ""
                self.stdout.write(f"  row {row.number}{column}: {problem['message']}")

    def _take_what_needs_nobody(self, run: ImportRun, person: User | None) -> None:
        """Put into the list what needs nobody; the rest waits, and of some files all of it."""
        for _ in range(_TRIES):
            run = imports.confirm_plain(run=run, by=person)
            if run.status == S.READY:
                with actors_transaction():
                    waits = imports.stops(run)
                raise self._left([question["text"] for question in waits])
            run = self._write(run, person)
            if run.status == S.CONFIRMED:
                return
        raise CommandError("The list keeps changing. Nothing was taken yet, and the worker goes on with this file.")

    def _confirm(self, run: ImportRun, person: User | None) -> None:
        """Put the rows into the list once whoever is here agrees, unless a question waits for a person."""
        with actors_transaction():
            waits = [question["text"] for question in imports.questions(run, by=person)]
            rows = imports.waiting(run, by=person).count()
        if rows:
            self.stdout.write(
                f"  {counted(rows, 'row')} without a decision. Without one, nothing of them is taken. You can decide "
                "in the browser, under Children, Files."
            )
        if waits:
            raise self._left(waits)
        if not _agrees():
            imports.abandon_import(run=run, by=person)
            self.stdout.write("Given up. Nothing was changed.")
            return
        if self._write(imports.confirm_import(run=run, by=person), person).status == S.READY:
            raise CommandError(
                "The list changed while this ran, and nothing was taken. Run this again to see what is new."
            )

    def _left(self, waits: list[str]) -> CommandError:
        for sentence in waits:
            self.stderr.write(f"  Waits for a person: {sentence}")
        return CommandError("Nothing was changed. The file waits in the browser, under Children, Files.")

    def _write(self, run: ImportRun, person: User | None) -> ImportRun:
        """Change the list, and say what was done and what waits. READY where the list has changed meanwhile."""
        with _bar(run.rows_read - run.summary["kinds"].get(Kind.SAME, 0), "writing") as bar:
            run = imports.finish_import(run=run, progress=bar.update)
        if run.status == S.READY:
            return run
        done = run.summary["done"]
        with actors_transaction():
            waits = imports.waiting(run, by=person).count()
        self.stdout.write(
            f"{done['joined']} joined, {done['changed']} changed, {done['returned']} came back, {done['left']} left."
        )
        if waits:
            self.stdout.write(f"{counted(waits, 'row')} waiting for a person, in the browser under Children, Files.")
        return run


def _school(named: str) -> School:
    schools = every_school()
    found = [school for school in schools if named in (school.slug, school.urn)] if named else schools
    if len(found) == 1:
        return found[0]
    known = ", ".join(f"{school.slug} ({school.name})" for school in schools) or "there is none yet"
    raise CommandError(f"Which school? Give --school with its short name or URN: {known}.")


def _person(username: str) -> User | None:
    person = find_account(username) if username else None
    if username and person is None:
        raise CommandError(f"Nobody has the user name {username}.")
    return person


def _chunks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as stream:
        while chunk := stream.read(1024 * 1024):
            yield chunk


def _agrees() -> bool:
    if not sys.stdin.isatty():
        raise CommandError("Nothing was changed. Add --yes to confirm without being asked.")
    return input("Put this into the school’s list? (yes or no) ").strip().casefold() in ("y", "yes")


def _bar(total: int, what: str) -> "tqdm[Any]":
    return tqdm(total=max(total, 1), desc=what, unit=" rows", disable=not sys.stderr.isatty())
