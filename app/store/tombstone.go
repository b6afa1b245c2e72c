package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// The kinds of erasures.
const (
	EraseVisitor  = "visitor"  // one visitor of a site
	EraseBefore   = "before"   // what began before a moment at a site
	EraseSite     = "site"     // a site
	EraseCustomer = "customer" // a customer with users; the sites have tombstones of their own
)

// Tombstone says what was erased, without a name: enough to erase it again from a copy that was made before.
type Tombstone struct {
	ID       int64     `json:"-"`
	Kind     string    `json:"kind"`
	Site     string    `json:"site,omitempty"`     // random id; empty: a customer
	Customer int64     `json:"customer,omitempty"` // number; 0: not a customer
	Keys     []uint64  `json:"keys,omitempty"`     // of a visitor, keyed by the site's secret
	Before   time.Time `json:"before,omitzero"`
	Asked    time.Time `json:"asked"`  // copies made before have it
	Found    bool      `json:"-"`      // something of it was in the data
	Done     time.Time `json:"-"`      // zero: not yet
	Forget   time.Time `json:"forget"` // the last copy made before has died
	Receipt  string    `json:"-"`      // number that its receipt will have; empty: nobody waits for one
	Counted  Erased    `json:"-"`      // what there was when it was asked for
}

// SameOpen reports whether other tells of the same erasure and is not done.
func (t Tombstone) SameOpen(other Tombstone) bool {
	return other.Done.IsZero() && t.Kind == other.Kind && t.Site == other.Site && t.Customer == other.Customer && t.Before.Equal(other.Before) && slices.Equal(t.Keys, other.Keys)
}

const tombstoneColumns = "id, kind, site, customer, keys, before, asked, found, done, forget, receipt, counted"

func scanTombstone(row scanner) (t Tombstone, err error) {
	var keys, counted []byte
	var before, asked, done, forget int64
	err = row.Scan(&t.ID, &t.Kind, &t.Site, &t.Customer, &keys, &before, &asked, &t.Found, &done, &forget, &t.Receipt, &counted)
	if err == nil && len(counted) > 0 {
		err = json.Unmarshal(counted, &t.Counted)
	}
	for ; len(keys) >= 8; keys = keys[8:] {
		t.Keys = append(t.Keys, binary.LittleEndian.Uint64(keys))
	}
	t.Before, t.Asked, t.Done, t.Forget = timeOf(before), timeOf(asked), timeOf(done), timeOf(forget)
	return t, rowError(err)
}

// timeOf returns the time of seconds since 1970, the zero time for 0.
func timeOf(seconds int64) time.Time {
	if seconds == 0 {
		return time.Time{}
	}
	return time.Unix(seconds, 0).UTC()
}

// secondsOf is timeOf the other way round.
func secondsOf(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}

// packKeys returns keys as a row has them.
func packKeys(keys []uint64) []byte {
	packed := []byte{} // not nil, which would be NULL
	for _, k := range keys {
		packed = binary.LittleEndian.AppendUint64(packed, k)
	}
	return packed
}

// AddTombstones notes erasures that are about to begin, all or none, and returns them with their numbers.
func (c *Control) AddTombstones(ctx context.Context, stones []Tombstone) ([]Tombstone, error) {
	var added []Tombstone
	err := c.inTx(ctx, func(tx *sql.Tx) error {
		added = nil
		for _, t := range stones {
			counted, err := json.Marshal(t.Counted)
			if err != nil {
				return err
			}
			const insert = `INSERT INTO tombstone (kind, site, customer, keys, before, asked, found, done, forget, receipt, counted) VALUES (?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?) RETURNING id`
			err = tx.QueryRowContext(ctx, insert, t.Kind, t.Site, t.Customer, packKeys(t.Keys), secondsOf(t.Before), t.Asked.Unix(), t.Found, t.Forget.Unix(), t.Receipt,
				string(counted)).Scan(&t.ID)
			if err != nil {
				return err
			}
			added = append(added, t)
		}
		return nil
	})
	return added, err
}

// Tombstones returns all, in the order in which they were asked for.
func (c *Control) Tombstones(ctx context.Context) ([]Tombstone, error) {
	return list(ctx, c.read, scanTombstone, "SELECT "+tombstoneColumns+" FROM tombstone ORDER BY id")
}

// OpenTombstones returns those that are not done, in the order in which they were asked for.
func (c *Control) OpenTombstones(ctx context.Context) ([]Tombstone, error) {
	return list(ctx, c.read, scanTombstone, "SELECT "+tombstoneColumns+" FROM tombstone WHERE done = 0 ORDER BY id")
}

