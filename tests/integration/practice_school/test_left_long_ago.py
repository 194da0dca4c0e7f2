"""Has the practice school a colleague who left long ago, whose account is emptied and who is found by name?"""

from django.utils import timezone

from safeguarding.accounts.models import User
from safeguarding.accounts.services.returning import known_by_name
from safeguarding.accounts.services.user_names import alike


def test_who_left_long_ago_is_found_by_name_and_signs_in_no_more(school):
    name = ("Beryl", "Ashcombe")
    [known] = known_by_name(school, [name], on=timezone.localdate())[alike(*name)]
    assert known.user.emptied_at and not known.user.is_active and known.user.username == str(known.user.pk)
    assert known.user.job == "Lunchtime supervisor" and "until" in known.was
    assert User.objects.filter(is_active=True, email__startswith="b.ashcombe").count() == 0
