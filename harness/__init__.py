"""The gate: a pytest plugin that boots the stack and looks at it from outside.

It knows the system only by HTTP, by the browser and by the Docker CLI, and imports nothing of it.
``plugin.py`` has the hooks and options, ``fixtures.py`` and ``browser.py`` the fixtures; everything
else is plain objects that work without pytest::

    from harness.stack import running_stack

    with running_stack(Path("."), logs=Path("logs")) as stack:
        print(stack.ui)
"""
