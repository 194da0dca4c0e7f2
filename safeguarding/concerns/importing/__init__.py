"""Read what a school's earlier system exported: sheets of incidents, and ZIPs of PDFs. Knows no database.

columns    what a column can mean, and which headings probably mean it
problems   what can be wrong with a row or a file, each as a sentence that names nobody
said       what one row says
joining    which rows belong together: an incident, its actions, the same row twice
zips       which PDFs are in a ZIP, and whom each says it is about
"""
