"""What a member of staff and a team are called where a child's record is told, and what of accounts is left out."""

from safeguarding.parts import called, left_out

from .models import Notice, Team, User

called(User, lambda person: person.full_name, is_person=True)
called(Team, lambda team: team.title or team.name)
left_out(
    Notice,
    called="Notices to members of staff",
    because="It says which member of staff was told to look at a record, and holds none of its words.",
)
