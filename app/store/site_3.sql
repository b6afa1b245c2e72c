-- Step 3: visits of a busy day are sealed before it ends.

CREATE TABLE sealing (
  id       INTEGER PRIMARY KEY, -- order of sealing
  day      INTEGER NOT NULL, -- UTC day that isn't over, days since 1970; its rows are deleted when it is
  marks    BLOB NOT NULL, -- hashes of sealed page views, events and visits, 8 bytes each, to notice what comes again
  guests   INTEGER NOT NULL, -- visitors without a cookie in it
  visitors BLOB NOT NULL -- their numbers and keys, as in visitor, so that they are known until the day ends
) STRICT;
