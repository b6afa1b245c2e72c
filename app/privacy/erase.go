package privacy

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"sandprint/app/store"
)

// CopiesLive is how long a copy lives at most, wherever it is: what was erased is then in none (docs/operating.md). Those on this machine may
// live shorter; what a receipt promises doesn't follow that, for the operator may set it back.
const CopiesLive = store.MaxCopyDays * 24 * time.Hour

// Order is what is to be erased: of a site a visitor, what began before a moment, or all of it; or a customer.
type Order struct {
	Site     store.SiteInfo // zero: a customer
	Customer store.Customer // of the order of a customer
	Keys     []uint64       // of a visitor, as collect.VisitorKeys makes them; nil: not of a visitor
	Before   time.Time      // zero: not of a time
	All      bool           // all of the site
}

// errNothing is returned for an order that names a site and nothing of it: it must not be taken for all of it.
var errNothing = errors.New("the order does not say what of the site is to be erased")

// kind returns the kind of a tombstone.
func (o Order) kind() string {
	switch {
	case o.Site.ID == "":
		return store.EraseCustomer
	case len(o.Keys) > 0:
		return store.EraseVisitor
	case !o.Before.IsZero():
		return store.EraseBefore
	case o.All:
		return store.EraseSite
	}
	return ""
}

// whole reports whether all of a site goes, or of several.
func (o Order) whole() bool { return o.kind() == store.EraseSite || o.kind() == store.EraseCustomer }

// Deed returns what the audit log says of an order: the action, whose owners see it, and the number of what it is done to.
func (o Order) Deed() (action string, customer, object int64) {
	switch o.kind() {
	case store.EraseCustomer:
		return "customer.erase", o.Customer.ID, o.Customer.ID
	case store.EraseVisitor:
		action = "site.erase-visitor"
	case store.EraseBefore:
		action = "site.erase-before"
	default:
		action = "site.remove"
	}
	return action, o.Site.Customer, o.Site.Number
}

// Going is what an order will erase.
type Going struct {
	store.Erased
	Sites  []string `json:"sites,omitempty"`        // domains of the sites that go as a whole
	Users  []string `json:"users,omitempty"`        // e-mail addresses of the people who go with a customer
	Copies int      `json:"copies"`                 // backups here that may have something of it
	Unread []string `json:"sites_unread,omitempty"` // domains of sites that go although their files can't be read: what is in them is not in the counts
}

// Preview says exactly what an order would erase now.
func (p *Service) Preview(ctx context.Context, o Order) (g Going, err error) {
	if o.kind() == "" {
		return g, errNothing
	}
	sites := p.sitesOf(o)
	for _, info := range sites {
		e, err := p.count(ctx, info, o)
		if err != nil && !o.whole() {
			return g, err
		}
		if err != nil && ctx.Err() == nil {
			g.Unread = append(g.Unread, info.Domain)
		}
		g.Erased.Add(e)
	}
	if o.whole() {
		for _, info := range sites {
			g.Sites = append(g.Sites, info.Domain)
		}
	}
	if o.Site.ID == "" {
		if g.Users, err = p.usersOf(ctx, o.Customer.ID); err != nil {
			return g, err
		}
	}
	copies, err := store.Backups(p.backups)
	g.Copies = len(copies)
	return g, err
}

// sitesOf returns the sites that an order is about, by domain.
func (p *Service) sitesOf(o Order) []store.SiteInfo {
	if o.Site.ID != "" {
		return []store.SiteInfo{o.Site}
	}
	sites := slices.DeleteFunc(p.store.Sites(), func(i store.SiteInfo) bool { return i.Customer != o.Customer.ID })
	slices.SortFunc(sites, func(a, b store.SiteInfo) int { return strings.Compare(a.Domain, b.Domain) })
	return sites
}

func (p *Service) count(ctx context.Context, info store.SiteInfo, o Order) (store.Erased, error) {
	ctx, done := context.WithCancel(ctx)
	defer done()
	site, err := p.store.Site(ctx, info.ID)
	if err != nil {
		return store.Erased{}, err
	}
	switch o.kind() {
	case store.EraseVisitor:
		return site.CountVisitor(ctx, o.Keys...)
	case store.EraseBefore:
		return site.CountBefore(ctx, o.Before)
	}
	return site.CountBefore(ctx, time.Now().AddDate(100, 0, 0))
}

// usersOf returns the addresses of the people who belong to this customer alone.
func (p *Service) usersOf(ctx context.Context, customer int64) (emails []string, err error) {
	users, err := p.store.Control().Users(ctx)
	for _, u := range users {
		if _, theirs := u.Roles[customer]; theirs && len(u.Roles) == 1 {
			emails = append(emails, u.Email)
		}
	}
	return emails, err
}

// Progress is how far an erasure is.
type Progress struct {
	Step  string // in words
	Done  int    // steps
	Steps int
}

