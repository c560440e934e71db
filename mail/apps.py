from django.apps import AppConfig


class MailConfig(AppConfig):
    name = "mail"
    verbose_name = "Mail"

    def ready(self) -> None:
        from mail import passed_on
        from mail.headers import fold_with_names

        fold_with_names()
        passed_on.register()
