-- The control file: who may sign in, which sites there are, what they are set to. No visit and nothing of a visitor is here.
-- Times are seconds since 1970 (UTC), days are days since 1970 (UTC). Secrets are here only as SHA-256 or argon2id.
-- AUTOINCREMENT where the service log names a row by its number: a number is never given twice.

CREATE TABLE customer (
  id   INTEGER PRIMARY KEY AUTOINCREMENT, -- number of the customer; the service log names it by this
  name TEXT NOT NULL UNIQUE COLLATE NOCASE -- name, as the operator typed it; tells customers apart on the command line
) STRICT;

CREATE TABLE user (
  id       INTEGER PRIMARY KEY AUTOINCREMENT, -- number of the person; the service log names them by this
  email    TEXT NOT NULL UNIQUE, -- e-mail address in lower case; the name to sign in with
  password TEXT NOT NULL, -- argon2id of the password as a PHC string; empty: none yet, signs in by a link first
  operator INTEGER NOT NULL, -- 1: runs this instance and sees its health; 0: does not
  created  INTEGER NOT NULL -- time the account was made, seconds since 1970; shown to its owner
) STRICT;

CREATE TABLE member (
  customer INTEGER NOT NULL REFERENCES customer(id) ON DELETE CASCADE, -- the customer whose sites are shared
  user     INTEGER NOT NULL REFERENCES user(id) ON DELETE CASCADE, -- the person
  role     TEXT NOT NULL, -- owner, admin, editor or viewer; what the person may do with the customer's sites
  PRIMARY KEY (user, customer)
) STRICT, WITHOUT ROWID;

CREATE INDEX member_customer ON member(customer);

CREATE TABLE site (
  number   INTEGER PRIMARY KEY AUTOINCREMENT, -- small number; the service log names the site by this
  id       TEXT NOT NULL UNIQUE, -- 128 random bits in hex; the name of the site's file
  customer INTEGER NOT NULL REFERENCES customer(id), -- the customer who owns the site
  domain   TEXT NOT NULL UNIQUE, -- host name in lower case and ASCII, without www.; what pages are counted under
  zone     TEXT NOT NULL, -- IANA time zone in which the site's days begin
  mode     TEXT NOT NULL, -- cookie, cookieless or consent; how visitors are recognised
  created  INTEGER NOT NULL, -- time the site was added, seconds since 1970
  settings TEXT NOT NULL -- the owner's choices, SiteSettings as JSON
) STRICT;

CREATE TABLE session (
  hash    BLOB PRIMARY KEY, -- SHA-256 of the random session id in the browser's cookie, 32 bytes
  user    INTEGER NOT NULL REFERENCES user(id) ON DELETE CASCADE, -- who is signed in
  created INTEGER NOT NULL, -- time of the sign-in, seconds since 1970
  seen    INTEGER NOT NULL, -- time of last use, seconds since 1970, written at most hourly; ends the session when idle
  expires INTEGER NOT NULL -- time after which it is refused whatever its use, seconds since 1970
) STRICT, WITHOUT ROWID;

CREATE INDEX session_user ON session(user);

CREATE TABLE token (
  id      INTEGER PRIMARY KEY AUTOINCREMENT, -- number by which it is listed and revoked
  hash    BLOB NOT NULL UNIQUE, -- SHA-256 of the token, 32 bytes; the token itself is shown once and not kept
  user    INTEGER NOT NULL REFERENCES user(id) ON DELETE CASCADE, -- whose rights it carries
  site    TEXT REFERENCES site(id) ON DELETE CASCADE, -- the one site it is for; null: every site of its user
  scope   TEXT NOT NULL, -- read or write; write may read
  name    TEXT NOT NULL, -- what its owner calls it, to know which one to revoke; may be empty
  created INTEGER NOT NULL, -- time it was made, seconds since 1970
  used    INTEGER NOT NULL -- UTC day of last use, days since 1970, to find unused ones; 0: never
) STRICT;

CREATE INDEX token_user ON token(user);
CREATE INDEX token_site ON token(site);

CREATE TABLE login_link (
  hash    BLOB PRIMARY KEY, -- SHA-256 of the secret in the link, 32 bytes
  user    INTEGER NOT NULL REFERENCES user(id) ON DELETE CASCADE, -- whom it signs in
  purpose TEXT NOT NULL, -- password: sets a new one, once; demo: signs in as often as wanted
  expires INTEGER NOT NULL -- time after which it is refused, seconds since 1970
) STRICT, WITHOUT ROWID;

CREATE INDEX login_link_user ON login_link(user);

CREATE TABLE setting (
  key   TEXT PRIMARY KEY, -- name of the instance-wide value
  value BLOB NOT NULL -- the value; its form is its owner's in app/account (keys that sign cookies, whether setup is over)
) STRICT, WITHOUT ROWID;
