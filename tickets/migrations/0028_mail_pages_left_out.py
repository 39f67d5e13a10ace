"""What of a mail's HTML may be shown is made once, where the mail is read: pages of before are made here."""

from django.db import migrations, models

from tickets.mail.page import safe_page


def make_safe(apps, schema_editor):
    """Replace the HTML of each mail by what of it may be shown; its original has the rest."""
    mails = apps.get_model("tickets", "Mail").objects.exclude(html="")
    attachments = apps.get_model("tickets", "MailAttachment").objects
    schema_editor.execute("ALTER TABLE tickets_mail DISABLE TRIGGER mail_is_kept")
    for mail in mails.only("html").iterator(chunk_size=50):
        own = attachments.filter(mail=mail, content_type__startswith="image/").values_list("content_id", flat=True)
        page = safe_page(mail.html, {content_id for content_id in own if content_id})
        mails.filter(pk=mail.pk).update(html=page.html, left_out=page.left_out)
    schema_editor.execute("ALTER TABLE tickets_mail ENABLE TRIGGER mail_is_kept")


class Migration(migrations.Migration):
    dependencies = [("tickets", "0027_checks_of_the_whole_store")]

    operations = [
        migrations.AddField("mail", "left_out", models.PositiveIntegerField(default=0)),
        migrations.RunPython(make_safe, migrations.RunPython.noop),
    ]
