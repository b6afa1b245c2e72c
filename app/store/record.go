package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// VisitorRecord is all that is kept of one visitor, for that visitor to see. Left out are only the numbers that join the rows of a visit and of a
// visitor, which say nothing by themselves, and time spent on a page of which nothing else came, which is dropped the next night.
type VisitorRecord struct {
	Visits int            `json:"visits"`
	Views  int            `json:"pageviews"`
	Events int            `json:"events"`
	Kept   []VisitorVisit `json:"kept"`           // the visits, in order of their begin
	Also   []string       `json:"also,omitempty"` // what else hits of days that are not sealed yet say, beside what their visits do: of a browser that moved to another country …
}

// VisitorVisit is one visit.
type VisitorVisit struct {
	Began          time.Time      `json:"began"`             // UTC, to the second
	Seconds        int            `json:"seconds"`           // to the last hit or engagement
	Visitor        string         `json:"visitor,omitempty"` // "new" or "returning"; empty: not known
	Source         string         `json:"source,omitempty"`
	Channel        string         `json:"channel,omitempty"`
	Referrer       string         `json:"referrer,omitempty"`
	UTMSource      string         `json:"utm_source,omitempty"`
	UTMMedium      string         `json:"utm_medium,omitempty"`
	UTMCampaign    string         `json:"utm_campaign,omitempty"`
	UTMContent     string         `json:"utm_content,omitempty"`
	UTMTerm        string         `json:"utm_term,omitempty"`
	Country        string         `json:"country,omitempty"` // ISO 3166-1
	Region         string         `json:"region,omitempty"`
	City           string         `json:"city,omitempty"`
	Browser        string         `json:"browser,omitempty"`
	BrowserVersion string         `json:"browser_version,omitempty"`
	OS             string         `json:"os,omitempty"`
	OSVersion      string         `json:"os_version,omitempty"`
	Device         string         `json:"device,omitempty"`
	Model          string         `json:"device_model,omitempty"`
	Language       string         `json:"language,omitempty"`
	Screen         string         `json:"screen,omitempty"` // width class
	Views          []VisitorView  `json:"pageviews"`
	Events         []VisitorEvent `json:"events"`
}

// VisitorView is one page view.
type VisitorView struct {
	At      time.Time `json:"at"`
	Host    string    `json:"host"`
	Path    string    `json:"path"`
	Title   string    `json:"title,omitempty"`
	Seconds float64   `json:"time_on_page"` // seconds in view and focus, to a tenth
	Scroll  int       `json:"scroll_depth"` // percent, the deepest; 0: not known
}

// VisitorEvent is one event, a search too.
type VisitorEvent struct {
	At       time.Time         `json:"at"`
	Name     string            `json:"event"`
	Host     string            `json:"host"`
	Path     string            `json:"path"`
	Title    string            `json:"title,omitempty"`
	Props    map[string]string `json:"properties,omitempty"`
	Amount   int64             `json:"amount,omitempty"` // minor units
	Currency string            `json:"currency,omitempty"`
}

// Visitor returns what is kept of the visitors with these keys, with nothing that is not in their rows. Nobody of that key: an empty record.
func (s *Site) Visitor(ctx context.Context, keys ...uint64) (VisitorRecord, error) {
	r := recording{VisitorRecord: VisitorRecord{Kept: []VisitorVisit{}}}
	err := s.inWriter(ctx, func() error {
		e := s.eraseVisitors(keys) // what would go is what there is
		if err := e.plan(ctx); err != nil {
			return err
		}
		if e.damaged != nil {
			return e.damaged
		}
		r.values = s.dictValues()
		if err := e.reading(ctx, func(tx *sql.Tx) error { return r.readSealed(tx, e) }); err != nil {
			return err
		}
		r.readRows(e)
		return nil
	})
	slices.SortStableFunc(r.Kept, func(a, b VisitorVisit) int { return a.Began.Compare(b.Began) })
	return r.VisitorRecord, err
}

// recording is a record that is being put together.
type recording struct {
	VisitorRecord
	values [NumDims][]string
}

// readSealed reads what is in sealed days.
func (r *recording) readSealed(tx *sql.Tx, e *erasure) error {
	var b Block
	for _, c := range e.cuts {
		if c.imported != 0 { // nobody can ask for it yet
			continue
		}
		if err := e.site.loadPart(tx, c.part, AllColumns, &b); err != nil {
			return err
		}
		_, theirs, ok := b.split(func(i int) bool { return e.goes(&b, i) })
		if !ok {
			return errDamaged(c.part)
		}
		r.add(theirs)
	}
	return nil
}

