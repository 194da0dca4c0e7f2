"""The pages of plans: the tab of a child (`tab`), what is recorded there (`changing`), one plan (`episode`), one date
of it (`step`). `reading` puts together what they show, `deeds` takes what is sent to a plan or to a date.
"""
