"""The pages of plans: the tab of a child (`tab`), what is recorded there (`changing`), one plan (`episode`), one date
of it (`step`), the same on paper (`paper`, `on_paper`). `reading` puts together what they show, `deeds` takes what is
sent to a plan or to a date.
"""
