"""Do it: the only code that writes concerns. One module for each thing that people do.

`raising` log a concern, call a lead, add to an account · `drafts` keep what is not sent · `deciding` read, decide, act,
close · `whole` all that one concern shows · `escalation` what happens when nobody reads · `reading` what the pages ask for.
"""
