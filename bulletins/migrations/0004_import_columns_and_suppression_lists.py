from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bulletins", "0003_sending")]

    operations = [
        migrations.AddField(
            model_name="readerimport",
            name="kind",
            field=models.CharField(
                choices=[
                    ("readers", "Readers who consented"),
                    ("suppression", "A suppression list: people who must get no mail"),
                ],
                default="readers",
                max_length=12,
            ),
        ),
        migrations.AddField(model_name="readerimport", name="columns", field=models.JSONField(default=list)),
        migrations.AlterField(
            model_name="forgottenaddress",
            name="why",
            field=models.CharField(
                choices=[
                    ("erased", "erased at the reader’s wish"),
                    ("unsubscribed", "unsubscribed long ago"),
                    ("listed", "on an imported suppression list"),
                    ("bounce", "mail came back"),
                    ("complaint", "reported as spam"),
                    ("refused", "refused by the mail server"),
                ],
                max_length=12,
            ),
        ),
    ]
