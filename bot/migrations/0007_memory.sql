-- What conversations were about: the last turns of each, for a day, so that "it" means something after a restart.

CREATE TABLE turns (
  message TEXT PRIMARY KEY,              -- the platform's id of the message: handled again, it is remembered once
  platform TEXT NOT NULL,
  conversation TEXT NOT NULL,
  asked TEXT NOT NULL,                   -- masked and cut
  told TEXT NOT NULL,                    -- masked and cut
  targets TEXT NOT NULL,                 -- JSON list of Target: what it was about, as the cluster has it
  at TEXT NOT NULL
);
CREATE INDEX turns_by_conversation ON turns (platform, conversation, at);
CREATE INDEX turns_by_age ON turns (at);
CREATE INDEX actions_denied ON actions (decided_at) WHERE state = 'DENIED';
