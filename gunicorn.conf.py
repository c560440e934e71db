"""What gunicorn reads by itself wherever it is started in this folder."""

# No proxy of ours says by a header which part of an address is whose: whoever wrote one would get another page kept
# under an address than the one that is there.
forwarder_headers = ""
# Threads work on whole requests only, however slowly clients send and read.
worker_class = "cop_site.gunicorn_worker.BufferingWorker"


def on_starting(server: object) -> None:
    """Loaded, and not yet listening: `serve` starts this while it still prepares the site."""
    from cop_site.lifeline import wait_for_serve

    wait_for_serve()
