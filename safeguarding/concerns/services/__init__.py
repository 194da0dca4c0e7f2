"""Do it: the only code that writes concerns. One module for each thing that people do.

`raising` log a concern, call a lead, add to an account · `drafts` keep what is not sent · `deciding` read, decide, act,
close · `whole` all that one concern shows · `escalation` what happens when nobody reads · `reading` what the pages ask
for.

Whoever changes what belongs to a concern locks the concern first, then reads the rows it changes, and writes notices
last: what two people save in the same moment is saved one after the other, and none of them waits in a circle.
"""
