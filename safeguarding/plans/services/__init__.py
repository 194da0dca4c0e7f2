"""`episodes` begins, ends and corrects plans · `steps` books, holds, chases and sets aside what is due · `dates` makes
the next step wait, by the rules · `around` is who and what goes with a plan · `rules` loads and sets the rules ·
`checking` says what is wrong with what was typed, `overlaps` what is saved and worth a warning, `standing` what is
late.
"""
