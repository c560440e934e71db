"""Remembers what the migrations before gave to the roles, and changes nobody's rights: what an administrator has taken
away since then is remembered too, and so is not given again."""

from importlib import import_module

from django.db import migrations

NAMES = ("0002_roles", "0003_glossary_and_feedback", "0004_bulletins", "0005_readers")


def given():
    """(role, scope, permission) of every grant that those migrations made."""
    first, second, third, fourth = (import_module(f"community.migrations.{name}") for name in NAMES)
    for role, (pages, rows) in first.ROLES.items():
        yield role, "site", "wagtailadmin.access_admin"
        for label, actions in [*rows.items(), *second.ROLES[role].items()]:
            app_label, model = label.split(".")
            yield from ((role, "site", f"{app_label}.{action}_{model}") for action in actions)
        yield from ((role, "pages", f"wagtailcore.{action}_page") for action in pages)
        for label in ("wagtailimages.{}_image", "wagtaildocs.{}_document"):
            yield from ((role, "collections", label.format(action)) for action in first.FILES)
    yield from (("Administrators", "collections", f"wagtailcore.{action}_collection") for action in first.ALL)
    for role in ("Moderators", "Administrators"):
        yield role, "workflow", "wagtailcore.approve_groupapprovaltask"
    yield from ((role, "site", "bulletins.send_bulletin") for role in third.SENDERS)
    yield from ((role, "site", f"bulletins.{action}_reader") for role in fourth.ROLES for action in fourth.ACTIONS)


def remember(apps, schema_editor):
    groups = dict(apps.get_model("auth.Group").objects.values_list("name", "pk"))
    grants = apps.get_model("community.AppliedGrant")
    grants.objects.bulk_create(
        grants(role=role, scope=scope, permission=permission, group_id=groups.get(role))
        for role, scope, permission in given()
    )


class Migration(migrations.Migration):
    dependencies = [("community", "0006_applied_grants")]

    operations = [migrations.RunPython(remember, migrations.RunPython.noop)]
