from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CommunityConfig(AppConfig):
    name = "community"

    def ready(self) -> None:
        from community import mails
        from community.grants import after_migrations

        mails.register()
        post_migrate.connect(after_migrations, sender=self, dispatch_uid="community_grants")
