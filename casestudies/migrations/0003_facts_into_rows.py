"""What a case study says once becomes the first row of its kind: on the pages, and in every revision, whether it is live, a
draft, in a workflow or waits for its day."""

from collections.abc import Mapping
from typing import Any

from django.db import migrations

# Field of before -> field of the row, by the name of the rows on the page and their model.
ROWS = {
    ("places", "casestudyplace"): {"place": "name"},
    ("periods", "period"): {"period_start": "start", "period_end": "end", "period_note": "note"},
    ("contracts", "contract"): {"contract_form": "contract_form"},
    ("costs", "cost"): {"cost_basis": "kind", "cost_amount": "amount", "cost_source": "source"},
    ("contacts", "contact"): {"contact_name": "name", "contact_role": "role", "contact_email": "email"},
    ("sources", "source"): {"source": "citation", "source_url": "url"},
}
FIELDS = tuple(name for fields in ROWS.values() for name in fields)
BATCH = 200


def row_of(fields: Mapping[str, str], held: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the row; nothing where none of the fields has anything."""
    found = {row: held.get(name) for name, row in fields.items()}
    if all(value in (None, "") for value in found.values()):
        return {}
    return {name: value for name, value in found.items() if value is not None}


def pages_into_rows(apps: Any, editor: Any) -> None:
    pages = apps.get_model("casestudies", "CaseStudyPage").objects.order_by("pk")
    waiting: dict[str, list[Any]] = {model: [] for _, model in ROWS}
    for held in pages.values("pk", *FIELDS).iterator(BATCH):
        for (_, name), fields in ROWS.items():
            row = row_of(fields, held)
            if "contract_form" in row:
                row = {"contract_form_id": row["contract_form"]}
            if row:
                model = apps.get_model("casestudies", name)
                waiting[name].append(model(page_id=held["pk"], sort_order=0, **row))
    for name, rows in waiting.items():
        apps.get_model("casestudies", name).objects.bulk_create(rows, batch_size=BATCH)


def revisions_into_rows(apps: Any, editor: Any) -> None:
    kind = apps.get_model("contenttypes", "ContentType").objects.filter(app_label="casestudies", model="casestudypage")
    revisions = apps.get_model("wagtailcore", "Revision")
    changed = []
    for revision in revisions.objects.filter(content_type__in=kind).order_by("pk").iterator(BATCH):
        revision.content = content_in_rows(revision.content)
        changed.append(revision)
        if len(changed) == BATCH:
            revisions.objects.bulk_update(changed, ["content"])
            changed = []
    revisions.objects.bulk_update(changed, ["content"])


def content_in_rows(content: Mapping[str, Any]) -> dict[str, Any]:
    """The content of a revision in the new shape."""
    found = {name: value for name, value in content.items() if name not in FIELDS}
    for (name, _), fields in ROWS.items():
        row = row_of(fields, content)
        rows = [{"pk": None, "sort_order": 0, "page": content.get("pk")} | row] if row else []
        found.setdefault(name, rows)
    return found


class Migration(migrations.Migration):
    dependencies = [
        ("casestudies", "0002_rows_of_facts"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("wagtailcore", "0098_apitoken"),
    ]

    operations = [
        migrations.RunPython(pages_into_rows, migrations.RunPython.noop),
        migrations.RunPython(revisions_into_rows, migrations.RunPython.noop),
    ]
