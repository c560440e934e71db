"""Signals about a reader, for other parts that hold something about readers. An error in a receiver reaches the sender."""

from django.dispatch import Signal

# The reader unsubscribed by a link from a mail. Gives `request` and `reader`.
left_by_link = Signal()
# The reader is deleted next, in the same transaction. Gives `reader`.
forgetting = Signal()
# The reader asks what is held. Gives `reader`, and `held`, to which receivers add what they hold.
telling = Signal()
