"""The groups that every site starts with, and who may approve. What an operator changes afterwards stays changed."""

from django.db import migrations

PUBLISHING = ("publish", "lock", "unlock", "bulk_delete")
WRITING = ("add", "change")
FILES = ("add", "change", "choose")
ALL = ("add", "change", "delete")
ORGANISATIONS = {"casestudies.organisation": WRITING}
VOCABULARY = {
    "taxonomy.term": ("view", *ALL, "merge", "retire"),
    "taxonomy.curatedtag": ("view", *ALL),
}
EVERYTHING = VOCABULARY | {
    "casestudies.organisation": ALL,
    "home.sitesettings": ("change",),
    "community.user": ALL,
    "auth.group": ALL,
    "wagtailcore.site": ALL,
    "wagtailcore.workflow": ALL,
    "wagtailcore.task": ALL,
    "wagtailredirects.redirect": ALL,
}
# Group: what it may do with pages, and with the rows of each model.
ROLES = {
    "Editors": (WRITING, ORGANISATIONS),
    "Bulletin editors": (WRITING, ORGANISATIONS),
    "Facilitators": (WRITING, ORGANISATIONS | VOCABULARY),
    "Moderators": ((*WRITING, *PUBLISHING), {"casestudies.organisation": ALL}),
    "Administrators": ((*WRITING, *PUBLISHING), EVERYTHING),
}
NAMES = {
    "access_admin": "Can access Wagtail admin",
    "merge_term": "Can merge one term into another",
    "retire_term": "Can retire a term and bring it back",
    "publish_page": "Publish any page",
    "lock_page": "Lock/unlock pages you've locked",
    "unlock_page": "Unlock any page",
    "bulk_delete_page": "Delete pages with children",
}


def _permission(apps, label, action, codename=""):
    """The permission, made here where Django has not made it yet: it does so only after all migrations."""
    app_label, model = label.split(".")
    codename = codename or f"{action}_{model}"
    content_type, _ = apps.get_model("contenttypes.ContentType").objects.get_or_create(app_label=app_label, model=model)
    name = NAMES.get(codename) or f"Can {action} {apps.get_model(label)._meta.verbose_name}"
    permission, _ = apps.get_model("auth.Permission").objects.get_or_create(
        content_type=content_type, codename=codename, defaults={"name": name}
    )
    return permission


def make_roles(apps, schema_editor):
    Group = apps.get_model("auth.Group")
    PagePermission = apps.get_model("wagtailcore.GroupPagePermission")
    CollectionPermission = apps.get_model("wagtailcore.GroupCollectionPermission")
    root = apps.get_model("wagtailcore.Page").objects.get(depth=1)
    files = apps.get_model("wagtailcore.Collection").objects.get(depth=1)
    access = _permission(apps, "wagtailadmin.admin", "access", "access_admin")
    for name, (pages, rows) in ROLES.items():
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.add(access)
        for label, actions in rows.items():
            group.permissions.add(*(_permission(apps, label, action) for action in actions))
        for action in pages:
            permission = _permission(apps, "wagtailcore.page", action)
            PagePermission.objects.get_or_create(group=group, page=root, permission=permission)
        kept = [(label, action) for label in ("wagtailimages.image", "wagtaildocs.document") for action in FILES]
        if name == "Administrators":
            kept += [("wagtailcore.collection", action) for action in ALL]
        for label, action in kept:
            permission = _permission(apps, label, action)
            CollectionPermission.objects.get_or_create(group=group, collection=files, permission=permission)


def make_workflow(apps, schema_editor):
    """Wagtail's own approval by the moderators, under the name that people here know; made where it is missing."""
    Workflow = apps.get_model("wagtailcore.Workflow")
    Task = apps.get_model("wagtailcore.GroupApprovalTask")
    Group = apps.get_model("auth.Group")
    task = Task.objects.filter(name="Moderators approval", active=True).first()
    if task is None:
        content_type, _ = apps.get_model("contenttypes.ContentType").objects.get_or_create(
            app_label="wagtailcore", model="groupapprovaltask"
        )
        task = Task.objects.create(name="Moderators approval", content_type=content_type, active=True)
    task.groups.add(*Group.objects.filter(name__in=["Moderators", "Administrators"]))
    workflow = Workflow.objects.filter(name="Moderators approval", active=True).first()
    if workflow is None:
        workflow = Workflow.objects.create(name="Moderators approval", active=True)
    apps.get_model("wagtailcore.WorkflowTask").objects.get_or_create(
        workflow=workflow, task_id=task.pk, defaults={"sort_order": 0}
    )
    workflow.name = "Editorial approval"
    workflow.save()
    root = apps.get_model("wagtailcore.Page").objects.get(depth=1)
    # A page has at most one workflow of its own; one that an operator chose stays.
    apps.get_model("wagtailcore.WorkflowPage").objects.get_or_create(page=root, defaults={"workflow": workflow})


class Migration(migrations.Migration):
    dependencies = [
        ("community", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("casestudies", "0001_initial"),
        ("home", "0002_look_and_settings"),
        ("taxonomy", "0001_initial"),
        ("wagtailadmin", "0006_formstate"),
        ("wagtailcore", "0098_apitoken"),
        ("wagtaildocs", "0014_alter_document_file_size"),
        ("wagtailimages", "0027_image_description"),
        ("wagtailredirects", "0008_add_verbose_name_plural"),
    ]

    operations = [
        migrations.RunPython(make_roles, migrations.RunPython.noop),
        migrations.RunPython(make_workflow, migrations.RunPython.noop),
    ]
