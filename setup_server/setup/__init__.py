"""/setup: a new installation finds its owner, and what it needs; later the page of the settings."""