// Erase erases what an order says: in the data, in every backup here, and for hits that still come, and returns the receipt. From the
// moment it begins the order is kept, so that after any error, and any end of the program, Resume goes on with it; giving the order again does
// too. Tell is called between steps; nil: nobody is told.
func (p *Service) Erase(ctx context.Context, o Order, tell func(Progress)) (Receipt, error) {
	p.busy.Lock()
	defer p.busy.Unlock()
	number, err := p.note(ctx, o)
	if err != nil {
		return Receipt{}, fmt.Errorf("nothing was erased: %w", err)
	}
	stones, err := p.store.Control().OpenTombstonesOf(ctx, number)
	if err == nil {
		err = p.publish(ctx)
	}
	var r Receipt
	if err == nil {
		r, err = p.carryOut(ctx, stones, tell)
	}
	if err != nil {
		return Receipt{}, fmt.Errorf("the erasure did not come to its end: %w; it goes on by itself tonight, or when it is asked for again", err)
	}
	return r, nil
}

// Open reports whether the same order was given before and is not carried out yet.
func (p *Service) Open(ctx context.Context, o Order) (bool, error) {
	_, err := p.store.Control().SameOpenTombstone(ctx, stoneOf(o), false)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// Begin is Erase in the background: when it returns the order is on disk, and Work carries it out, whatever becomes of the program. It returns
// the number that the receipt will have, and by which Standing tells how far it is.
func (p *Service) Begin(ctx context.Context, o Order) (number string, err error) {
	if number, err = p.note(ctx, o); err == nil {
		p.wake()
	}
	return number, err
}

// note keeps an order that somebody waits for, with what there is of it now, and returns the number of its receipt. The same one that was
// begun before and is not done is gone on with instead.
func (p *Service) note(ctx context.Context, o Order) (number string, err error) {
	going, err := p.Preview(ctx, o)
	if err != nil {
		return "", err
	}
	base := stoneOf(o)
	base.Receipt, base.Counted = store.NewReceiptNumber(), going.Erased
	p.noting.Lock()
	defer p.noting.Unlock()
	switch same, err := p.store.Control().SameOpenTombstone(ctx, base, true); {
	case err == nil:
		return same.Receipt, nil
	case !errors.Is(err, store.ErrNotFound):
		return "", err
	}
	var stones []store.Tombstone
	if o.Site.ID == "" { // its sites go before it
		for _, info := range p.sitesOf(o) {
			stones = append(stones, siteStone(info.ID, base))
		}
	}
	return base.Receipt, p.add(ctx, append(stones, base))
}

// stoneOf returns the tombstone of an order that begins now.
func stoneOf(o Order) store.Tombstone {
	now := time.Now().UTC().Truncate(time.Second)
	return store.Tombstone{Kind: o.kind(), Site: o.Site.ID, Customer: o.Customer.ID, Keys: o.Keys, Before: o.Before, Asked: now, Forget: now.Add(CopiesLive)}
}

// siteStone returns the tombstone of a site that goes with its customer.
func siteStone(id string, customer store.Tombstone) store.Tombstone {
	return store.Tombstone{Kind: store.EraseSite, Site: id, Asked: customer.Asked, Forget: customer.Forget, Receipt: customer.Receipt}
}

func (p *Service) add(ctx context.Context, stones []store.Tombstone) error {
	added, err := p.store.Control().AddTombstones(ctx, stones)
	for _, t := range added {
		p.refuse(t)
	}
	return err
}

// publish writes the tombstones beside the copies.
func (p *Service) publish(ctx context.Context) error { return p.Publish(ctx, p.backups) }

// Publish writes the tombstones into a directory of copies, beside them.
func (p *Service) Publish(ctx context.Context, dir string) error {
	p.listing.Lock()
	defer p.listing.Unlock()
	all, err := p.store.Control().Tombstones(ctx)
	if err != nil {
		return err
	}
	return store.WriteTombstones(dir, all)
}

// carryOut erases what tombstones tell of, in the data first and then in the copies: of visitors of one site, or of one order. It writes the
// receipts, and only then are they done: after an end of the program before that all is gone
// over once more.
func (p *Service) carryOut(ctx context.Context, stones []store.Tombstone, tell func(Progress)) (r Receipt, err error) {
	if stones, err = p.withLateSites(ctx, stones); err != nil {
		return r, err
	}
	data, copies, err := p.remove(ctx, stones, tell)
	if err != nil {
		return r, err
	}
	if r, err = p.receipts(ctx, stones, data, copies); err != nil {
		return r, err
	}
	return r, p.finish(ctx, stones)
}

// withLateSites adds the sites that were added to a customer after its erasure was asked for.
func (p *Service) withLateSites(ctx context.Context, stones []store.Tombstone) ([]store.Tombstone, error) {
	last := stones[len(stones)-1]
	if last.Kind != store.EraseCustomer {
		return stones, nil
	}
	var late []store.Tombstone
	for _, info := range p.sitesOf(Order{Customer: store.Customer{ID: last.Customer}}) {
		if !slices.ContainsFunc(stones, func(t store.Tombstone) bool { return t.Site == info.ID }) {
			late = append(late, siteStone(info.ID, last))
		}
	}
	if len(late) == 0 {
		return stones, nil
	}
	late, err := p.store.Control().AddTombstones(ctx, late)
	if err == nil {
		err = p.publish(ctx)
	}
	return append(late, stones...), err
}

// remove is the erasing of carryOut.
func (p *Service) remove(ctx context.Context, stones []store.Tombstone, tell func(Progress)) (data store.Erased, copies []store.Copy, err error) {
	work := stones
	if stones[0].Kind == store.EraseVisitor {
		one := stones[0]
		one.Keys = keysOf(stones)
		work = []store.Tombstone{one}
		if there, err := p.find(ctx, one, stones); err != nil || !there {
			return data, nil, err
		}
	}
	steps := len(work) + 1
	say := func(step string, done int) {
		if tell != nil {
			tell(Progress{step, done, steps})
		}
	}
	for i, t := range work {
		say("erasing in the data", i)
		e, err := p.store.Erase(ctx, t)
		if err != nil {
			return data, nil, err
		}
		data.Add(e)
	}
	say("erasing in the copies", len(work))
	if copies, err = p.store.EraseInBackups(ctx, p.backups, stones); err == nil {
		say("done", steps)
	}
	return data, copies, err
}

// find reports whether visitors are in the data, or were when their erasure began, and notes it: otherwise anybody could have all copies
// read and written anew with a number made up. Who is in copies only was let go of here for their age, and dies there with them.
func (p *Service) find(ctx context.Context, one store.Tombstone, stones []store.Tombstone) (bool, error) {
	if slices.ContainsFunc(stones, func(t store.Tombstone) bool { return t.Found }) {
		return true, nil
	}
	known, err := p.known(ctx, one.Site, one.Keys)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil || len(known) == 0 {
		return false, err
	}
	for _, t := range stones {
		if err := p.store.Control().FindTombstone(ctx, t.ID); err != nil {
			return false, err
		}
	}
	return true, nil
}

func (p *Service) finish(ctx context.Context, stones []store.Tombstone) error {
	for _, t := range stones {
		if err := p.store.Control().FinishTombstone(ctx, t.ID, time.Now()); err != nil {
			return err
		}
	}
	return nil
}

func keysOf(stones []store.Tombstone) (keys []uint64) {
	for _, t := range stones {
		keys = append(keys, t.Keys...)
	}
	return keys
}

// Resume goes on with erasures that did not come to their end, and with those that visitors asked for: all are tried, and the errors come
// back joined. It returns how many came to their end.
func (p *Service) Resume(ctx context.Context) (n int, err error) {
	return p.resume(ctx, func(store.Tombstone) bool { return true })
}

// FinishUsers takes people who were removed out of the copies too: the control file has let go of them already, and has them down to be.
func (p *Service) FinishUsers(ctx context.Context) error {
	_, err := p.resume(ctx, func(t store.Tombstone) bool { return t.Kind == store.EraseUser })
	return err
}

// resume is Resume for those tombstones that are wanted.
func (p *Service) resume(ctx context.Context, want func(store.Tombstone) bool) (n int, err error) {
	p.busy.Lock()
	defer p.busy.Unlock()
	stones, err := p.store.Control().OpenTombstones(ctx)
	if err != nil {
		return 0, err
	}
	open := together(slices.DeleteFunc(stones, func(t store.Tombstone) bool { return !want(t) }))
	if len(open) > 0 {
		if err := p.publish(ctx); err != nil {
			return 0, err
		}
	}
	var failed error
	for _, open := range open {
		_, err := p.carryOut(ctx, open, func(at Progress) { p.standing(open, at, nil) })
		p.standing(open, Progress{}, err)
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("an erasure of %s: %w", open[0].Asked.Format(time.DateOnly), err))
			continue
		}
		n += len(open)
	}
	return n, failed
}

