"""The gate: a pytest plugin that boots the stack and looks at it from outside.

It knows the system only by HTTP, by the browser and by the Docker CLI, and imports nothing of it.
``plugin.py`` has the hooks and options, ``fixtures.py`` and ``browser/fixtures.py`` the fixtures;
all else is plain objects that work without pytest::

    from pathlib import Path
    from harness.stack.boot import running_stack
    from harness.stack.layout import Layout

    with running_stack(Layout(Path(".")), logs=Path("logs")) as stack:
        print(stack.url("web"))
"""
