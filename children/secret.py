"""Of whom may nobody be told where they live? Of a child whose address is confidential, and of all who live there too.

One address is not confidential for Amber and open for her brother: whoever is told his has hers.
"""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import BooleanField, F, Func

from safeguarding.prepared import prepared

# For a query of details: whether the child's address is confidential, or that of somebody in a home of the child.
ADDRESS_IS_SECRET = Func(F("child_id"), function="rules.address_kept_secret", output_field=BooleanField())
# For a query of who lives where: whether the address of somebody who lives there now is confidential.
HOME_IS_SECRET = Func(F("household_id"), function="rules.home_kept_secret", output_field=BooleanField())
# For a query of households: the same.
HOUSEHOLD_IS_SECRET = Func(F("id"), function="rules.home_kept_secret", output_field=BooleanField())


def homes_named(texts: Sequence[tuple[UUID, str]]) -> set[int]:
    """Which of these texts, each with the key of a child, name a home that may not be told, of that child or of one who
    shares a home or an adult with it: their places, from 0.
    """
    if not texts:
        return set()
    keys, words = [key for key, _ in texts], [text for _, text in texts]
    [[found]] = prepared("SELECT rules.homes_named(%s::uuid[], %s::text[])", [keys, words])
    return {place - 1 for place in found}
