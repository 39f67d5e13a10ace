"""A verification keeps the breaks that belong to no case."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('tickets', '0015_mail_is_kept'),
    ]

    operations = [
        migrations.AddField(
            model_name='verification',
            name='breaks',
            field=models.JSONField(default=list, help_text='Those that belong to no case.'),
        ),
    ]
