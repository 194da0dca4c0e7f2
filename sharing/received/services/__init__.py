"""Take in a file of a child from another school.

opening     its volumes and words: opened in the sandbox, checked, matched, and made an earlier batch
saying      what its entries become there
calling     that the school was telephoned whose key signed it
receipts    the receipt that the worker signs once all of it is on the record
elsewhere   a file that came on paper, on a stick or by e-mail
"""
