"""How does a file become children? It is read, recognised, normalised, checked, compared with what is held, and
confirmed.

    reading     bytes to records: encoding, delimiter, caps; refuses what is not a file of children
    formats     which product wrote it, what its headings mean
    values      one cell to one value, and what can be wrong with it
    rows        one record to facts about a child, with problems that name row, column and remedy
    ctf         the same for a Common Transfer File
    differences what the facts would change in what is held

None of it writes. `children.services.imports` leads through all of it and puts the rows into the database.
"""
