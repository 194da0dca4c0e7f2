"""How does a record end? Read from what each model says of itself (`PersonalData`), and from nothing else.

`units.py`: which rows end with which record. `facts.py`: the same as functions of the schema `rules`, which roles ask
that see no row of it. `reasons.py`: what keeps a record from ending. `dates.py`: from which day its period runs.
`guards.py`: nothing new is put on a record that is ending. `removal.py`: the rows go. See `docs/retention.md`.
"""
