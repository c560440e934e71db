"""Uploads asked for a description and for the alternative text. Only the latter stays: where it is empty it takes the other."""

from django.db import migrations
from django.db.models.functions import Left


def take_the_description(apps, schema_editor):
    pictures = apps.get_model("home.SiteImage").objects.filter(alt_text="").exclude(description="")
    pictures.update(alt_text=Left("description", 250))


class Migration(migrations.Migration):
    dependencies = [("home", "0006_feedback")]

    operations = [migrations.RunPython(take_the_description, migrations.RunPython.noop)]
