"""Evidence packs, the secret by which the pseudonyms of a case are drawn, and their map."""

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('jobs', '0002_job_deaths'),
        ('kb', '0001_initial'),
        ('tickets', '0018_reminders'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name='custodyentry',
            name='action',
            field=models.CharField(choices=[('received', 'Received'), ('received_again', 'Received Again'), ('read', 'Read'), ('downloaded', 'Downloaded'), ('checked', 'Checked'), ('facts_changed', 'Facts Changed'), ('exported', 'Exported')], max_length=14),
        ),
        migrations.CreateModel(
            name='PackSecret',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('secret', models.BinaryField()),
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='pack_secret', to='tickets.case')),
            ],
        ),
        migrations.CreateModel(
            name='Pack',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('language', models.CharField(choices=[('en', 'English'), ('ja', '日本語')], default='en', max_length=2)),
                ('findings', models.JSONField(default=list)),
                ('questions', models.TextField(blank=True, default='')),
                ('background', models.BooleanField(default=False)),
                ('at_once', models.BooleanField(default=False)),
                ('state', models.CharField(choices=[('making', 'Making'), ('ready', 'Ready'), ('released', 'Released'), ('refused', 'Refused')], default='making', max_length=8)),
                ('reason', models.TextField(blank=True, default='')),
                ('lines', models.PositiveIntegerField(default=0)),
                ('members', models.JSONField(default=list)),
                ('replaced', models.JSONField(default=dict)),
                ('report', models.JSONField(default=dict)),
                ('released_at', models.DateTimeField(null=True)),
                ('blob', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='packs', to='tickets.blob')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='packs', to='tickets.case')),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('job', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='packs', to='jobs.job')),
                ('recipient', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='kb.party')),
                ('released_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['making', 'ready', 'released', 'refused'])), name='pack_state_is_known'), models.CheckConstraint(condition=models.Q(('language__in', ['en', 'ja'])), name='pack_language_is_known'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['ready', 'released']), _negated=True), ('blob__isnull', False), _connector='OR'), name='pack_that_is_there_has_bytes'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'released'), _negated=True), models.Q(('released_at__isnull', False), ('released_by__isnull', False)), _connector='OR'), name='pack_is_released_by_somebody')],
            },
        ),
        migrations.CreateModel(
            name='Pseudonym',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=64)),
                ('kind', models.CharField(max_length=8)),
                ('canonical', models.TextField()),
                ('original', models.TextField()),
                ('pseudonym', models.TextField()),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pseudonyms', to='tickets.case')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('case', 'key'), name='pseudonym_once_a_value')],
            },
        ),
    ]
