"""Who may send e-bulletins: bulletin editors and administrators. What an operator changes afterwards stays changed."""

from django.db import migrations

SENDERS = ("Bulletin editors", "Administrators")


def let_them_send(apps, schema_editor):
    # Django makes the permissions of a model only after all migrations.
    content_type, _ = apps.get_model("contenttypes.ContentType").objects.get_or_create(
        app_label="bulletins", model="bulletinpage"
    )
    permission, _ = apps.get_model("auth.Permission").objects.get_or_create(
        content_type=content_type, codename="send_bulletin", defaults={"name": "Can send e-bulletins"}
    )
    for group in apps.get_model("auth.Group").objects.filter(name__in=SENDERS):
        group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [("community", "0002_roles"), ("bulletins", "0001_bulletins")]

    operations = [migrations.RunPython(let_them_send, migrations.RunPython.noop)]
