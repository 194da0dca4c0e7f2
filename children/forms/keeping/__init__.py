"""What does somebody type who keeps a child's record by hand? A form for each part, and for each row of one."""

from .adults import AddAdultForm, ChangeAdultForm, LinkForm, LivesForm, RestoreAdultForm
from .base import KeepForm
from .child import AddChildForm
from .facts import (
    BackForm,
    BackgroundForm,
    BirthForm,
    ClassForm,
    DeathForm,
    DoctorForm,
    NamesForm,
    NeedsForm,
    NumbersForm,
    OtherNameForm,
    RollForm,
)
from .rows import (
    AddHealthForm,
    AddHomeForm,
    AddressForm,
    CorrectEarlierForm,
    CorrectNameForm,
    EarlierSchoolForm,
    EndForm,
    SiblingForm,
    StayForm,
)

__all__ = [
    "AddAdultForm",
    "AddChildForm",
    "AddHealthForm",
    "AddHomeForm",
    "AddressForm",
    "BackForm",
    "BackgroundForm",
    "BirthForm",
    "ChangeAdultForm",
    "ClassForm",
    "CorrectEarlierForm",
    "CorrectNameForm",
    "DeathForm",
    "DoctorForm",
    "EarlierSchoolForm",
    "EndForm",
    "KeepForm",
    "LinkForm",
    "LivesForm",
    "NamesForm",
    "NeedsForm",
    "NumbersForm",
    "OtherNameForm",
    "RestoreAdultForm",
    "RollForm",
    "SiblingForm",
    "StayForm",
]
