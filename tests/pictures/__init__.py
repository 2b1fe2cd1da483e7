"""The pictures in `docs/pictures`: every card of both platforms as its clients draw it. `python -m tests.pictures` takes them."""
