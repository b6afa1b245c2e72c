package store

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// Receipt says that something was erased, and what the searches for it saw. It names nobody.
type Receipt struct {
	Number string    // random; what the person who asked keeps
	Site   string    // id of the site that it is shown at; empty: none, or gone
	Made   time.Time // in whole seconds
	Body   []byte    // JSON
	Link   []byte    // SHA-256 of the link before, number, time and body, 32 bytes
}

const receiptColumns = "number, coalesce(site, ''), made, body, link"

func scanReceipt(row scanner) (r Receipt, err error) {
	var made int64
	err = row.Scan(&r.Number, &r.Site, &made, &r.Body, &r.Link)
	r.Made = timeOf(made)
	return r, rowError(err)
}

// linkOf returns the link of a receipt after the one before; before is nil for the first.
func (r Receipt) linkOf(before []byte) []byte {
	return link(before, []byte(r.Number), eight(r.Made.Unix()), r.Body)
}

// NewReceiptNumber returns the number of a receipt to be: 130 random bits, which nobody guesses.
func NewReceiptNumber() string { return rand.Text() }

// AddReceipt adds a receipt with a number to the chain and returns it with its link. ErrExists: it was added before.
func (c *Control) AddReceipt(ctx context.Context, number, site string, made time.Time, body []byte) (r Receipt, err error) {
	r = Receipt{Number: number, Site: site, Made: made.UTC().Truncate(time.Second), Body: body}
	err = c.inTx(ctx, func(tx *sql.Tx) error {
		var before []byte
		err := tx.QueryRowContext(ctx, "SELECT link FROM receipt ORDER BY id DESC LIMIT 1").Scan(&before)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		r.Link = r.linkOf(before)
		_, err = tx.ExecContext(ctx, `INSERT INTO receipt (number, site, made, body, link)
			VALUES (?, (SELECT id FROM site WHERE id = ?), ?, ?, ?)`, r.Number, site, r.Made.Unix(), string(body), r.Link)
		return err
	})
	return r, err
}

// Receipts returns those of a site, the newest first; of all when site is empty.
func (c *Control) Receipts(ctx context.Context, site string) ([]Receipt, error) {
	return list(ctx, c.read, scanReceipt, "SELECT "+receiptColumns+" FROM receipt WHERE ? IN ('', site) ORDER BY id DESC", site)
}

// Receipt returns the one with a number.
func (c *Control) Receipt(ctx context.Context, number string) (Receipt, error) {
	return scanReceipt(c.read.QueryRowContext(ctx, "SELECT "+receiptColumns+" FROM receipt WHERE number = ?", number))
}

// CheckReceipts goes along the chain and returns an error that names the first receipt that was changed, or that one before it is missing.
func (c *Control) CheckReceipts(ctx context.Context) error {
	all, err := list(ctx, c.read, scanReceipt, "SELECT "+receiptColumns+" FROM receipt ORDER BY id")
	if err != nil {
		return err
	}
	var before []byte
	for _, r := range all {
		if !bytes.Equal(r.Link, r.linkOf(before)) {
			return fmt.Errorf("%w: receipt %s, or one before it, was changed or taken out", ErrDamaged, r.Number)
		}
		before = r.Link
	}
	return nil
}
