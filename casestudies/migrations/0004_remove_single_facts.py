from django.db import migrations

FIELDS = (
    "contact_email",
    "contact_name",
    "contact_role",
    "contract_form",
    "cost_amount",
    "cost_basis",
    "cost_source",
    "period_end",
    "period_note",
    "period_start",
    "place",
    "source",
    "source_url",
)


class Migration(migrations.Migration):
    dependencies = [("casestudies", "0003_facts_into_rows")]

    operations = [migrations.RemoveField("casestudypage", name) for name in FIELDS]
