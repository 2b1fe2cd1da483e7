-- Who may sign in to the web pages, and what the doors have to remember.

ALTER TABLE users ADD COLUMN display_name TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN issuer TEXT;   -- the identity provider; (issuer, subject) is one person for ever, their name is not
ALTER TABLE users ADD COLUMN subject TEXT;
CREATE UNIQUE INDEX users_of_provider ON users (issuer, subject) WHERE issuer IS NOT NULL;

-- What this installation made or was told once: the key of the session tokens, what /setup collects.
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL, changed_at TEXT NOT NULL);

CREATE TABLE sessions (
  id TEXT PRIMARY KEY,                   -- the token's jti
  user_id TEXT NOT NULL REFERENCES users (id),
  way TEXT NOT NULL CHECK (way IN ('password', 'oidc')),
  address TEXT NOT NULL,
  opened_at TEXT NOT NULL,
  until TEXT NOT NULL,                   -- moves on while it is used
  ends_at TEXT NOT NULL                  -- does not
);
CREATE INDEX sessions_by_user ON sessions (user_id);

-- The brake on guessing. A lane is the moment (seconds since 1970) at which it is empty; names are keyed hashes.
CREATE TABLE login_lanes (name TEXT PRIMARY KEY, empty_at REAL NOT NULL) WITHOUT ROWID;
CREATE INDEX login_lanes_by_time ON login_lanes (empty_at);
CREATE TABLE login_haunts (name TEXT NOT NULL, address TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (name, address)) WITHOUT ROWID;

CREATE TABLE oidc_pending (
  state TEXT PRIMARY KEY,
  visit TEXT NOT NULL,
  nonce TEXT NOT NULL,
  verifier TEXT NOT NULL,
  destination TEXT NOT NULL,
  expires_at TEXT NOT NULL
);
CREATE INDEX oidc_pending_by_time ON oidc_pending (expires_at);
