"""The verbs of retention: hold, decide, approve, destroy."""

from django.db import models

from safeguarding.audit.verbs import register


class RetentionVerb(models.TextChoices):
    HOLD_RECORD = "hold_record", "put a hold on it"
    LIFT_HOLD = "lift_hold", "lifted the hold"
    STATE_RETENTION = "state_retention", "stated what its date rests on"
    PUT_ON_LIST = "put_on_list", "put it on a destruction list"
    DECIDE_END = "decide_end", "decided whether it is destroyed"
    ADVISE_END = "advise_end", "advised on a destruction list"
    APPROVE_END = "approve_end", "approved its destruction"
    STOP_END = "stop_end", "stopped its destruction"
    ADOPT_RULE = "adopt_rule", "adopted a rule of the retention schedule"
    AGREE_RULE = "agree_rule", "agreed to a rule of the retention schedule"
    TRIP_BRAKE = "trip_brake", "stopped destruction, because something was not as it should be"
    LIFT_BRAKE = "lift_brake", "let destruction go on"


register(RetentionVerb)
