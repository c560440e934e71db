from django.db import migrations, models

import caching.site_name


class Migration(migrations.Migration):

    dependencies = [
        ('home', '0007_one_description_of_a_picture'),
    ]

    operations = [
        migrations.AddField(
            model_name='sitesettings',
            name='licence',
            field=models.CharField(blank=True, choices=[('cc-by-4.0', 'Creative Commons Attribution 4.0'), ('ogl-3.0', 'Open Government Licence 3.0')], help_text='On what terms others may copy what is written here, where a page names no licence of its own. Shown in the footer.', max_length=20, verbose_name='licence of the text'),
        ),
        migrations.AlterField(
            model_name='sitesettings',
            name='name',
            field=models.CharField(default=caching.site_name.site_name, help_text='Stands beside the ring on every page.', max_length=60),
        ),
    ]
