import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

NAME = "Moderators approval"


def make_workflow(apps, schema_editor):
    """Wagtail's own approval, under the name that people here know; made where it is missing. Who approves is in the
    table of roles."""
    Workflow = apps.get_model("wagtailcore.Workflow")
    Task = apps.get_model("wagtailcore.GroupApprovalTask")
    task = Task.objects.filter(name=NAME, active=True).first()
    if task is None:
        content_type, _ = apps.get_model("contenttypes.ContentType").objects.get_or_create(
            app_label="wagtailcore", model="groupapprovaltask"
        )
        task = Task.objects.create(name=NAME, content_type=content_type, active=True)
    workflow = Workflow.objects.filter(name=NAME, active=True).first()
    if workflow is None:
        workflow = Workflow.objects.create(name=NAME, active=True)
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
        ("wagtailcore", "0098_apitoken"),
    ]

    operations = [
        migrations.CreateModel(
            name="AppliedGrant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("role", models.CharField(max_length=80)),
                ("scope", models.CharField(max_length=20)),
                ("permission", models.CharField(max_length=200)),
                ("applied_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "group",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="auth.group"
                    ),
                ),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("role", "scope", "permission"), name="applied_grant_unique")
                ],
            },
        ),
        migrations.RunPython(make_workflow, migrations.RunPython.noop),
    ]