// OpenTombstonesOf returns those that are not done and whose receipt will have a number, in the order in which they were asked for.
func (c *Control) OpenTombstonesOf(ctx context.Context, receipt string) ([]Tombstone, error) {
	return list(ctx, c.read, scanTombstone, "SELECT "+tombstoneColumns+" FROM tombstone WHERE receipt = ? AND receipt <> '' AND done = 0 ORDER BY id", receipt)
}

// SameOpenTombstone returns the first that SameOpen says of t; awaited: of those that somebody waits for the receipt of. ErrNotFound: there
// is none.
func (c *Control) SameOpenTombstone(ctx context.Context, t Tombstone, awaited bool) (Tombstone, error) {
	const same = "done = 0 AND site = ? AND keys = ? AND kind = ? AND customer = ? AND before = ? AND (receipt <> '' OR NOT ?)"
	return scanTombstone(c.read.QueryRowContext(ctx, "SELECT "+tombstoneColumns+" FROM tombstone WHERE "+same+" ORDER BY id LIMIT 1",
		t.Site, packKeys(t.Keys), t.Kind, t.Customer, secondsOf(t.Before), awaited))
}

// keepTombstones adds those of erasures that are done and that are not there yet.
func (c *Control) keepTombstones(ctx context.Context, stones []Tombstone) error {
	there, err := c.Tombstones(ctx)
	if err != nil {
		return err
	}
	for _, t := range stones {
		known := func(other Tombstone) bool {
			other.Done = time.Time{}
			return t.SameOpen(other) && t.Asked.Equal(other.Asked)
		}
		if slices.ContainsFunc(there, known) {
			continue
		}
		added, err := c.AddTombstones(ctx, []Tombstone{t})
		if err != nil {
			return err
		}
		if err := c.FinishTombstone(ctx, added[0].ID, time.Now()); err != nil {
			return err
		}
	}
	return nil
}

// FindTombstone notes that something of what it tells of was in the data: before it is erased there.
func (c *Control) FindTombstone(ctx context.Context, id int64) error {
	return c.execOne(ctx, "UPDATE tombstone SET found = 1 WHERE id = ?", id)
}

// FinishTombstone notes that an erasure is done.
func (c *Control) FinishTombstone(ctx context.Context, id int64, at time.Time) error {
	return c.execOne(ctx, "UPDATE tombstone SET done = ? WHERE id = ?", at.Unix(), id)
}

// ForgetTombstones removes those of which no copy can be left at now.
func (c *Control) ForgetTombstones(ctx context.Context, now time.Time) (int64, error) {
	n, err := c.exec(ctx, "DELETE FROM tombstone WHERE done > 0 AND forget < ?", now.Unix())
	if err == nil && n > 0 {
		err = c.scrub(ctx)
	}
	return n, err
}

// Erase erases again what a tombstone tells of. What is not there (any more) is no error.
func (s *Store) Erase(ctx context.Context, t Tombstone) (Erased, error) {
	switch t.Kind {
	case EraseCustomer:
		return s.control.DeleteCustomer(ctx, t.Customer)
	case EraseSite:
		e, err := s.RemoveSite(ctx, t.Site)
		return e, goneAlready(err)
	}
	ctx, done := context.WithCancel(ctx)
	defer done()
	site, err := s.Site(ctx, t.Site)
	if err != nil {
		return Erased{}, goneAlready(err)
	}
	if t.Kind == EraseBefore {
		return site.EraseBefore(ctx, t.Before)
	}
	return site.EraseVisitor(ctx, t.Keys...)
}

func goneAlready(err error) error {
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// tombstonesFile stands beside backups: who restores one has what was erased since at hand, also where the data is lost.
const tombstonesFile = "erasures.json"

// WriteTombstones writes the tombstones beside the backups in dir, for a restore.
func WriteTombstones(dir string, stones []Tombstone) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if stones == nil {
		stones = []Tombstone{}
	}
	text, err := json.MarshalIndent(stones, "", " ")
	if err != nil {
		return err
	}
	path := filepath.Join(dir, tombstonesFile)
	file, err := os.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(append(text, '\n'))
	if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
		return err
	}
	return errors.Join(os.Rename(path+".new", path), syncDir(dir))
}

// ReadTombstones reads what WriteTombstones wrote to dir; none when there is no such file.
func ReadTombstones(dir string) (stones []Tombstone, err error) {
	text, err := os.ReadFile(filepath.Join(dir, tombstonesFile))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &stones)
	}
	if err != nil {
		return nil, fmt.Errorf("the list of what was erased, %s: %w", filepath.Join(dir, tombstonesFile), err)
	}
	return stones, nil
}
