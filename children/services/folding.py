"""What do search and lists look through? Every name that stands on a child's record, folded."""

from datetime import datetime

from children import names
from children.models import Child, ChildDetail, OtherName


def fold_names(child: Child, at: datetime) -> None:
    """Make anew what a list sorts by and what search looks through, from every name that stands on the record now.

    A name that was corrected was never the child's, and finds nobody.
    """
    card = Child.objects.values_list("forename", "surname", "known_forename", "known_surname").get(pk=child.pk)
    middle = ChildDetail.objects.values_list("middle_names", flat=True).get(pk=child.pk)
    others = OtherName.objects.filter(child=child, corrected_at=None).values_list("forename", "surname")
    texts = [*card, middle, *(f"{forename} {surname}" for forename, surname in others)]
    Child.objects.filter(pk=child.pk).update(
        sort_name=names.sort_key(*card[:2]),
        search_text=names.searchable(texts),
        name_sounds=names.sounds(*texts),
        changed_at=at,
    )
