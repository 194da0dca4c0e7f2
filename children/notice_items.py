"""Which items of the privacy notice does the register of children hold?"""

from safeguarding.notice_items import holds

from .models import ChildDetail, Contact, Household, Photograph

_PEOPLE = "child_people"
holds(7, what="Who the child is", by=ChildDetail, page=_PEOPLE)
holds(8, what="Where the child lives", by=Household, page=_PEOPLE)
holds(9, what="Adults of the child, and how they are reached", by=Contact, page=_PEOPLE)
holds(10, what="Photographs", by=Photograph, page="child_photographs")
