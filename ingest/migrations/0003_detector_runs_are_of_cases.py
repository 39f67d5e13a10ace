"""Runs of detectors become what a case knows, like its readings and findings: the answer on top of it needs them."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("ingest", "0002_detector_runs")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.AlterModelTable("DetectorRun", "tickets_detectorrun")],
            state_operations=[migrations.DeleteModel("DetectorRun")],
        )
    ]
