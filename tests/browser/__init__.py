"""Tests that look through a real browser: Debian's chromium, headless, driven by Playwright."""
