"""Our own side is a party like the others: its slug is `us` (contracts.md)."""

from django.db import migrations


def make_us(apps, schema_editor):
    apps.get_model("kb", "Party").objects.get_or_create(slug="us", defaults={"name": "We", "kind": "us"})


def remove_us(apps, schema_editor):
    apps.get_model("kb", "Party").objects.filter(slug="us").delete()


class Migration(migrations.Migration):
    dependencies = [("kb", "0001_initial")]

    operations = [migrations.RunPython(make_us, remove_us)]
