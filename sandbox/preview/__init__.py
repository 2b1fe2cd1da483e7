"""What a chat client would show of a card, as one self-contained HTML page: no script, nothing loaded, light and dark.

For pictures in the documents and for tests that look; the daemon never imports it. markdown-it-py is a development dependency.
"""
