-- The main job: who, what was asked, what was decided, what was shown, what was heard.
-- Times are ISO 8601 in UTC with milliseconds; JSON columns hold one frozen model each.

CREATE TABLE users (
  id TEXT PRIMARY KEY,
  username TEXT UNIQUE,
  password_hash TEXT,
  role TEXT DEFAULT 'admin',
  created_at DATETIME
);

-- Append-only and hash-chained: hash = sha256(previous hash, every other column). seq has no gaps.
CREATE TABLE audit_logs (
  id TEXT PRIMARY KEY,
  user_id TEXT,            -- users.id or the platform's id of the person
  action_type TEXT,        -- propose_restart, approve_restart, deny_restart, execute_restart, expire_restart, choose …
  target_resource TEXT,    -- deployment/nginx
  command_snapshot TEXT,   -- what was really run
  status TEXT,             -- PENDING APPROVED DENIED REFUSED LATE EXPIRED STALE CANCELLED SUCCESS FAILED …
  client_ip TEXT,
  platform TEXT,           -- web dingtalk feishu
  timestamp DATETIME DEFAULT CURRENT_TIMESTAMP,
  intent TEXT,
  card_id TEXT,
  detail TEXT,
  hash TEXT,
  seq INTEGER NOT NULL UNIQUE
);
CREATE INDEX audit_logs_by_time ON audit_logs (timestamp);
CREATE INDEX audit_logs_by_card ON audit_logs (card_id);
-- Where the chain ends, so that a cut tail is found too.
CREATE TABLE audit_head (one INTEGER PRIMARY KEY CHECK (one = 1), seq INTEGER NOT NULL, hash TEXT NOT NULL);
INSERT INTO audit_head VALUES (1, 0, '');
CREATE TRIGGER audit_logs_no_update BEFORE UPDATE ON audit_logs BEGIN SELECT raise(ABORT, 'audit rows are append-only'); END;
CREATE TRIGGER audit_logs_no_delete BEFORE DELETE ON audit_logs BEGIN SELECT raise(ABORT, 'audit rows are append-only'); END;

CREATE TABLE actions (
  id TEXT PRIMARY KEY,
  code TEXT NOT NULL,                    -- what people type: 7F3K; used again once its action is long over
  state TEXT NOT NULL CHECK (state IN ('WAIT_APPROVAL', 'EXECUTING', 'VERIFYING', 'SUCCESS', 'FAILED', 'DENIED', 'EXPIRED',
    'STALE', 'CANCELLED')),
  change_order TEXT NOT NULL,            -- JSON ChangeOrder
  digest TEXT NOT NULL,
  requester TEXT NOT NULL,               -- JSON Person
  conversation TEXT NOT NULL,            -- JSON Conversation
  intent TEXT NOT NULL,                  -- the words, masked
  card_id TEXT NOT NULL,
  created_at TEXT NOT NULL,
  expires_at TEXT NOT NULL,
  decided_by TEXT,                       -- JSON Person
  decided_at TEXT,
  note TEXT NOT NULL DEFAULT '',         -- the reason given with a refusal
  claimed_at TEXT,                       -- when the approval was used up, right before the write
  applied TEXT,                          -- JSON Applied
  outcome TEXT,                          -- JSON Verdict
  finished_at TEXT
);
CREATE INDEX actions_by_code ON actions (code, created_at);
CREATE INDEX actions_open ON actions (state, expires_at) WHERE state IN ('WAIT_APPROVAL', 'EXECUTING', 'VERIFYING');

CREATE TABLE cards (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  final INTEGER NOT NULL,
  body TEXT NOT NULL,                    -- JSON Card, the newest version
  action_id TEXT REFERENCES actions (id),
  commands TEXT NOT NULL DEFAULT '{}',   -- JSON: button id → what pressing it stands for, as if typed
  updated_at TEXT NOT NULL
);
CREATE INDEX cards_by_action ON cards (action_id) WHERE action_id IS NOT NULL;

-- One row per copy of a card. The outbox is every open row that shows less than its card's version.
CREATE TABLE deliveries (
  key TEXT PRIMARY KEY,                  -- the idempotency key given to the platform (DingTalk outTrackId)
  card_id TEXT NOT NULL REFERENCES cards (id),
  platform TEXT NOT NULL,
  conversation TEXT NOT NULL,            -- JSON Conversation
  message_id TEXT NOT NULL DEFAULT '',   -- '' until the platform has it
  shown_version INTEGER NOT NULL DEFAULT 0,
  behind INTEGER NOT NULL DEFAULT 1,     -- 1 while shown_version < the card's version
  state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'text', 'gone')), -- text: the platform refused the card
  updates INTEGER NOT NULL DEFAULT 0,    -- calls spent on this copy after it was posted
  attempts INTEGER NOT NULL DEFAULT 0,   -- failures in a row
  touched_at TEXT,                       -- the last successful call
  due_at TEXT NOT NULL,
  error TEXT NOT NULL DEFAULT ''
);
CREATE INDEX deliveries_due ON deliveries (platform, due_at) WHERE state <> 'gone' AND behind = 1;
CREATE INDEX deliveries_by_card ON deliveries (card_id);

CREATE TABLE inbox (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,               -- platform:stable id
  conversation TEXT NOT NULL,            -- platform:id, the queue
  body TEXT NOT NULL,                    -- JSON Message
  state TEXT NOT NULL DEFAULT 'NEW' CHECK (state IN ('NEW', 'DONE', 'FAILED')),
  attempts INTEGER NOT NULL DEFAULT 0,
  received_at TEXT NOT NULL
);
CREATE INDEX inbox_new ON inbox (conversation, seq) WHERE state = 'NEW';

-- The last question asked in a conversation, so that "2" can answer it.
CREATE TABLE questions (conversation TEXT PRIMARY KEY, card_id TEXT NOT NULL, asked_at TEXT NOT NULL);
