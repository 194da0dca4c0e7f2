"""The notices of access to a child’s record, of records that may be of one child, and of what a lead confirms."""

from django.db import models

from safeguarding.accounts.notice_kinds import register


class ChildNotice(models.TextChoices):
    CONFLICT = "conflict", "Somebody has said that they are close to a child"
    EMERGENCY = "emergency", "Somebody has opened a record in an emergency"
    SAME_CHILD = "same_child", "Two records may be of the same child"
    SAFEGUARD = "safeguard", "Something that protects a child was recorded: check it and confirm it"
    BESIDE = "beside", "A brother or sister may need the same protection, and a colleague could not see this record"
    ENDED_UNSEEN = "ended_unseen", "Something that protects a child was ended before a lead had confirmed it"
    ADDED_AGAIN = "added_again", "A colleague wants to add a child who may be on the list already"
    ENTERED_AGAIN = "entered_again", "A colleague has entered something that is on a record they may not see"
    ASKED_TO_END = "asked_to_end", "A colleague asks a lead to end a link between brother and sister"
    ASKED_TO_ENTER = "asked_to_enter", "A colleague asks a lead to enter an adult or a home on a child’s record"
    ACCESS = "access", "You have been given access to a record"


register(ChildNotice)
