"""What was found when evidence, timelines and the whole store were read again."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tickets', '0012_entries_are_sealed'),
    ]

    operations = [
        migrations.CreateModel(
            name='Verification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('started_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField()),
                ('checked', models.PositiveIntegerField(help_text='Pieces of evidence whose bytes and chain were read again.')),
                ('size', models.BigIntegerField(help_text='Bytes that were read again.')),
                ('broken', models.PositiveIntegerField(help_text='Places that did not hold.')),
                ('head_line', models.PositiveBigIntegerField(default=0)),
                ('head_hash', models.CharField(blank=True, default='', max_length=64)),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='IntegrityCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('checked_at', models.DateTimeField()),
                ('breaks', models.JSONField(default=list)),
                ('is_broken', models.BooleanField(default=False)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='integrity_checks', to='tickets.case')),
                ('evidence', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='integrity', to='tickets.evidence')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('is_broken', True)), fields=['case'], name='integrity_broken')],
                'constraints': [models.UniqueConstraint(fields=('case', 'evidence'), name='integrity_once', nulls_distinct=False)],
            },
        ),
    ]
