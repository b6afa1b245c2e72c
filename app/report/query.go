// Package report answers questions about groups of visitors: a Query in, an Answer out.
//
// A question selects hits (page views and events) by their own time and by filters, sorts them into rows by a
// dimension, and counts. All figures of a row are about its selected hits, the visits that have one, and the visitors
// that have one:
//
//	visitors        distinct visitors with a selected hit
//	visits          distinct visits with a selected hit (so midnight splits no visit, and a visit over midnight counts
//	                once in a range that holds both days, and in each of the two days)
//	pageviews       selected page views;  events: selected custom events
//	views_per_visit pageviews / visits
//	bounce_rate     percent of the visits that have exactly one hit in all (page view or event)
//	visit_duration  seconds from first hit to last hit or engagement of those visits, averaged; bounces included
//	time_on_page    engaged seconds of the selected page views / visits that have one of them
//	scroll_depth    percent: the deepest per visit and page, averaged over visits and pages whose depth is known
//	exit_rate       percent: visits of a row by exit_page / selected views of that page; not known of other rows
//	conversions     selected hits that reach a goal (once per goal);  revenue: sum of their amounts
//	conversion_rate percent: visitors with a conversion / visitors of the row without the goal filter
//
// What a filter asks of a hit that has no such dimension (a page view has no event, property or goal) is never met: is,
// contains and matches drop the hit, not and lacks keep it. The dimension "did", for filters only, has the names of all goals
// that are reached in the whole of the hit's visit. A filter that names goals also says which goals count. Totals
// are over everything selected, so they do not depend on the dimension: page views count there though they are in no
// row by event. An amount counts once in a row, however many goals its hit reaches. The rate of a row that is a goal is
// of all visitors selected without the filters on goals.
//
// The smallest group shown is enforced here, once, for every way out (floor.go).
//
// A call becomes parts (part.go): rows by a dimension, or totals, of what a selection selects; questions share what they
// have in common. The blocks are gone through once (scanner.go). Of each, a selection first picks what it selects
// (selection.go, picked.go), and then each part is counted over the picked columns, of which everything is selected
// (scan.go), into a tally (tally.go). Visitors are counted exactly: who comes only once in the blocks that are read needs
// no set (crowd.go, set.go).
package report

import (
	"time"
)

// Metric is a figure of the stats contract, by its name there.
type Metric string

// The metrics.
const (
	Visitors       Metric = "visitors"
	Visits         Metric = "visits"
	Pageviews      Metric = "pageviews"
	ViewsPerVisit  Metric = "views_per_visit"
	BounceRate     Metric = "bounce_rate"    // percent, 0–100
	VisitDuration  Metric = "visit_duration" // seconds
	EventCount     Metric = "events"
	TimeOnPage     Metric = "time_on_page" // seconds
	ScrollDepth    Metric = "scroll_depth" // percent, 0–100
	Conversions    Metric = "conversions"
	ConversionRate Metric = "conversion_rate" // percent, 0–100
	Revenue        Metric = "revenue"         // minor units of one currency
	ExitRate       Metric = "exit_rate"       // percent, 0–100; of rows by exit_page only
)

// Dimension is what rows are made by, by its name in the stats contract: "page", "country", "prop:plan", or one of the
// time buckets "minute", "hour", "day", "week", "month". Empty: totals only.
type Dimension string

// Op is how a filter compares.
type Op string

// The operators. Is, Not: one of the values, none of them (exactly). Contains, Lacks: some value is within, none is
// (letter case aside). Matches: a path pattern, where * stays within a level and ** crosses levels.
const (
	Is       Op = "is"
	Not      Op = "not"
	Contains Op = "contains"
	Lacks    Op = "lacks"
	Matches  Op = "matches"
)

// Filter keeps the hits whose dimension compares so with any of the values. Filters of a query are joined by AND.
type Filter struct {
	By     Dimension
	Op     Op
	Values []string
	Of     int64 // the saved segment that it is part of; 0: none. Answers don't depend on it
}

// Period is a stretch of time in the site's zone.
type Period struct {
	Name     string    // as asked for: "30d", "month", "custom" …
	From, To time.Time // half-open, in the site's zone; both are midnights except for realtime and 24h
}

// SameWeekday lays a comparison so that weekday stands against weekday; the other value of the parameter match is "date".
const SameWeekday = "weekday"

// Order is one key to sort rows by: a metric, or the row's own name when Metric is empty.
type Order struct {
	Metric    Metric
	Ascending bool
}

// Query is one question about one site.
type Query struct {
	Period  Period
	Compare *Period // nil: no comparison
	Match   string  // how Compare was laid: SameWeekday, or "" for the same date
	Metrics []Metric
	By      Dimension
	Filters []Filter
	Except  []Filter // a segment to leave out: the visits with a hit in the period that all of these keep; empty: none
	Sort    []Order  // empty: first metric descending, then name; time buckets are always in order of time
	Search  []string // only rows whose name contains one of these, letter case aside; empty: all. Totals and the floor are as without
	Titles  bool     // rows by page, entry_page or exit_page also have their Title
	Limit   int      // rows at most; not for time buckets
	Offset  int
	Now     time.Time // the clock, in the site's zone; marks the bucket that is not over
}

// Value is one figure. Known is false where there is nothing to divide by or the group is too small to show.
type Value struct {
	Number   float64
	Known    bool
	Currency string // of Revenue; Number is then minor units
}

// Row is one row of an answer.
type Row struct {
	Name     string    // the dimension's value; for time buckets the label of the contract
	Title    string    // of a page, where Query.Titles asks for it: the newest that it had; empty: none
	Start    time.Time // of a time bucket
	Partial  bool      // a time bucket that is not over yet
	Values   []Value   // by Query.Metrics
	Previous []Value   // the same in the comparison; nil without one
	Was      time.Time // start of the time bucket that Previous is of; zero: there is none
}

// Hidden tells what the floor kept back.
type Hidden struct {
	Rows   int // rows folded into "(other)", or time buckets left blank
	Reason string
}

// Answer is what Run returns.
type Answer struct {
	Site      string // domain
	Query     Query
	Rows      []Row
	Totals    []Value // over everything selected, whatever the limit and the floor
	Previous  []Value // totals of the comparison; nil without one
	TotalRows int     // rows that Query.Search finds, before limit and offset
	Hidden    Hidden
	Damaged   []time.Time   // UTC days of the period and the comparison that are left out, by date: the file is damaged there
	Read      int           // page views and events read
	Took      time.Duration // to answer
}
