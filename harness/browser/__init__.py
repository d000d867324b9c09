"""The browser: Playwright's fixtures, contexts that tests share, a display, and axe."""