// together returns the tombstones, those of one order in one, and those of a site's visitors: its files and copies are then gone through once
// for all who asked meanwhile.
func together(stones []store.Tombstone) (open [][]store.Tombstone) {
	where := map[string]int{} // of which order, or of the visitors of which site: where theirs are in open
	for _, t := range stones {
		of := t.Receipt
		if t.Kind == store.EraseVisitor {
			of = "visitors of " + t.Site
		}
		if at, known := where[of]; known && of != "" {
			open[at] = append(open[at], t)
			continue
		}
		where[of] = len(open)
		open = append(open, []store.Tombstone{t})
	}
	for _, stones := range open { // sites before their customer
		slices.SortStableFunc(stones, func(a, b store.Tombstone) int { return cmp.Compare(b.Kind, a.Kind) })
	}
	return open
}

// wake has Work look at what there is to do.
func (p *Service) wake() {
	select {
	case p.asked <- struct{}{}:
	default: // it is told already
	}
}

// tryAgain is how long Work waits before it goes on with what could not be done: room may have been made meanwhile.
const tryAgain = 10 * time.Minute

// Work carries out what was left undone and what Begin and Ask take, until ctx ends. Failed is told of errors.
func (p *Service) Work(ctx context.Context, failed func(error)) {
	for {
		var again <-chan time.Time
		if _, err := p.Resume(ctx); err != nil && ctx.Err() == nil {
			failed(err)
			again = time.After(tryAgain)
		}
		select {
		case <-ctx.Done():
			return
		case <-p.asked:
		case <-again:
		}
	}
}
