"""A number of a contract may cover several products, each with terms of its own.

Back again only while no number has two rows: which of them to keep is nothing that a migration can know.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0021_detector_runs")]

    operations = [
        migrations.RemoveConstraint("contract", "contract_number_once"),
        migrations.AddConstraint(
            "contract",
            models.UniqueConstraint(
                fields=("department", "party", "number", "product"),
                name="contract_number_once_a_product",
                nulls_distinct=False,
            ),
        ),
    ]
