"""What the log says of a server that is away: once, whichever process of this machine meets it first, and once more
when it is back."""

from contextlib import suppress
from pathlib import Path


class Outage:
    """An outage that all processes of a machine know, by a file that is there while it lasts."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._mine = False  # where the folder cannot be written, this process knows it at least

    def begins(self) -> bool:
        """Whether nobody has told of it yet."""
        known, self._mine = self._mine, True
        with suppress(OSError):
            self._file.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._file.touch(exist_ok=False)
        except FileExistsError:
            return False
        except OSError:
            return not known
        return True

    def ends(self) -> bool:
        """Whether there was one of which nobody has told yet that it is over."""
        known, self._mine = self._mine, False
        try:
            self._file.unlink()
        except FileNotFoundError:
            return False
        except OSError:
            return known
        return True
