"""Blobs that no piece names are checked too, and the whole store by the job; an administrator accepts broken heads."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tickets', '0026_case_states_are_told'),
    ]

    operations = [
        migrations.AddField(
            model_name='verification',
            name='of_everything',
            field=models.BooleanField(default=True, help_text="False: the job's look at what belongs to no case."),
        ),
        migrations.AddField(
            model_name='verification',
            name='accepted_because',
            field=models.TextField(blank=True, default='', help_text='Why the heads were begun anew: no run, but a decision.'),
        ),
        migrations.CreateModel(
            name='BlobCheck',
            fields=[
                ('blob', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='check_of_it', serialize=False, to='tickets.blob')),
                ('checked_at', models.DateTimeField()),
                ('trouble', models.TextField(blank=True, default='')),
            ],
        ),
    ]
