package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// AuditEntry is one thing that somebody did or was refused: numbers, no names.
type AuditEntry struct {
	ID       int64     `json:"number"`
	At       time.Time `json:"at"`       // in whole seconds
	Actor    int64     `json:"actor"`    // number of the person; 0: who has the machine, or a sign-in of nobody who is known
	Customer int64     `json:"customer"` // number of the customer whose it is; 0: of the person alone, or of the whole instance
	Action   string    `json:"action"`   // as site.add
	Object   int64     `json:"object"`   // number of what it was done to; 0: none, or not known
	Result   string    `json:"result"`   // done, refused or failed
	Link     []byte    `json:"-"`
}

// The results of an AuditEntry.
const (
	AuditDone    = "done"
	AuditRefused = "refused"
	AuditFailed  = "failed"
)

const auditColumns = "id, at, actor, customer, action, object, result, link"

func scanAudit(row scanner) (a AuditEntry, err error) {
	var at int64
	err = row.Scan(&a.ID, &at, &a.Actor, &a.Customer, &a.Action, &a.Object, &a.Result, &a.Link)
	a.At = timeOf(at)
	return a, rowError(err)
}

// linkOf returns the link of an entry after the one before.
func (a AuditEntry) linkOf(before []byte) []byte {
	return link(before, eight(a.ID), eight(a.At.Unix()), eight(a.Actor), eight(a.Customer), eight(a.Object), []byte(a.Action+"\x00"), []byte(a.Result))
}

// auditAnchor is the setting that tells where the chain begins: number and link of the last entry that was let go of for its age.
const auditAnchor = "audit-anchor"

// anchor is the value of auditAnchor.
type anchor struct {
	ID   int64  `json:"number"`
	Link []byte `json:"link"`
}

// anchorOf returns where the chain begins; zero: with the first entry ever.
func anchorOf(ctx context.Context, tx *sql.Tx) (a anchor, err error) {
	var text []byte
	err = tx.QueryRowContext(ctx, "SELECT value FROM setting WHERE key = ?", auditAnchor).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return a, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &a)
	}
	return a, err
}

// AddAudit adds an entry to the chain. Its number and its link are made here.
func (c *Control) AddAudit(ctx context.Context, a AuditEntry) error {
	return c.inTx(ctx, func(tx *sql.Tx) error {
		before, err := lastAudit(ctx, tx)
		if err != nil {
			return err
		}
		a.ID = before.ID + 1
		_, err = tx.ExecContext(ctx, "INSERT INTO audit ("+auditColumns+") VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
			a.ID, a.At.Unix(), a.Actor, a.Customer, a.Action, a.Object, a.Result, a.linkOf(before.Link))
		return err
	})
}

// lastAudit returns number and link of the newest entry; of the anchor when there is none.
func lastAudit(ctx context.Context, tx *sql.Tx) (last anchor, err error) {
	err = tx.QueryRowContext(ctx, "SELECT id, link FROM audit ORDER BY id DESC LIMIT 1").Scan(&last.ID, &last.Link)
	if errors.Is(err, sql.ErrNoRows) {
		return anchorOf(ctx, tx)
	}
	return last, err
}

// AuditQuery chooses entries of the audit log. An entry that is of no customer is of its actor and, where it is about a person, of that one.
type AuditQuery struct {
	All       bool    // whosever they are
	Customers []int64 // of these customers
	Users     []int64 // of these people, when they are of no customer
	Before    int64   // with a smaller number; 0: from the newest on
	Limit     int     // at most so many
}

// Audit returns entries, the newest first.
func (c *Control) Audit(ctx context.Context, q AuditQuery) ([]AuditEntry, error) {
	customers, err := json.Marshal(q.Customers)
	if err != nil {
		return nil, err
	}
	users, err := json.Marshal(q.Users)
	if err != nil {
		return nil, err
	}
	return list(ctx, c.read, scanAudit, "SELECT "+auditColumns+` FROM audit WHERE (?1 = 0 OR id < ?1) AND (?2
		OR customer <> 0 AND customer IN (SELECT value FROM json_each(?3))
		OR customer = 0 AND (actor <> 0 AND actor IN (SELECT value FROM json_each(?4)) OR action GLOB 'user.*' AND object IN (SELECT value FROM json_each(?4))))
		ORDER BY id DESC LIMIT ?5`, q.Before, q.All, string(customers), string(users), q.Limit)
}

// OldestAudit returns the time of the oldest entry; zero: there is none.
func (c *Control) OldestAudit(ctx context.Context) (time.Time, error) {
	var at int64
	err := c.read.QueryRowContext(ctx, "SELECT coalesce(min(at), 0) FROM audit").Scan(&at)
	return timeOf(at), err
}

// ForgetAudit lets go of the entries up to the last one from before a time, and returns how many went. What is left can be checked as
// before: the chain is then anchored at the last one that went.
func (c *Control) ForgetAudit(ctx context.Context, before time.Time) (n int64, err error) {
	err = c.inTx(ctx, func(tx *sql.Tx) error {
		var last anchor
		err := tx.QueryRowContext(ctx, "SELECT id, link FROM audit WHERE id < (SELECT coalesce(min(id), 9223372036854775807) FROM audit WHERE at >= ?) ORDER BY id DESC LIMIT 1", before.Unix()).
			Scan(&last.ID, &last.Link)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		text, err := json.Marshal(last)
		if err != nil {
			return err
		}
		if _, err = tx.ExecContext(ctx, "INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", auditAnchor, text); err != nil {
			return err
		}
		res, err := tx.ExecContext(ctx, "DELETE FROM audit WHERE id <= ?", last.ID)
		if err == nil {
			n, err = res.RowsAffected()
		}
		return err
	})
	if err == nil && n > 0 {
		err = c.scrub(ctx)
	}
	return n, err
}

// CheckAudit goes along the chain, from its anchor to the newest entry ever added. It returns how many entries there are, and an error that
// names the first one that was changed, or before which some are missing.
func (c *Control) CheckAudit(ctx context.Context) (n int, err error) {
	tx, err := c.read.BeginTx(ctx, nil) // one look at all: entries are added meanwhile
	if err != nil {
		return 0, err
	}
	defer tx.Rollback()
	var newest int64 // SQLite's own count of numbers given
	if err := tx.QueryRowContext(ctx, "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'audit'").Scan(&newest); err != nil {
		return 0, err
	}
	before, err := anchorOf(ctx, tx)
	if err != nil {
		return 0, err
	}
	rows, err := tx.QueryContext(ctx, "SELECT "+auditColumns+" FROM audit ORDER BY id")
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	for ; rows.Next(); n++ {
		a, err := scanAudit(rows)
		if err != nil {
			return n, err
		}
		if a.ID != before.ID+1 || !bytes.Equal(a.Link, a.linkOf(before.Link)) {
			return n, fmt.Errorf("%w: entry %d of the audit log, or one before it, was changed or taken out", ErrDamaged, a.ID)
		}
		before = anchor{a.ID, a.Link}
	}
	if err = rows.Err(); err == nil && newest != before.ID {
		err = fmt.Errorf("%w: the audit log ends with entry %d, but there were %d", ErrDamaged, before.ID, newest)
	}
	return n, err
}
