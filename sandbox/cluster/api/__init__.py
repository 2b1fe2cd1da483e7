"""The HTTP side of the stand-in: routes, reads, writes, watches, discovery."""
