"""Do it: the only code that writes courses, records of training, certificates and what somebody has read.

`courses` what the school asks for · `noting` who had it · `reading_guidance` who has read it · `register` how
everybody stands · `standing` the same in numbers · `checks` for the self-check · `reminding` word of what is due.
"""
