"""What can be wrong with a row of a sheet, or with a file of a ZIP? Each with its remedy, and without a word of the row
itself.

So the reason may stay when the row has gone: after a confirmation the page still says why row 412 is not here, and of
whom it spoke is in nobody's sight any more.
"""

MEND = "Mend the row in a copy of your file and bring that in."
ROWS: dict[str, str] = {
    "short_row": f"The row has fewer cells than the headings: the rest is missing, or cells have moved. {MEND}",
    "long_row": f"The row has more cells than the headings: cells may have moved. {MEND}",
    "too_long": f"A cell is longer than Harbour takes there. {MEND}",
    "no_date": f"The date of the incident is missing. {MEND}",
    "bad_date": "The date of the incident cannot be read, or not in one way only. Write it as day/month/year with "
    f"four figures for the year. {MEND}",
    "bad_time": f"The time of the incident cannot be read. Write it as 9:40 or 14:05. {MEND}",
    "future_date": f"The date of the incident is in the future. {MEND}",
    "no_words": f"The row says neither what happened nor what was done. {MEND}",
    "no_child": "Nothing in the row says for certain which child it is about: it has no UPN, and no name with a date "
    "of birth. A name alone is never enough.",
    "bad_upn": "The UPN cannot be right: a letter, then 12 figures, of which the letter follows. Mend it, or leave it "
    "out where name and date of birth are there.",
    "unknown_upn": "No child of the school has this UPN, or had it. Mend it, or leave it out where "
    "name and date of birth "
    "are there.",
    "shared_upn": "More than one child of the school had this UPN. Mend it, or give name and date of birth instead.",
    "bad_birth": f"The date of birth cannot be read. {MEND}",
    "not_theirs": "The UPN belongs to another child than the name and date of birth. Find out which is right, and mend "
    "the other.",
    "another_name": "The child with this UPN has another name, and no date of birth says that it is "
    "the same child. Add "
    "the date of birth, or mend the UPN.",
    "other_upn": "The child with this name and date of birth has another UPN. Mend the UPN, or leave it out.",
    "nobody": "No child of the school has this name and date of birth. Write the name as on the child’s record, or "
    "add the UPN.",
    "several": "More than one child of the school has this name and date of birth. Add the UPN.",
    "no_incident": "It is an action, and no row of the file is its incident. Bring the incident in with it.",
    "incident_bad": "It is an action of an incident that cannot be used. Mend that row, and both come in together.",
    "differs": "Another row has the same number and child, and says something else about the incident. Keep one, or "
    "give it a number of its own.",
    "changed": "This incident of the child is here already, from an earlier file, and says something else. Withdraw "
    "the earlier file first if this one is right.",
}
FILES: dict[str, str] = {
    "no_upn": "Neither its name nor its folder holds a UPN, and no index.csv says whose it is. A name alone is never "
    "enough.",
    "several_upns": "Its name and folder hold more than one UPN. Keep one.",
    "bad_upn": ROWS["bad_upn"],
    "unknown_upn": "No child of the school has this UPN, or had it.",
    "shared_upn": ROWS["shared_upn"],
    "disagrees": "Its name or folder holds the UPN of another child than index.csv says. Find out which is right.",
    "index": "Its row of index.csv does not say for certain which child it is about: give the UPN, or name and date "
    "of birth.",
    "index_twice": "Two rows of index.csv name it. Keep one.",
    "index_many": "index.csv names it without its folder, and another file of the ZIP has the same name. Write the "
    "folder too.",
    "missing": "index.csv names it, and it is not in the ZIP.",
    "not_pdf": "Only PDFs are taken from a ZIP. Save it as a PDF.",
    "is_zip": "It is a ZIP inside the ZIP, and is not opened. Put its files into the outer one.",
    "unreadable": "It cannot be unpacked: it is damaged. Make the ZIP again.",
    "not_taken": "It was looked into and is not taken.",
    "twice": "The same name is there twice for this child. Give one of them another name.",
}
