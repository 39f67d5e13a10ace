import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
        ('jobs', '0002_job_deaths'),
        ('tickets', '0013_verification'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Mail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('message_id', models.TextField(blank=True, default='')),
                ('fingerprint', models.CharField(max_length=64)),
                ('kind', models.CharField(choices=[('mail', 'Mail'), ('auto-reply', 'Auto Reply'), ('automatic', 'Automatic'), ('bounce', 'Bounce')], default='mail', max_length=10)),
                ('happened_at', models.DateTimeField()),
                ('precision', models.CharField(choices=[('minute', 'Minute'), ('day', 'Day'), ('week', 'Week')], default='minute', max_length=6)),
                ('date', models.TextField(blank=True, default='')),
                ('doubts', models.JSONField(default=list)),
                ('recorded_at', models.DateTimeField(auto_now_add=True)),
                ('from_name', models.TextField(blank=True, default='')),
                ('from_address', models.TextField(blank=True, default='')),
                ('senders', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ('recipients', models.JSONField(default=list)),
                ('subject', models.TextField(blank=True, default='')),
                ('tokens', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ('references', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ('in_reply_to', django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)),
                ('text', models.TextField(blank=True, default='')),
                ('html', models.TextField(blank=True, default='')),
                ('undelivered', models.JSONField(default=list)),
                ('damage', models.JSONField(default=list)),
                ('reason', models.CharField(blank=True, default='', max_length=24)),
                ('held', models.BooleanField(default=False)),
                ('blob', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='mails', to='tickets.blob')),
                ('case', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='mails', to='tickets.case')),
                ('department', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='mails', to='accounts.department')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('selected_case', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.case')),
            ],
            options={
                'indexes': [models.Index(fields=['case', '-happened_at', '-id'], name='mail_by_case'), models.Index(condition=models.Q(('case__isnull', True)), fields=['department', '-happened_at', '-id'], name='mail_by_inbox'), django.contrib.postgres.indexes.GinIndex(condition=models.Q(('case__isnull', True)), fields=['references', 'in_reply_to'], name='mail_waits_for')],
                'constraints': [models.UniqueConstraint(fields=('department', 'message_id', 'fingerprint'), name='mail_once_a_department'), models.CheckConstraint(condition=models.Q(('kind__in', ['mail', 'auto-reply', 'automatic', 'bounce'])), name='mail_kind_is_known'), models.CheckConstraint(condition=models.Q(('case__isnull', True), ('reason', ''), _connector='OR'), name='mail_waits_without_case')],
                'ordering': ['-happened_at', '-pk'],
            },
        ),
        migrations.CreateModel(
            name='MailAttachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('position', models.PositiveIntegerField()),
                ('name', models.CharField(max_length=255)),
                ('content_type', models.CharField(max_length=127)),
                ('inline', models.BooleanField(default=False)),
                ('content_id', models.CharField(blank=True, default='', max_length=255)),
                ('blob', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.blob')),
                ('evidence', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='mail_attachments', to='tickets.evidence')),
                ('mail', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='attachments', to='tickets.mail')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('mail', 'position'), name='mail_attachment_once')],
                'ordering': ['mail', 'position'],
            },
        ),
        migrations.CreateModel(
            name='MailFiling',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('by', models.CharField(choices=[('token', 'Token'), ('references', 'References'), ('in_reply_to', 'In Reply To'), ('person', 'Person')], max_length=11)),
                ('filed_at', models.DateTimeField(auto_now_add=True)),
                ('taken_back_at', models.DateTimeField(null=True)),
                ('why', models.TextField(blank=True, default='')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.case')),
                ('entry', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='mail_filing', to='tickets.timelineentry')),
                ('filed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('mail', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='filings', to='tickets.mail')),
                ('taken_back_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('taken_back_at__isnull', True)), fields=('mail',), name='mail_in_one_case_at_a_time'), models.CheckConstraint(condition=models.Q(('by__in', ['token', 'references', 'in_reply_to', 'person'])), name='mail_filed_by_is_known')],
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='MailImport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('name', models.CharField(max_length=255)),
                ('received_at', models.DateTimeField(auto_now_add=True)),
                ('report', models.JSONField(default=dict)),
                ('blob', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='mail_imports', to='tickets.blob')),
                ('department', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='mail_imports', to='accounts.department')),
                ('job', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='mail_imports', to='jobs.job')),
                ('received_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='MailCopy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.BigIntegerField(help_text='Where it begins in the unpacked file.')),
                ('blob', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tickets.blob')),
                ('mail', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='copies', to='tickets.mail')),
                ('mail_import', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='copies', to='tickets.mailimport')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('mail', 'blob'), name='mail_copy_once')],
                'ordering': ['pk'],
            },
        ),
    ]
