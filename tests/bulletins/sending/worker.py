"""Workers that can be killed: `python -m tests.bulletins.sending.worker` starts Django once and forks a worker for each
line that it reads, and says its process number."""

import datetime
import os
import signal
import sys

import django


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "cop_site.settings"
    django.setup()
    from bulletins.sending import post

    post.BACKOFF = (datetime.timedelta(seconds=2),) * 4  # not minutes
    post.WAIT = 0.2
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those who were killed
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                post.work_all()
            finally:
                os._exit(0)
        sys.stdout.write(f"{child}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
