-- Erasures are looked up by what they are of and by their receipt's number: anybody may ask for either, and there may be thousands.

CREATE INDEX tombstone_open ON tombstone (site, keys) WHERE done = 0;
CREATE INDEX tombstone_receipt ON tombstone (receipt) WHERE receipt <> '';
