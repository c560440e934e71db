from bulletins.readers import wagtail_hooks as readers_hooks  # noqa: F401
