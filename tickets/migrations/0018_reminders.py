"""That somebody was reminded: once for each thing that waits and each day on which it is due."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('kb', '0001_initial'),
        ('tickets', '0017_tasks_and_watchers'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Reminder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('kind', models.CharField(choices=[('promise_soon', 'Promise Soon'), ('promise_overdue', 'Promise Overdue'), ('turn_overdue', 'Turn Overdue'), ('follow_up', 'Follow Up'), ('task_due', 'Task Due')], max_length=15)),
                ('level', models.CharField(choices=[('reminder', 'Reminder'), ('escalation', 'Escalation')], max_length=10)),
                ('due_on', models.DateField()),
                ('made_at', models.DateTimeField(auto_now_add=True)),
                ('over_at', models.DateTimeField(null=True)),
                ('seen_at', models.DateTimeField(null=True)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reminders', to='tickets.case')),
                ('entry', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.timelineentry')),
                ('party', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kb.party')),
                ('seen_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('task', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.task')),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
        migrations.AddIndex(
            model_name='reminder',
            index=models.Index(condition=models.Q(('over_at__isnull', True), ('seen_at__isnull', True)), fields=['case'], name='reminder_that_waits'),
        ),
        migrations.AddConstraint(
            model_name='reminder',
            constraint=models.UniqueConstraint(fields=('case', 'kind', 'level', 'entry', 'task', 'due_on'), name='reminder_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='reminder',
            constraint=models.CheckConstraint(condition=models.Q(('kind__in', ['promise_soon', 'promise_overdue', 'turn_overdue', 'follow_up', 'task_due'])), name='reminder_kind_is_known'),
        ),
        migrations.AddConstraint(
            model_name='reminder',
            constraint=models.CheckConstraint(condition=models.Q(('level__in', ['reminder', 'escalation'])), name='reminder_level_is_known'),
        ),
        migrations.AddConstraint(
            model_name='reminder',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('entry__isnull', False), ('task__isnull', True)), models.Q(('entry__isnull', True), ('task__isnull', False)), _connector='OR'), name='reminder_is_of_one_thing'),
        ),
    ]
