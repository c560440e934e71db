from django.apps import AppConfig


class BulletinsConfig(AppConfig):
    name = "bulletins"
    verbose_name = "E-bulletins"

    def ready(self) -> None:
        from bulletins import test_copies
        from bulletins.readers import consent, signing_up
        from bulletins.sending import receivers
        from mail.suppression import email_suppressed

        receivers.connect()
        email_suppressed.connect(consent.suppressed, dispatch_uid="readers_suppressed")
        signing_up.register()
        test_copies.register()
