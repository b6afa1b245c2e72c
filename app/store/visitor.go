package store

import (
	"context"
	"database/sql"
	"encoding/binary"
	"maps"
	"slices"
	"strings"
	"time"
)

// VisitorRecord is all that is kept of one visitor, for that visitor to see.
type VisitorRecord struct {
	Visits int          `json:"visits"`
	Views  int          `json:"pageviews"`
	Events int          `json:"events"`
	Days   []VisitorDay `json:"days"` // by date
}

// VisitorDay is what is kept of the visits that began on a UTC day.
type VisitorDay struct {
	Date   string         `json:"day"` // 2006-01-02
	Visits int            `json:"visits"`
	Views  int            `json:"pageviews"`
	Events int            `json:"events"`
	Pages  map[string]int `json:"pages"` // page views by host and path
	Facts  []string       `json:"facts"` // each once: place, browser, system, device, language, width, source
}

// Visitor returns what is kept of the visitors with these keys, with nothing that is not in their rows. Nobody of that key: an empty record.
func (s *Site) Visitor(ctx context.Context, keys ...uint64) (VisitorRecord, error) {
	days := map[int32]*visitorDay{}
	err := s.inWriter(ctx, func() error {
		e := s.eraseVisitors(keys) // what would go is what there is
		if err := e.plan(ctx); err != nil {
			return err
		}
		if e.damaged != nil {
			return e.damaged
		}
		if err := e.reading(ctx, func(tx *sql.Tx) error { return e.readSealed(tx, days) }); err != nil {
			return err
		}
		e.readRows(days)
		return nil
	})
	var r VisitorRecord
	for _, date := range slices.Sorted(maps.Keys(days)) {
		d := days[date]
		d.Date, d.Visits = time.Unix(int64(date)*daySeconds, 0).UTC().Format(time.DateOnly), len(d.visits)
		d.Facts = slices.Sorted(maps.Keys(d.facts))
		r.Visits, r.Views, r.Events = r.Visits+d.Visits, r.Views+d.Views, r.Events+d.Events
		r.Days = append(r.Days, d.VisitorDay)
	}
	return r, err
}

// Known returns those of keys that something is kept under, in hits, imports and sealed days alike. A visitor whom RefuseWith's function refused
// before the call, and who is not among them, is not written afterwards either.
//
// The order makes it so. Hits are held against that function by the writer alone. So the rows in memory are listed in the writer's goroutine, between
// two commits: what it let through before the refusal is among them, or is sealed already, and whatever it commits later was held against the
// refusal. Only then the file is read: what sealing and imports take out of memory after the list was made is in the list all the same, and what they took before
// is in the file.
func (s *Site) Known(ctx context.Context, keys ...uint64) ([]uint64, error) {
	known := make(map[uint64]bool, len(keys))
	for _, k := range keys {
		known[k] = false
	}
	see := func(key uint64) {
		if _, sought := known[key]; sought {
			known[key] = true
		}
	}
	var days []hotRows
	if err := s.inWriter(ctx, func() error { days = s.unsealed(see); return nil }); err != nil {
		return nil, err
	}
	for _, d := range days {
		for i := range d.rows.n {
			see(d.rows.at(i).visitor)
		}
	}
	if err := s.sealedKeys(ctx, see); err != nil {
		return nil, damaged(err)
	}
	return slices.DeleteFunc(slices.Clone(keys), func(k uint64) bool { return !known[k] }), nil
}

// unsealed returns the days that are in memory, those of imports too, and calls see for the keys of engagements that wait for their page view.
func (s *Site) unsealed(see func(key uint64)) (days []hotRows) {
	s.mu.Lock()
	defer s.mu.Unlock()
	of := func(hot map[int32]*hotDay, early map[uint64][]row) {
		for date, d := range hot {
			days = append(days, d.now(date))
		}
		for _, rows := range early {
			for i := range rows {
				see(rows[i].visitor)
			}
		}
	}
	of(s.hot.days, s.hot.early)
	for im := range s.imports {
		of(im.days, im.early)
	}
	return days
}

