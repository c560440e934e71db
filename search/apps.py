from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "search"

    def ready(self) -> None:
        from search import changes, signals
        from search.applying import apply

        signals.connect()
        changes.after_commit(apply)
