"""Runs of detectors: their table is there already, from where it was before."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ingest", "0003_detector_runs_are_of_cases"),
        ("kb", "0021_detectors"),
        ("tickets", "0020_packs_are_kept"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name='DetectorRun',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('revision', models.PositiveIntegerField()),
                        ('evidence', models.JSONField(default=list)),
                        ('judged', models.BooleanField()),
                        ('lines', models.BigIntegerField(default=0)),
                        ('hits', models.BigIntegerField(default=0)),
                        ('not_judged', models.JSONField(default=list)),
                        ('number', models.PositiveIntegerField(default=1)),
                        ('finished_at', models.DateTimeField()),
                        ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='detector_runs', to='tickets.case')),
                        ('detector', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='runs', to='kb.detector')),
                    ],
                    options={
                        'ordering': ['pk'],
                        'constraints': [models.UniqueConstraint(fields=('case', 'detector'), name='detector_run_once_a_case')],
                    },
                ),
            ]
        )
    ]
