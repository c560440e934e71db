"""Who keeps the glossary, and who deletes what readers wrote to the editors."""

from django.db import migrations

WRITING = ("view", "add", "change")
ALL = (*WRITING, "delete")
GLOSSARY, FEEDBACK = "taxonomy.glossaryentry", "home.feedback"
ROLES = {
    "Editors": {GLOSSARY: WRITING, FEEDBACK: ("view",)},
    "Bulletin editors": {GLOSSARY: WRITING, FEEDBACK: ("view",)},
    "Facilitators": {GLOSSARY: ALL, FEEDBACK: ("view",)},
    "Moderators": {GLOSSARY: WRITING, FEEDBACK: ("view", "delete")},
    "Administrators": {GLOSSARY: ALL, FEEDBACK: ("view", "delete")},
}


def grant(apps, schema_editor):
    """Permissions are made here where Django has not made them yet: it does so only after all migrations."""
    Group, Permission = apps.get_model("auth.Group"), apps.get_model("auth.Permission")
    for name, rows in ROLES.items():
        group = Group.objects.filter(name=name).first()
        if group is None:  # an operator has renamed or deleted it
            continue
        for label, actions in rows.items():
            app_label, model = label.split(".")
            content_type, _ = apps.get_model("contenttypes.ContentType").objects.get_or_create(
                app_label=app_label, model=model
            )
            for action in actions:
                permission, _ = Permission.objects.get_or_create(
                    content_type=content_type,
                    codename=f"{action}_{model}",
                    defaults={"name": f"Can {action} {apps.get_model(label)._meta.verbose_name}"},
                )
                group.permissions.add(permission)


class Migration(migrations.Migration):
    dependencies = [
        ("community", "0002_roles"),
        ("home", "0006_feedback"),
        ("taxonomy", "0004_glossary"),
    ]

    operations = [migrations.RunPython(grant, migrations.RunPython.noop)]
