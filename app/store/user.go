package store

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// User is a person who signs in.
type User struct {
	ID       int64 // by which the service log names them
	Email    string
	Password string // argon2id as a PHC string; empty: none yet
	Operator bool   // runs the instance
	Created  time.Time
	Roles    map[int64]string // by customer: owner, admin, editor or viewer
}

// NewUser is what AddUser is told.
type NewUser struct {
	Email    string
	Password string // argon2id as a PHC string; empty: none yet
	Customer string // name of the customer they belong to, made if new
	Role     string
	Created  time.Time
	Claim    bool // refuse with ErrExists when there is, or ever was, a user
}

const userColumns = "id, email, password, operator, created"

// setupOver is the setting that is there once a first user was added; it outlives that user.
const setupOver = "setup-over"

func scanUser(row scanner) (u User, err error) {
	var created int64
	err = row.Scan(&u.ID, &u.Email, &u.Password, &u.Operator, &created)
	u.Created = time.Unix(created, 0).UTC()
	return u, rowError(err)
}

// Users returns all users with their roles, by e-mail address.
func (c *Control) Users(ctx context.Context) ([]User, error) {
	users, err := list(ctx, c.read, scanUser, "SELECT "+userColumns+" FROM user ORDER BY email")
	for i := range users {
		if err == nil {
			users[i], err = c.withRoles(ctx, users[i])
		}
	}
	return users, err
}

// User returns the user of that number, with roles.
func (c *Control) User(ctx context.Context, id int64) (User, error) {
	u, err := scanUser(c.read.QueryRowContext(ctx, "SELECT "+userColumns+" FROM user WHERE id = ?", id))
	if err != nil {
		return User{}, err
	}
	return c.withRoles(ctx, u)
}

// UserByEmail returns the user of that e-mail address (in lower case), with roles.
func (c *Control) UserByEmail(ctx context.Context, email string) (User, error) {
	u, err := scanUser(c.read.QueryRowContext(ctx, "SELECT "+userColumns+" FROM user WHERE email = ?", email))
	if err != nil {
		return User{}, err
	}
	return c.withRoles(ctx, u)
}

func (c *Control) withRoles(ctx context.Context, u User) (User, error) {
	u.Roles = map[int64]string{}
	_, err := list(ctx, c.read, func(row scanner) (struct{}, error) {
		var customer int64
		var role string
		err := row.Scan(&customer, &role)
		u.Roles[customer] = role
		return struct{}{}, err
	}, "SELECT customer, role FROM member WHERE user = ?", u.ID)
	return u, err
}

// SetupOver reports whether a user was ever added: then nobody may claim the instance any more.
func (c *Control) SetupOver(ctx context.Context) (bool, error) {
	_, err := c.Setting(ctx, setupOver)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// AddUser adds a user and, if it is new, their customer. The first user becomes the operator and ends setup, in the
// same transaction. ErrExists: the address is taken or, for a claim, setup is over.
func (c *Control) AddUser(ctx context.Context, n NewUser) (User, error) {
	var id int64
	err := c.inTx(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, "INSERT INTO setting (key, value) VALUES (?, x'') ON CONFLICT DO NOTHING", setupOver)
		if err != nil {
			return err
		}
		if first, err := res.RowsAffected(); err != nil || n.Claim && first == 0 {
			return errors.Join(err, ErrExists)
		}
		const add = `INSERT INTO user (email, password, operator, created)
			VALUES (?, ?, NOT EXISTS (SELECT 1 FROM user), ?) RETURNING id`
		if err := tx.QueryRowContext(ctx, add, n.Email, n.Password, n.Created.Unix()).Scan(&id); err != nil {
			return err
		}
		return join(ctx, tx, id, n.Customer, n.Role)
	})
	if err != nil {
		return User{}, err
	}
	return c.User(ctx, id)
}