// sealedKeys calls see for the keys of visitors that are in the file.
func (s *Site) sealedKeys(ctx context.Context, see func(key uint64)) error {
	ctx, leave, err := s.gate.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	tx, err := s.read.BeginTx(ctx, nil) // one look at both tables
	if err != nil {
		return err
	}
	defer tx.Rollback() // it has read only
	for _, place := range keyPlaces {
		err := eachKeyRow(ctx, tx, func(r keyRow) error {
			for i := 0; i < len(r.keys); i += 8 {
				see(binary.LittleEndian.Uint64(r.keys[i:]))
			}
			return nil
		}, place.query)
		if err != nil {
			return err
		}
	}
	return nil
}

// visitorDay is a day that is being put together.
type visitorDay struct {
	VisitorDay
	visits map[int64]struct{} // by number; of sealed ones by place, below 0
	facts  map[string]struct{}
}

func dayOf(days map[int32]*visitorDay, date int32) *visitorDay {
	d := days[date]
	if d == nil {
		d = &visitorDay{VisitorDay: VisitorDay{Pages: map[string]int{}}, visits: map[int64]struct{}{}, facts: map[string]struct{}{}}
		days[date] = d
	}
	return d
}

// tell adds the values of a dictionary entry, all fields or those named.
func (d *visitorDay) tell(values []string, id uint32, fields ...int) {
	if int(id) >= len(values) {
		return
	}
	all := strings.Split(values[id], FieldSep)
	for i, field := range all {
		if field != "" && (len(fields) == 0 || slices.Contains(fields, i)) {
			d.facts[field] = struct{}{}
		}
	}
}

func (d *visitorDay) view(values []string, id uint32) {
	d.Views++
	if int(id) < len(values) {
		host, rest, _ := strings.Cut(values[id], FieldSep)
		path, _, _ := strings.Cut(rest, FieldSep)
		d.Pages[host+path]++
	}
}

// readSealed reads what is in sealed days.
func (e *erasure) readSealed(tx *sql.Tx, days map[int32]*visitorDay) error {
	values := e.site.dictValues()
	var b Block
	for _, c := range e.cuts {
		if c.imported != 0 { // nobody can ask for it yet
			continue
		}
		if err := e.site.loadPart(tx, c.part, AllColumns, &b); err != nil {
			return err
		}
		view, event := 0, 0
		for i := range b.Visits {
			views, events := int(b.Cols[VisitViews][i]), int(b.Cols[VisitEvents][i])
			if e.goes(&b, i) {
				d := dayOf(days, c.date())
				d.visits[-1-int64(len(d.visits))] = struct{}{}
				d.Events += events
				for dim, col := range map[Dim]Column{Origins: VisitOrigin, Places: VisitPlace, Agents: VisitAgent, Languages: VisitLanguage, Screens: VisitScreen} {
					d.tell(values[dim], b.Cols[col][i])
				}
				for _, id := range b.Cols[ViewPage][view : view+views] {
					d.view(values[Pages], id)
				}
				for _, id := range b.Cols[EventName][event : event+events] {
					d.tell(values[Events], id)
				}
			}
			view, event = view+views, event+events
		}
	}
	return nil
}

// readRows reads what is in hot rows.
func (e *erasure) readRows(days map[int32]*visitorDay) {
	values := e.site.dictValues()
	e.site.mu.Lock()
	defer e.site.mu.Unlock()
	e.eachRow(e.site.hot.days, nil, func(r *row) {
		if r.kind == Engage {
			return
		}
		d := dayOf(days, int32(r.start/daySeconds))
		d.visits[r.visit] = struct{}{}
		for dim, id := range r.entries() {
			if dim != int(Pages) && dim != int(Props) && dim != int(Currencies) {
				d.tell(values[dim], id)
			}
		}
		if r.kind == Pageview {
			d.view(values[Pages], r.page)
		} else {
			d.Events++
		}
	})
}

// dictValues returns the values of all dictionaries as they are now.
func (s *Site) dictValues() (values [NumDims][]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for dim, d := range s.dicts {
		values[dim] = d.values
	}
	return values
}
