"""Which rule decides who may see the rows of a model? One `Q` each, declared in the app's `permissions.py`.

A protected model takes `objects = Protected()`. Its rule is registered with `@rule(Model)`; `visible_to(user)` applies it,
`may_view(user, record)` is derived from it. A model without a rule shows nothing to anybody: it raises.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.db.models import Q

M = TypeVar("M", bound=models.Model)
Rule = Callable[[Any], Q]
_rules: dict[type[models.Model], Rule] = {}


def rule(model: type[models.Model]) -> Callable[[Rule], Rule]:
    """Declare the function that answers, as a `Q` over `model`, which rows a user may see."""

    def declare(function: Rule) -> Rule:
        _rules[model] = function
        return function

    return declare


def rule_of(model: type[models.Model]) -> Rule:
    """The rule of a protected model. Raises `ImproperlyConfigured` where there is none: default deny."""
    try:
        return _rules[model]
    except KeyError:
        raise ImproperlyConfigured(
            f"{model._meta.label} has no visibility rule: declare one in its permissions.py."
        ) from None


class ProtectedQuerySet(models.QuerySet[M]):
    def visible_to(self, user: Any) -> "ProtectedQuerySet[M]":
        """The rows that `user` may see; none for somebody who is not an active member of staff."""
        if not getattr(user, "is_active", False) or user.pk is None:
            return self.none()
        return self.filter(rule_of(self.model)(user))


Protected = models.Manager.from_queryset(ProtectedQuerySet)


def may_view(user: Any, record: models.Model) -> bool:
    """Whether `user` may see this one record: the same rule, asked of one row."""
    rows: ProtectedQuerySet[Any] = type(record)._default_manager.filter(pk=record.pk)  # type: ignore[assignment]
    return rows.visible_to(user).exists()
