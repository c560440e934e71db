"""Who sees the readers of the e-bulletin: those who send it, and those who answer for the site."""

from django.db import migrations

ROLES = ("Bulletin editors", "Administrators")
ACTIONS = ("view", "add", "change", "delete")


def allow(apps, schema_editor):
    content_type, _ = apps.get_model("contenttypes.ContentType").objects.get_or_create(
        app_label="bulletins", model="reader"
    )
    Permission = apps.get_model("auth.Permission")
    for action in ACTIONS:
        name = f"Can {action} reader of the e-bulletin"
        permission, _ = Permission.objects.get_or_create(
            content_type=content_type, codename=f"{action}_reader", defaults={"name": name}
        )
        for group in apps.get_model("auth.Group").objects.filter(name__in=ROLES):
            group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [("community", "0004_bulletins"), ("bulletins", "0002_readers")]

    operations = [migrations.RunPython(allow, migrations.RunPython.noop)]
