import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('kb', '0006_what_was_said_is_kept'),
        ('tickets', '0009_entry_state_of_old_entries'),
    ]

    operations = [
        migrations.CreateModel(
            name='Contact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('name', models.CharField(max_length=120)),
                ('email', models.EmailField(blank=True, default='', max_length=254)),
                ('phone', models.CharField(blank=True, default='', max_length=40)),
                ('language', models.CharField(choices=[('en', 'English'), ('ja', '日本語')], default='en', max_length=2)),
                ('note', models.TextField(blank=True, default='')),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contacts', to='kb.party')),
            ],
            options={
                'ordering': ['party', 'name', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('party', 'name', 'email'), name='contact_once_a_party'), models.CheckConstraint(condition=models.Q(('language__in', ['en', 'ja'])), name='contact_language_is_known')],
            },
        ),
        migrations.CreateModel(
            name='Contract',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('number', models.CharField(max_length=80)),
                ('support_level', models.CharField(blank=True, default='', max_length=80)),
                ('portal', models.URLField(blank=True, default='', max_length=300)),
                ('starts_on', models.DateField(null=True)),
                ('ends_on', models.DateField(null=True)),
                ('response_hours', models.JSONField(default=dict)),
                ('clock', models.CharField(choices=[('business', 'Business'), ('calendar', 'Calendar')], default='business', max_length=8)),
                ('zone', models.CharField(max_length=64)),
                ('holidays', models.CharField(blank=True, default='', max_length=12)),
                ('opens', models.PositiveSmallIntegerField()),
                ('closes', models.PositiveSmallIntegerField()),
                ('shared', models.BooleanField(default=False)),
                ('department', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contracts', to='accounts.department')),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contracts', to='kb.party')),
                ('product', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='contracts', to='kb.product')),
            ],
            options={
                'ordering': ['party', 'number', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('department', 'party', 'number'), name='contract_number_once'), models.CheckConstraint(condition=models.Q(('clock__in', ['business', 'calendar'])), name='contract_clock_is_known'), models.CheckConstraint(condition=models.Q(('opens__lt', models.F('closes')), ('closes__lte', 1440)), name='contract_opens_before_it_closes')],
            },
        ),
    ]
