import django.db.models.deletion
from django.db import migrations, models

from organisations.models import free_slug

OTHER_NAMES = "Short names and other spellings, one on each line. Search knows them."
FORMER_NAMES = "What it was called before, one on each line. Search knows them too."


def give_slugs(apps, editor):
    taken = set()
    for row in apps.get_model("organisations", "Organisation").objects.order_by("pk"):
        row.slug = free_slug(row.name, taken)
        taken.add(row.slug)
        row.save(update_fields=["slug"])


class Migration(migrations.Migration):
    dependencies = [("organisations", "0001_initial")]

    operations = [
        migrations.AddField(
            "organisation",
            "place",
            models.CharField(blank=True, help_text="Where it is or works, for example Norfolk.", max_length=120),
        ),
        migrations.AddField("organisation", "other_names", models.TextField(blank=True, help_text=OTHER_NAMES)),
        migrations.AddField("organisation", "former_names", models.TextField(blank=True, help_text=FORMER_NAMES)),
        migrations.AlterField(
            "organisation",
            "website",
            models.URLField(blank=True, help_text="Its website, for example https://www.example.org/.", max_length=500),
        ),
        migrations.AddField(
            "organisation",
            "merged_into",
            models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="aliases",
                to="organisations.organisation",
            ),
        ),
        # Not unique yet, and without an index: PostgreSQL would make the second one for texts twice.
        migrations.AddField(
            "organisation", "slug", models.CharField(default="", editable=False, max_length=80), preserve_default=False
        ),
        migrations.RunPython(give_slugs, migrations.RunPython.noop),
        migrations.AlterField(
            "organisation",
            "slug",
            models.SlugField(allow_unicode=True, editable=False, max_length=80, unique=True),
        ),
    ]