// readRows reads what is in hot rows: they become the same columns that the days will have, and what single rows say beside them is told too.
func (r *recording) readRows(e *erasure) {
	days := map[int32]*rowList{}
	e.site.mu.Lock()
	for date, d := range e.site.hot.days {
		e.eachRow(map[int32]*hotDay{date: d}, nil, func(row *row) {
			if days[date] == nil {
				days[date] = &rowList{}
			}
			days[date].add(row)
		})
	}
	e.site.mu.Unlock()
	for date, rows := range days {
		told := map[string]bool{"": true, "Direct": true} // which is where a hit comes from that says nothing of it
		for _, b := range fold(date, *rows, func(*row) uint32 { return 0 }) {
			r.add(b)
			for _, c := range []Column{VisitOrigin, VisitPlace, VisitAgent, VisitLanguage, VisitScreen} {
				for _, id := range b.Cols[c] {
					for _, text := range r.fields(dictColumns[c], id) {
						told[text] = true
					}
				}
			}
		}
		for i := range rows.n {
			for dim, id := range rows.at(i).entries() {
				if d := Dim(dim); rows.at(i).kind == Engage || d == Pages || d > Screens {
					continue
				}
				for _, text := range r.fields(Dim(dim), id) {
					if !told[text] {
						told[text] = true
						r.Also = append(r.Also, text)
					}
				}
			}
		}
	}
	slices.Sort(r.Also)
}

// fields returns the fields of a dictionary entry, at least eight.
func (r *recording) fields(dim Dim, id uint32) []string {
	fields := make([]string, 0, 8)
	if int(id) < len(r.values[dim]) {
		fields = append(fields, strings.Split(r.values[dim][id], FieldSep)...)
	}
	for len(fields) < 8 {
		fields = append(fields, "")
	}
	return fields
}

// add adds the visits of a block that has no others.
func (r *recording) add(b *Block) {
	view, event := 0, 0
	for i := range b.Visits {
		views, events := int(b.Cols[VisitViews][i]), int(b.Cols[VisitEvents][i])
		v := r.visit(b, i)
		at := v.Began
		for j := view; j < view+views; j++ {
			at = at.Add(time.Duration(b.Cols[ViewDelay][j]) * time.Second)
			page := r.fields(Pages, b.Cols[ViewPage][j])
			v.Views = append(v.Views, VisitorView{At: at, Host: page[0], Path: page[1], Title: page[2], Seconds: float64(b.Cols[ViewEngaged][j]) / 10, Scroll: int(b.Cols[ViewScroll][j])})
		}
		for j := event; j < event+events; j++ {
			v.Events = append(v.Events, r.event(b, j, v.Began))
		}
		view, event = view+views, event+events
		r.Kept = append(r.Kept, v)
		r.Visits, r.VisitorRecord.Views, r.VisitorRecord.Events = r.Visits+1, r.VisitorRecord.Views+views, r.VisitorRecord.Events+events
	}
}

// visit returns a visit without its page views and events.
func (r *recording) visit(b *Block, i int) VisitorVisit {
	from, place, agent := r.fields(Origins, b.Cols[VisitOrigin][i]), r.fields(Places, b.Cols[VisitPlace][i]), r.fields(Agents, b.Cols[VisitAgent][i])
	return VisitorVisit{
		Began: time.Unix(int64(b.Date)*daySeconds+int64(b.Cols[VisitStart][i]), 0).UTC(), Seconds: int(b.Cols[VisitDuration][i]),
		Visitor: [...]string{UnknownVisitor: "", NewVisitor: "new", ReturningVisitor: "returning"}[b.Cols[VisitType][i]%3],
		Source:  from[0], Channel: from[1], Referrer: from[2], UTMSource: from[3], UTMMedium: from[4], UTMCampaign: from[5], UTMContent: from[6], UTMTerm: from[7],
		Country: place[0], Region: place[1], City: place[2],
		Browser: agent[0], BrowserVersion: agent[1], OS: agent[2], OSVersion: agent[3], Device: agent[4], Model: agent[5],
		Language: r.fields(Languages, b.Cols[VisitLanguage][i])[0], Screen: r.fields(Screens, b.Cols[VisitScreen][i])[0],
		Views: []VisitorView{}, Events: []VisitorEvent{},
	}
}

// event returns event j of a block, of a visit that began at a time.
func (r *recording) event(b *Block, j int, began time.Time) VisitorEvent {
	page := r.fields(Pages, b.Cols[EventPage][j])
	e := VisitorEvent{At: began.Add(time.Duration(b.Cols[EventDelay][j]) * time.Second), Name: r.fields(Events, b.Cols[EventName][j])[0],
		Host: page[0], Path: page[1], Title: page[2], Amount: b.Amounts[j], Currency: r.fields(Currencies, b.Cols[EventCurrency][j])[0]}
	if text := r.fields(Props, b.Cols[EventProps][j])[0]; text == OtherValue {
		e.Props = map[string]string{OtherValue: ""}
	} else if text != "" {
		_ = json.Unmarshal([]byte(text), &e.Props) // of no other form is anything kept
	}
	return e
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
