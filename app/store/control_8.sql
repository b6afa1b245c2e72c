-- Erasures that somebody waits for: the receipt has its number before it is written. And when a person last gave their password.

ALTER TABLE tombstone ADD COLUMN receipt TEXT NOT NULL DEFAULT ''; -- number that its receipt will have, or has; empty: a visitor's own wish, which nobody waits for
ALTER TABLE tombstone ADD COLUMN counted TEXT NOT NULL DEFAULT ''; -- JSON of what there was when it was asked for, by numbers: an erasure that is cut short doesn't know any more

ALTER TABLE session ADD COLUMN confirmed INTEGER NOT NULL DEFAULT 0; -- time at which the person last gave their password or came by a link, seconds since 1970: what can't be undone asks for it again
