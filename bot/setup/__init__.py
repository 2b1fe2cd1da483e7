"""/setup's other side: what its pages ask for, done with the store, the doctor and the running daemon."""
