from django.apps import AppConfig


class BulletinsConfig(AppConfig):
    name = "bulletins"
    verbose_name = "E-bulletins"

    def ready(self) -> None:
        from bulletins.sending import receivers

        receivers.connect()
