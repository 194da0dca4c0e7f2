"""What may be said with a call for a safeguarding lead? A child and a line, both optional: the call must not wait for them."""

from django import forms

from safeguarding.forms import HarbourForm


class CallForm(HarbourForm):
    """`child` is the record that was chosen; `q` is what was typed, kept as words where no record is chosen."""

    key = forms.CharField(required=False, widget=forms.HiddenInput)
    child = forms.UUIDField(required=False, widget=forms.HiddenInput)
    q = forms.CharField(
        label="Which child",
        required=False,
        max_length=200,
        help_text="A name, or what you can see: boy, Year 3, red coat",
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    line = forms.CharField(
        label="What is happening, in a line",
        required=False,
        max_length=500,
        widget=forms.TextInput({"autocomplete": "off"}),
    )
