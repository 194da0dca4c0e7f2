"""Do it: the only code that writes concerns about adults.

`raising` raise one, and add to one's own words · `routing` who reads it, who is told, and what if nobody can ·
`working` read, assess, record, close · `naming` whom it is about, whom else it involves, which children it touches ·
`access` give it to somebody by name, choose who receives low-level ones · `rulings` what follows: the LADO's day,
references, personnel record, retention · `patterns` the concerns about one adult together · `reading` all that its page
shows.
"""
