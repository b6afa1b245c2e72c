-- What was erased, so that it stays erased: in copies made before, and when one of them is restored.

CREATE TABLE tombstone (
  id       INTEGER PRIMARY KEY AUTOINCREMENT, -- number; in the order in which erasures were asked for
  kind     TEXT NOT NULL, -- visitor, before, site or customer
  site     TEXT NOT NULL, -- random id of the site, which names nobody once the site is gone; empty: a customer
  customer INTEGER NOT NULL, -- number of the customer; 0: a site, or a part of one
  keys     BLOB NOT NULL, -- of a visitor: keyed 64-bit numbers, 8 bytes each, which lead nowhere without the site's secret
  before   INTEGER NOT NULL, -- moment before which visits went, seconds since 1970; 0: another kind
  asked    INTEGER NOT NULL, -- time it was asked for, seconds since 1970: copies made before have what was erased
  found    INTEGER NOT NULL, -- 1: something of it was in the data, so it is looked for in copies; 0: not, or nobody has looked yet
  done     INTEGER NOT NULL, -- time it was done in the data and in all copies here, seconds since 1970; 0: not yet, to be gone on with
  forget   INTEGER NOT NULL -- time at which the last copy made before has died, and this row goes, seconds since 1970
) STRICT;

CREATE TABLE receipt (
  id     INTEGER PRIMARY KEY AUTOINCREMENT, -- number in the chain
  number TEXT NOT NULL UNIQUE, -- random; what the person who asked keeps
  site   TEXT, -- random id of the site that it is shown at; null once that is gone. Not part of the chain
  made   INTEGER NOT NULL, -- time it was made, seconds since 1970
  body   TEXT NOT NULL, -- JSON: kind, counts, what searches saw. Nothing that names anyone
  link   BLOB NOT NULL -- SHA-256 of the link before, number, time and body: a row that is changed or taken out breaks the chain
) STRICT;
