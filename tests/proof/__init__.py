"""Is every write and every read on record? Watched over the whole run, in every test, and judged when each test ends.

`triggers` lets the database say what was written, however it was written. `writes` asks it at the end of each unit of
work: the outermost transaction that Harbour itself opened. `reads` looks at each answer to a request.

What it proves: in no unit of work that the tests reach was a protected row inserted, changed or deleted (by the ORM, in
bulk, in raw SQL, by a cascade) without an event in the same transaction, nor a followed field changed without its entry
in the history; and no page of 200 was answered from fetched protected rows without an event in the same request.
Exceptions are the closed lists here, with a reason each.

What it does not prove: that the event is the right one (tests of the services say that); anything about code that no
test runs, or that runs in a process of its own (`manage.py up`, the long proofs); that each of several records on a
page has an event of its own; that a row is not read where none came back.
"""

violations: list[str] = []
