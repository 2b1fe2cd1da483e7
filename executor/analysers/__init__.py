"""Rules that find causes: pure functions from a situation to suspicions, each about one subject."""
