"""The control loops: each keeps one kind of object as its spec wants it."""
