"""The form of something to do."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from common.forms import PageForm
from tickets import words
from tickets.forms import day_input
from tickets.services.tasks import TEXT_ALLOWED


class TaskForm(PageForm):
    """Something to do in a case, or a day on which to look at it again."""

    kind = forms.ChoiceField(
        label=pgettext_lazy("of a task", "Kind"), choices=lambda: words.choices(words.TASK_KINDS), required=True
    )
    text = forms.CharField(
        label=_("What is to be done, or why to look again"), max_length=TEXT_ALLOWED,
        error_messages={"required": _("Say what is to be done, or why to look again.")},
    )  # fmt: skip
    due_on = forms.DateField(
        label=pgettext_lazy("of a task", "On which day"), required=False, widget=day_input(),
        help_text=_("To look again needs its day."),
    )  # fmt: skip
