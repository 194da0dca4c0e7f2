"""Statements as somebody would write them who got SQL of their own on a connection of Harbour's. What do they show, and
change?

Each works in a transaction that an honest process began: of one person, of a task of the machine, or of nobody. What
that context shows without any trick was asked first; a statement may show and change those rows and no other, whatever
it says about who asks. Rows are told apart by a mark that each statement writes: its table and its key.
"""

# ruff: noqa: S608  (what somebody with SQL of their own would send)

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import uuid4

import psycopg

from safeguarding.audit.protection import protected_models
from safeguarding.records import seen_by_tasks
from tests.walls import tell_raw

MARK = re.compile(r"\b(\w+):([0-9a-f]{8}-[0-9a-f-]{27})")
KEYS = {str(model._meta.db_table): str(model._meta.pk.column) for model in protected_models()}
TABLES = tuple(KEYS)
Context = tuple[tuple[str, str], ...]
Rows = frozenset[tuple[str, str]]


@dataclass
class Tried:
    """What came of a run: how many statements, how many the database refused, and what was shown to whom it was not
    for.
    """

    statements: int = 0
    refused: int = 0
    shown: int = 0
    leaks: list[str] = field(default_factory=list)


class Attacker:
    """Random statements on one connection, which is used again and again."""

    def __init__(self, work: psycopg.Connection, people: Sequence[Any], tasks: Sequence[str], seed: int) -> None:
        self.work, self.chance = work, Random(seed)
        self.people = [str(person.pk) for person in people]
        self.contexts: list[Context] = [
            (),
            *((("person", key),) for key in self.people),
            *((("task", t),) for t in tasks),
        ]
        # Values that were good for another transaction.
        self.heard: list[str] = []
        self.prepared = 0
        self.allowed: dict[Context, Rows] = {context: self._honestly(context) for context in self.contexts}
        self.full = sorted({table for rows in self.allowed.values() for table, _ in rows})

    def _honestly(self, context: Context) -> Rows:
        found: set[tuple[str, str]] = set()
        with self.work.transaction():
            if context:
                self.heard.append(tell_raw(self.work, **dict(context)))
            for table in TABLES:
                rows = self.work.execute(f"SELECT {KEYS[table]}::text FROM {table}").fetchall()
                found |= {(table, key) for (key,) in rows}
        return frozenset(found)

    def run(self, statements: int) -> Tried:
        tried = Tried()
        while tried.statements < statements:
            # Oftener one that shows something: nobody finds a hole in an empty room.
            context = self.chance.choice([*self.contexts, *(2 * [one for one in self.contexts if self.allowed[one]])])
            with self.work.transaction(force_rollback=True):
                if context:
                    self.heard[self.chance.randrange(len(self.heard))] = tell_raw(self.work, **dict(context))
                for _ in range(self.chance.randint(1, 4)):
                    self._one(context, tried)
        return tried

    def _one(self, context: Context, tried: Tried) -> None:
        text = self.chance.choice((self._claim, self._read, self._read, self._read, self._change, self._odd))()
        tried.statements += 1
        try:
            with self.work.transaction():
                said = self._answer(text)
        except psycopg.Error as error:
            said = str(error)
            tried.refused += 1
        marks = set(MARK.findall(said))
        tried.shown += len(marks)
        if stray := {mark for mark in marks if mark[0] in KEYS} - self.allowed[context]:
            tried.leaks.append(f"{context}: {sorted(stray)[0]} by {text}")

    def _answer(self, text: str) -> str:
        if text.startswith("COPY"):
            with self.work.cursor().copy(text) as copied:
                return b"".join(bytes(part) for part in copied).decode()
        # A form feed parts what is sent one after the other: one of them may prepare, or open, what the next one asks.
        answers = [self.work.execute(part) for part in text.split("\f")]
        return "\n".join(str(row) for answer in answers if answer.description for row in answer.fetchall())

    # --- what is claimed about who asks

    def _value(self) -> str:
        """A value for the context that no process has signed for this transaction, or half of one."""
        heard = self.chance.choice(self.heard) if self.heard else f"{'0' * 64}|web|{self.people[0]}|||"
        parts = heard.split("|")
        parts[self.chance.randrange(len(parts))] = self.chance.choice(
            [*self.people, "web", "worker", "all", "reporting", "acting", *seen_by_tasks(), "", "0" * 64]
        )
        return self.chance.choice([heard, heard, "|".join(parts), "|".join(parts[1:]), str(uuid4()), "x"])

    def _setting(self) -> str:
        person, is_local = self.chance.choice(self.people), self.chance.choice(["true", "true", "false"])
        name, value = self.chance.choice(
            [
                ("app.context", self._value()),
                ("app.context", ""),
                ("app.user_id", person),
                ("app.door", self.chance.choice(["reporting", "acting", "unsent", "beside"])),
                ("app.errors", "all"),
                ("app.task", self.chance.choice([*seen_by_tasks()])),
                ("test.context", self._value()),
                ("role", self.chance.choice(["owner", "rules", "worker", "web", "postgres"])),
                ("row_security", "off"),
                ("search_path", "pg_temp, public, pg_catalog"),
                ("session_authorization", "owner"),
            ]
        )
        return f"set_config('{name}', '{value}', {is_local})"

    def _claim(self) -> str:
        asks = self.chance.choice(
            ["rules.me()", "rules.door()", "rules.task()", "rules.errors_shown()", "rules.told(3)"]
        )
        return self.chance.choice([f"SELECT {self._setting()}", f"SELECT {self._setting()}, {asks}", f"SELECT {asks}"])

    # --- what is read

    def _table(self) -> str:
        return self.chance.choice(self.full if self.chance.random() < 0.8 else TABLES)

    def _mark(self, table: str, row: str = "t") -> str:
        return (
            f"'{table}:' || "
            f"{row}.{KEYS[table]}::{self.chance.choice(['text', 'varchar', 'uuid::text', 'text COLLATE "C"'])}"
        )

    def _read(self) -> str:
        table = self._table()
        mark, claim = self._mark(table), self._setting()
        return self.chance.choice(
            [
                *(4 * [f"SELECT {mark} FROM {table} AS t"]),
                f"SELECT {mark} FROM {table} AS t WHERE {claim} IS NOT NULL",
                f"WITH said AS MATERIALIZED (SELECT {claim} AS v) SELECT {mark} FROM said, {table} AS t",
                f"SELECT {mark} FROM (SELECT {claim} AS v OFFSET 0) AS said CROSS JOIN LATERAL (SELECT * "
                f"FROM {table} WHERE v IS NOT NULL) AS t",
                f"SELECT CASE WHEN {claim} <> '' THEN {mark} END FROM {table} AS t ORDER BY 1",
                f"SELECT string_agg({mark}, ' ') FROM {table} AS t HAVING {claim} IS NOT NULL",
                f"SELECT ({mark})::integer FROM {table} AS t",
                f"SELECT query_to_xml('SELECT ''{table}:'' || {KEYS[table]} AS m FROM {table}', true, "
                f"false, '')::text, {claim}",
                f"SELECT '{table}:' || (json_populate_record(NULL::{table}, row_to_json(t))).{KEYS[table]} "
                f"FROM {table} AS t",
                f"SELECT {mark} FROM ONLY {table} AS t TABLESAMPLE BERNOULLI (100) FOR UPDATE",
                f"SELECT {mark} FROM {table} AS t UNION ALL SELECT {claim} UNION ALL SELECT {mark} FROM {table} AS t",
                f"COPY (SELECT {mark} FROM {table} AS t WHERE {claim} IS NOT NULL) TO STDOUT",
                f"EXPLAIN (ANALYZE, VERBOSE, COSTS off) SELECT {mark} FROM {table} AS t WHERE {claim} IS NOT NULL",
                f"VALUES ((SELECT max({mark}) FROM {table} AS t), {claim})",
            ]
        )

    def _odd(self) -> str:
        """Statements that outlive their transaction, things of one's own, and code."""
        table, claim = self._table(), self._setting()
        mark, name = self._mark(table), f"kept_{self.chance.randrange(8)}"
        return self.chance.choice(
            [
                f"PREPARE {name} AS SELECT {mark} FROM {table} AS t",
                f"EXECUTE {name}",
                f"SELECT {claim}\fEXECUTE {name}",
                f"DEALLOCATE {name}",
                f"DECLARE seen CURSOR FOR SELECT {mark} FROM {table} AS t\fSELECT {claim}\fFETCH ALL FROM seen",
                f"CREATE TEMPORARY TABLE mine AS SELECT {mark} AS v FROM {table} AS t",
                f"CREATE TEMPORARY VIEW mine AS SELECT {mark} AS v FROM {table} AS t\fSELECT v FROM mine",
                "CREATE DOMAIN pg_temp.uuid AS text CHECK (VALUE <> '')",
                "CREATE FUNCTION pg_temp.now() RETURNS timestamptz LANGUAGE sql AS $$ SELECT 'epoch'::timestamptz $$",
                "CREATE FUNCTION rules.me() RETURNS uuid LANGUAGE sql AS $$ SELECT NULL::uuid $$",
                f"DO $$ BEGIN PERFORM {claim}; RAISE EXCEPTION '%', (SELECT string_agg({mark}, ' ') FROM "
                f"{table} AS t); END $$",
                f"DO $$ BEGIN PERFORM {claim}; COMMIT; RAISE EXCEPTION '%', (SELECT string_agg({mark}, ' "
                f"') FROM {table} AS t); END $$",
                "SELECT row_to_json(k) FROM rules.context_key AS k",
                "ALTER TABLE concerns_concern DISABLE ROW LEVEL SECURITY",
                "DROP POLICY web_select ON concerns_concern",
                f"SET LOCAL row_security = off\fSELECT {mark} FROM {table} AS t",
            ]
        )

    # --- what is changed: told by what comes back

    def _change(self) -> str:
        table, claim = self._table(), self._setting()
        mark = self._mark(table)
        return self.chance.choice(
            [
                f"UPDATE {table} AS t SET school_id = school_id RETURNING {mark}",
                f"UPDATE {table} AS t SET school_id = school_id WHERE {claim} IS NOT NULL RETURNING {mark}",
                f"DELETE FROM {table} AS t RETURNING {mark}",
                f"WITH gone AS (UPDATE {table} AS t SET school_id = school_id RETURNING t.*) SELECT {mark} "
                f"FROM gone AS t, (SELECT {claim}) AS s",
                f"MERGE INTO {table} AS t USING (SELECT {claim}) AS s ON true WHEN MATCHED THEN UPDATE SET "
                f"school_id = t.school_id RETURNING {mark}",
                f"SELECT public.unmerge_child('{uuid4()}', '{{}}'), {claim}",
            ]
        )
