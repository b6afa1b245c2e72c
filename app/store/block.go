package store

import (
	"math/bits"

	"sandprint/app/column"
)

// Column names one column of a Block.
type Column uint8

// The columns. Visit columns have one value a visit, view columns one a page view, event columns one an event; the page
// views (and events) of a visit lie side by side, in the order of the visits.
const (
	VisitStart    Column = iota // seconds since the block's UTC midnight; ascending
	VisitDuration               // seconds from the first hit to the last hit or engagement
	VisitVisitor                // dense number of the visitor, below Snapshot.Visitors
	VisitType                   // a VisitorType
	VisitOrigin                 // id in Origins
	VisitPlace                  // id in Places
	VisitAgent                  // id in Agents
	VisitLanguage               // id in Languages
	VisitScreen                 // id in Screens
	VisitViews                  // number of page views; 0 for a visit of events only
	VisitEvents                 // number of events

	ViewDelay   // seconds since the visit's previous page view; of the first one, since the visit's start
	ViewPage    // id in Pages
	ViewScroll  // deepest percent seen, 1–100; 0: not known
	ViewEngaged // engaged time in tenths of a second, rounded

	EventDelay    // seconds since the visit's start
	EventName     // id in Events
	EventPage     // id in Pages
	EventProps    // id in Props
	EventCurrency // id in Currencies; 0: no revenue
	EventAmount   // revenue in minor units, in Block.Amounts (it may exceed 32 bits and be negative)

	NumColumns
)

// columnNames names the columns for people.
var columnNames = [lostLast + 1]string{"start", "duration", "visitor", "type", "origin", "place", "agent", "language", "screen",
	"views", "events", "view delay", "view page", "view scroll", "view engaged", "event delay", "event name", "event page",
	"event properties", "event currency", "event amount", "summary", "a hit", "visitors who come back", "totals of the day", "what was sealed of it before its end"}

// What a Damage may be of instead of a column.
const (
	lostSummary  = NumColumns + iota // the row that sums a block up
	lostHit                          // a hit of a hot day
	lostVisitors                     // the keys of a day's visitors
	lostTotal                        // what was left of a day that was dropped
	lostMarks                        // what is known of what was sealed before the day's end
	lostLast     = lostMarks
)

// String returns the column's name for people.
func (c Column) String() string { return columnNames[c] }

// Columns is a set of columns.
type Columns uint32

// Set returns a set of the given columns.
func Set(columns ...Column) Columns {
	var s Columns
	for _, c := range columns {
		s |= 1 << c
	}
	return s
}

// Has reports whether c is in s.
func (s Columns) Has(c Column) bool { return s&(1<<c) != 0 }

// first returns the lowest column in s, which must not be empty.
func (s Columns) first() Column { return Column(bits.TrailingZeros32(uint32(s))) }

// AllColumns is the set of all columns.
const AllColumns Columns = 1<<NumColumns - 1

// Block holds visits that started on one UTC day, as columns: what a question reads. A day is one block or, when it is
// large, several. Within a visit, page views and events are in the order of their times; of two in the same second
// the page view counts as the earlier.
type Block struct {
	Date    int32 // the UTC day, in days since 1970
	Visits  int
	Views   int
	Events  int
	Cols    [NumColumns][]uint32 // by Column; only those that were asked for are set
	Amounts []int64              // EventAmount, when asked for
	spare   [NumColumns][]uint32 // room of columns that are not set, to be used again
	wanted  Wanted               // of what is being read
}

// Wanted says which visits, and which page views and events, are wanted of columns: ranges, in order. Nil: all.
type Wanted struct{ Visits, Views, Events []column.Range }

// of returns what is wanted of a column. How many hits visits have is wanted of all: it tells where the hits are.
func (w *Wanted) of(c Column) []column.Range {
	switch {
	case c == VisitViews || c == VisitEvents:
		return nil
	case c < ViewDelay:
		return w.Visits
	case c < EventDelay:
		return w.Views
	}
	return w.Events
}

// decode reads a column, or what is wanted of it.
func (b *Block) decode(c Column, data []byte) ([]uint32, error) {
	if ranges := b.wanted.of(c); ranges != nil {
		return column.DecodeRanges(b.room(c), data, b.Len(c), ranges)
	}
	return column.Decode(b.room(c), data, b.Len(c))
}

// room returns where column c can be read into: with some more than it needs when there is none yet, or each day that is larger than the
// ones before would leave what was read them into as garbage.
func (b *Block) room(c Column) []uint32 {
	if b.Cols[c] == nil {
		b.Cols[c] = b.spare[c]
	}
	if n := b.Len(c); cap(b.Cols[c]) < n {
		b.Cols[c] = make([]uint32, 0, n+n/4)
	}
	return b.Cols[c][:0]
}

// Dim names a dictionary of a site. Id 0 of each is the empty value (all fields empty).
type Dim uint8

// The dictionaries. The values of those with several fields are the fields joined by FieldSep.
const (
	Pages      Dim = iota // Host, Path, Title
	Origins               // the fields of Origin, in order
	Places                // Country, Region, City
	Agents                // the fields of Agent, in order
	Languages             //
	Screens               //
	Events                // names of events
	Props                 // a JSON object
	Currencies            // ISO 4217
	NumDims
)

// FieldSep separates the fields of a dictionary value. The door removes control characters, so no field has it.
const FieldSep = "\x1f"

// OtherValue stands, in each field, for values beyond a day's dictionary cap.
const OtherValue = "(other)"
