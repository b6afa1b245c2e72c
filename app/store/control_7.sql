-- What owners have put on their sites about privacy, and what the operator has written for people who sign in.

CREATE TABLE publication (
  site  TEXT PRIMARY KEY REFERENCES site(id) ON DELETE CASCADE, -- the site whose privacy policy has the text
  at    INTEGER NOT NULL, -- when its owner said so, seconds since 1970
  hash  TEXT NOT NULL, -- hash of the configuration that the text was made from, SHA-256 in hex
  facts TEXT NOT NULL -- that configuration as JSON, privacy.Facts, to tell what has changed since
) STRICT, WITHOUT ROWID;

CREATE TABLE statement (
  kind    TEXT NOT NULL, -- terms or privacy: which of the operator's two texts
  version INTEGER NOT NULL, -- 1, 2, 3 … of its kind; earlier ones are kept
  made    INTEGER NOT NULL, -- when the operator saved it, seconds since 1970
  text    TEXT NOT NULL, -- the operator's words
  PRIMARY KEY (kind, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE shown (
  user    INTEGER NOT NULL REFERENCES user(id) ON DELETE CASCADE, -- who signed in
  kind    TEXT NOT NULL, -- terms or privacy
  version INTEGER NOT NULL, -- the newest version that was shown to them, so that a change is shown once
  PRIMARY KEY (user, kind)
) STRICT, WITHOUT ROWID;
