package store

import (
	"bytes"
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
	EraseUser     = "user"     // a person who signs in
)

// Tombstone says what was erased, without a name: enough to erase it again from a copy that was made before.
type Tombstone struct {
	ID       int64     `json:"-"`
	Kind     string    `json:"kind"`
	Site     string    `json:"site,omitempty"`     // random id; empty: a customer, or a person
	Customer int64     `json:"customer,omitempty"` // number; 0: not a customer
	User     int64     `json:"user,omitempty"`     // number; 0: not a person who signs in
	Keys     []uint64  `json:"keys,omitempty"`     // of a visitor, keyed by the site's secret
	Before   time.Time `json:"before,omitzero"`
	Asked    time.Time `json:"asked"`
	Found    bool      `json:"-"`      // something of it was in the data
	Done     time.Time `json:"-"`      // zero: not yet
	Forget   time.Time `json:"forget"` // the last copy made before has died
	Receipt  string    `json:"-"`      // number that its receipt will have; empty: nobody waits for one
	Counted  Erased    `json:"-"`      // what there was when it was asked for
}

// SameOpen reports whether other tells of the same erasure and is not done.
func (t Tombstone) SameOpen(other Tombstone) bool {
	return other.Done.IsZero() && t.Kind == other.Kind && t.Site == other.Site && t.Customer == other.Customer && t.User == other.User && t.Before.Equal(other.Before) && slices.Equal(t.Keys, other.Keys)
}

const tombstoneColumns = "id, kind, site, customer, user, keys, before, asked, found, done, forget, receipt, counted"

func scanTombstone(row scanner) (t Tombstone, err error) {
	var keys, counted []byte
	var before, asked, done, forget int64
	err = row.Scan(&t.ID, &t.Kind, &t.Site, &t.Customer, &t.User, &keys, &before, &asked, &t.Found, &done, &forget, &t.Receipt, &counted)
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
			if err := addTombstone(ctx, tx, &t); err != nil {
				return err
			}
			added = append(added, t)
		}
		return nil
	})
	return added, err
}

// copiesLive is how long a copy lives at most.
const copiesLive = MaxCopyDays * 24 * time.Hour