// AddMember makes a user a member of a customer, made if new. Links by which a password could be chosen end: those of their other customers may hold one.
// ErrExists: they are a member already.
func (c *Control) AddMember(ctx context.Context, user int64, customer, role string) error {
	return c.inTx(ctx, func(tx *sql.Tx) error {
		if err := join(ctx, tx, user, customer, role); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "DELETE FROM login_link WHERE user = ? AND purpose = 'password'", user)
		return err
	})
}

func join(ctx context.Context, tx *sql.Tx, user int64, customer, role string) error {
	if _, err := tx.ExecContext(ctx, "INSERT INTO customer (name) VALUES (?) ON CONFLICT DO NOTHING", customer); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO member (customer, user, role)
		SELECT id, ?, ? FROM customer WHERE name = ?`, user, role, customer)
	return err
}

// UpdateMember gives a member of a customer another role. ErrNotFound: they are none.
func (c *Control) UpdateMember(ctx context.Context, user, customer int64, role string) error {
	return c.execOne(ctx, "UPDATE member SET role = ? WHERE user = ? AND customer = ?", role, user, customer)
}

// DeleteMember takes a user out of a customer. ErrNotFound: they are no member.
func (c *Control) DeleteMember(ctx context.Context, user, customer int64) error {
	return c.execOne(ctx, "DELETE FROM member WHERE user = ? AND customer = ?", user, customer)
}

// SetPassword sets a user's password hash and, since who knew the old one may be signed in, ends all their sessions
// and links that set a password.
func (c *Control) SetPassword(ctx context.Context, user int64, hash string) error {
	return c.inTx(ctx, func(tx *sql.Tx) error {
		res, err := tx.ExecContext(ctx, "UPDATE user SET password = ? WHERE id = ?", hash, user)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, ErrNotFound)
		}
		if _, err = tx.ExecContext(ctx, "DELETE FROM login_link WHERE user = ? AND purpose = 'password'", user); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "DELETE FROM session WHERE user = ?", user)
		return err
	})
}

// Rehash replaces the hash of the same password by one with newer parameters, unless the password was changed meanwhile.
func (c *Control) Rehash(ctx context.Context, user int64, old, hash string) error {
	_, err := c.exec(ctx, "UPDATE user SET password = ? WHERE id = ? AND password = ?", hash, user, old)
	return err
}

// DeleteUser removes a user with their memberships, sessions, tokens and links, and the customers that are then
// without both members and sites. Nothing of them is left in the file. A tombstone, by number, is there from the same moment on, for the backups.
func (c *Control) DeleteUser(ctx context.Context, user int64) error {
	now := time.Now()
	stone := Tombstone{Kind: EraseUser, User: user, Asked: now, Forget: now.Add(copiesLive)}
	_, err := c.eraseUser(ctx, user, &stone)
	if err == nil && stone.ID == 0 {
		err = ErrNotFound
	}
	return err
}

// eraseUser is DeleteUser; what is returned says what the search for their address saw. A user who isn't there is no error, and leaves no
// tombstone.
func (c *Control) eraseUser(ctx context.Context, user int64, stone *Tombstone) (e Erased, err error) {
	var texts []string
	err = c.inTx(ctx, func(tx *sql.Tx) (err error) {
		if texts, err = list(ctx, tx, scanOne[string], "DELETE FROM user WHERE id = ? RETURNING email", user); err != nil || len(texts) == 0 {
			return err
		}
		customers, err := list(ctx, tx, scanOne[string], `DELETE FROM customer WHERE NOT EXISTS (SELECT 1 FROM member WHERE customer = customer.id)
			AND NOT EXISTS (SELECT 1 FROM site WHERE customer = customer.id) RETURNING name`)
		if texts = append(texts, customers...); err != nil || stone == nil {
			return err
		}
		return addTombstone(ctx, tx, stone)
	})
	if err != nil || len(texts) == 0 {
		return e, err
	}
	return c.proveGone(ctx, texts...)
}
