"""The permission to send an issue to its readers."""

SEND = "bulletins.send_bulletin"
NO_PERMISSION = "You do not have the permission to send e-bulletins. An administrator can give it to your group."
