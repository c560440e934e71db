"""What the log says of requests."""

import logging

from cop_site.errors import is_not_now


class OneLine(logging.Filter):
    """A line for each request that could not be answered just now, and no traceback: all would say the same."""

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if record.exc_info else None
        if is_not_now(error):
            record.msg, record.args = f"{record.getMessage()} ({str(error).strip()})", ()
            record.exc_info = record.exc_text = None
        return True
