"""The notices of access to a child’s record, of two records that may be of one child, and of a child to be added."""

from django.db import models

from safeguarding.accounts.notice_kinds import register


class ChildNotice(models.TextChoices):
    CONFLICT = "conflict", "Somebody has said that they are close to a child"
    EMERGENCY = "emergency", "Somebody has opened a record in an emergency"
    SAME_CHILD = "same_child", "Two records may be of the same child"
    ADDED_AGAIN = "added_again", "A colleague wants to add a child who may be on the list already"
    ACCESS = "access", "You have been given access to a record"


register(ChildNotice)
