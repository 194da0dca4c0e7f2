"""Attendance without a database: what marks mean, what a file says, how sessions are counted, where bars stand.

marks     which codes there are, from when until when, and how each counts
reading   the rows of a CSV file
checking  the marks of each child and day in them, or what is wrong with a row
counting  sessions by week, term and school year, persistent and severe absence
chart     the places of the bars by week
"""
