"""Proofs of who somebody is: passwords, session tokens, ID tokens. The only home of bcrypt and jwt."""
