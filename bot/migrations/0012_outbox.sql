-- What is due is found by an index, however much is behind: final cards first, and apart what is to be posted and what to be changed.
ALTER TABLE deliveries ADD COLUMN final INTEGER NOT NULL DEFAULT 0;  -- 1 when its card is
UPDATE deliveries SET final = (SELECT final FROM cards WHERE id = card_id);
DROP INDEX deliveries_due;
CREATE INDEX deliveries_due ON deliveries (platform, final, message_id <> '', due_at) WHERE state <> 'gone' AND behind = 1;