// addTombstone adds one and gives it its number. Where the clock is behind what was known of it before, that says from when on it is to be kept.
func addTombstone(ctx context.Context, tx *sql.Tx, t *Tombstone) error {
	right, err := clockRight(ctx, tx)
	if err != nil {
		return err
	}
	if forget := right.Add(copiesLive); forget.After(t.Forget) {
		t.Forget = forget
	}
	counted, err := json.Marshal(t.Counted)
	if err != nil {
		return err
	}
	return tx.QueryRowContext(ctx, `INSERT INTO tombstone (kind, site, customer, user, keys, before, asked, found, done, forget, receipt, counted)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?) RETURNING id`,
		t.Kind, t.Site, t.Customer, t.User, packKeys(t.Keys), secondsOf(t.Before), t.Asked.Unix(), t.Found, t.Forget.Unix(), t.Receipt, string(counted)).Scan(&t.ID)
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

// identity tells a tombstone from all others, wherever it is kept.
func (t Tombstone) identity() string {
	return fmt.Sprint(t.Kind, " ", t.Site, " ", t.Customer, " ", t.User, " ", t.Keys, " ", secondsOf(t.Before), " ", secondsOf(t.Asked))
}

// known is what a control file knows of some tombstones.
type known struct {
	open    []Tombstone // not carried out here, as far as is known here
	unknown []Tombstone // those of them that nothing is known of here
	done    []Tombstone // carried out here, as they are here: with what went then
}

// know returns what is known here of some tombstones.
func (c *Control) know(ctx context.Context, stones []Tombstone) (k known, err error) {
	there, err := c.Tombstones(ctx)
	here := map[string]Tombstone{}
	for _, t := range there {
		here[t.identity()] = t
	}
	for _, t := range stones {
		is, known := here[t.identity()]
		switch {
		case known && !is.Done.IsZero():
			k.done = append(k.done, is)
			continue
		case !known:
			k.unknown = append(k.unknown, t)
		}
		k.open = append(k.open, t)
	}
	return k, err
}

// keepTombstones notes that what these tell of was carried out here, and what went.
func (c *Control) keepTombstones(ctx context.Context, stones []Tombstone, gone Erased) error {
	k, err := c.know(ctx, stones)
	if err == nil {
		_, err = c.AddTombstones(ctx, k.unknown)
	}
	if err != nil {
		return err
	}
	carriedOut := map[string]bool{}
	for _, t := range stones {
		carriedOut[t.identity()] = true
	}
	all, err := c.Tombstones(ctx)
	if err != nil {
		return err
	}
	return c.inTx(ctx, func(tx *sql.Tx) error {
		for _, t := range all {
			if !t.Done.IsZero() || !carriedOut[t.identity()] {
				continue
			}
			counted, err := json.Marshal(gone)
			if err == nil {
				_, err = tx.ExecContext(ctx, "UPDATE tombstone SET done = ?, counted = ? WHERE id = ?", time.Now().Unix(), string(counted), t.ID)
			}
			if err != nil {
				return err
			}
			gone = Erased{} // it is all of them together
		}
		return nil
	})
}

// visitorsTogether makes one tombstone of those of visitors of a site: its file is then gone through once for all.
func visitorsTogether(stones []Tombstone) (work []Tombstone) {
	at := map[string]int{} // by site: where in work
	for _, t := range stones {
		if i, there := at[t.Site]; there && t.Kind == EraseVisitor {
			work[i].Keys = append(work[i].Keys, t.Keys...)
			continue
		}
		if t.Kind == EraseVisitor {
			at[t.Site], t.Keys = len(work), slices.Clone(t.Keys)
		}
		work = append(work, t)
	}
	return work
}

// FindTombstone notes that something of what it tells of was in the data: before it is erased there.
func (c *Control) FindTombstone(ctx context.Context, id int64) error {
	return c.execOne(ctx, "UPDATE tombstone SET found = 1 WHERE id = ?", id)
}

// FinishTombstone notes that an erasure is done.
func (c *Control) FinishTombstone(ctx context.Context, id int64, at time.Time) error {
	return c.execOne(ctx, "UPDATE tombstone SET done = ? WHERE id = ?", at.Unix(), id)
}

// ForgetTombstones removes those of which no copy can be left at now. One that is from after now, as a clock that was wrong makes it, is
// taken as one of now.
func (c *Control) ForgetTombstones(ctx context.Context, now time.Time) (int64, error) {
	if _, err := c.exec(ctx, "UPDATE tombstone SET forget = ?1 WHERE forget > ?1", now.Add(copiesLive).Unix()); err != nil {
		return 0, err
	}
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
		return s.eraseCustomer(ctx, t.Customer)
	case EraseUser:
		return s.control.eraseUser(ctx, t.User, nil)
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

// eraseCustomer removes a customer with the sites that are left of it: in a backup they may be others than those that tombstones tell of.
func (s *Store) eraseCustomer(ctx context.Context, customer int64) (sum Erased, err error) {
	for _, info := range s.Sites() {
		if info.Customer != customer {
			continue
		}
		e, err := s.RemoveSite(ctx, info.ID)
		if err = goneAlready(err); err != nil {
			return sum, err
		}
		sum.Add(e)
	}
	e, err := s.control.DeleteCustomer(ctx, customer)
	sum.Add(e)
	return sum, err
}

func goneAlready(err error) error {
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// tombstonesFile stands beside backups: who restores one has what was erased since at hand, also where the data is lost.
const tombstonesFile = "erasures.json"

// Erasures is the list of what was erased that stands beside backups.
type Erasures struct {
	Written time.Time   `json:"written"` // what was erased later isn't in it; zero: an earlier version's, which didn't say
	Stones  []Tombstone `json:"erased"`
}

// WriteTombstones writes the tombstones beside the backups in dir, for a restore.
func WriteTombstones(dir string, stones []Tombstone) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if stones == nil {
		stones = []Tombstone{}
	}
	text, err := json.MarshalIndent(Erasures{time.Now().UTC().Truncate(time.Second), stones}, "", " ")
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

// ReadTombstones reads what WriteTombstones wrote to dir; false: there is no such file.
func ReadTombstones(dir string) (e Erasures, there bool, err error) {
	text, err := os.ReadFile(filepath.Join(dir, tombstonesFile))
	if errors.Is(err, os.ErrNotExist) {
		return e, false, nil
	}
	if err == nil && bytes.HasPrefix(text, []byte("[")) { // an earlier version's
		err = json.Unmarshal(text, &e.Stones)
	} else if err == nil {
		err = json.Unmarshal(text, &e)
	}
	if err != nil {
		if info, stat := os.Stat(dir); stat == nil && !info.IsDir() {
			return e, false, fmt.Errorf("%s is a file: name the directory that has %s, which tells what was erased", dir, tombstonesFile)
		}
		return e, false, fmt.Errorf("the list of what was erased, %s in %s, can't be read (%w): take the one beside a later copy", tombstonesFile, dir, err)
	}
	return e, true, nil
}
