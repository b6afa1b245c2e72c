-- What people did here, by numbers only: no name, no address, no text.

CREATE TABLE audit (
  id       INTEGER PRIMARY KEY AUTOINCREMENT, -- number in the chain; none is left out
  at       INTEGER NOT NULL, -- time, seconds since 1970
  actor    INTEGER NOT NULL, -- number of the person; 0: who has the machine, or a sign-in of nobody who is known
  customer INTEGER NOT NULL, -- number of the customer whose owners see it; 0: of the person alone, or of the whole instance
  action   TEXT NOT NULL, -- what was done, as site.add: what it was done to, and how
  object   INTEGER NOT NULL, -- number of what it was done to, of the kind that action names; 0: none, or not known
  result   TEXT NOT NULL, -- done, refused (they may not) or failed
  link     BLOB NOT NULL -- SHA-256 of the link before and of all columns: a row that is changed or taken out breaks the chain
) STRICT;
