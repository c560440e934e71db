"""From here on commas keep synonyms apart: names of merged terms that have a comma themselves are put in quotes."""

from django.db import migrations, models


def quote_names_of_merged_terms(apps, schema_editor):
    Term = apps.get_model("taxonomy", "Term")
    merged = Term.objects.filter(merged_into__isnull=False, label__contains=",")
    for label, pk in merged.values_list("label", "merged_into"):
        target = Term.objects.get(pk=pk)
        lines = [f'"{line}"' if line.strip() == label else line for line in target.synonyms.splitlines()]
        Term.objects.filter(pk=pk).update(synonyms="\n".join(lines))


class Migration(migrations.Migration):

    dependencies = [
        ('taxonomy', '0004_glossary'),
    ]

    operations = [
        migrations.AlterField(
            model_name='glossaryentry',
            name='related',
            field=models.TextField(blank=True, help_text='Words near to it, one a line or with commas between: whoever searches for the word finds pages with these too, further down.', verbose_name='related words'),
        ),
        migrations.AlterField(
            model_name='glossaryentry',
            name='synonyms',
            field=models.TextField(blank=True, help_text='Other words for the same thing, one a line or with commas between, for example “PbR”: whoever searches for one finds all.'),
        ),
        migrations.AlterField(
            model_name='term',
            name='synonyms',
            field=models.TextField(blank=True, help_text="Other words for the same thing, one a line or with commas between: people who search for them find this term's pages."),
        ),
        migrations.RunPython(quote_names_of_merged_terms, migrations.RunPython.noop, elidable=True),
    ]
