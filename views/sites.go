package views

import (
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"sandprint/app/report"
)

// SiteList is the page of all sites of a person.
type SiteList struct {
	Page     Page
	Cards    []SiteCard // of this page of the list: the reader's pins first
	Search   string     // only sites whose domain contains it; may be empty
	Number   int        // of the page of the list, from 1
	Of       int        // sites in all of the list
	Any      bool       // there are sites, whatever was searched for
	CanAdd   bool       // the reader may add a site
	Together *SiteSums  // nil: not asked for
	Said     string     // what a form that led here has done, or empty
}

// SitesRows is how many sites a page of the list has.
const SitesRows = 50

// SiteCard is a site at a glance.
type SiteCard struct {
	Domain    string
	Number    int64  // by which the service log names it
	Pin       int    // its place among the reader's pins, from 1; 0: it is not pinned
	CanChange bool   // the reader may change its settings
	Trouble   string // why there are no figures: a sentence; empty: there are some, or they were not asked for
	Known     bool   // the figures are there
	SiteFigures
}

// SiteFigures are what a card says of a site, or the totals of several.
type SiteFigures struct {
	Days     []float64 // visitors on each of the last 28 days, today being the last, each in the site's time zone
	LastWeek float64   // visitors on the same weekday a week ago, up to the same time
	Live     float64   // visitors in the last five minutes
}

// SiteSums are the figures of several sites, added up.
type SiteSums struct {
	SiteFigures
	Sites, Without int // how many are in it, and how many are left out
}

// Today returns the visitors of today so far.
func (f SiteFigures) Today() float64 {
	if len(f.Days) == 0 {
		return 0
	}
	return f.Days[len(f.Days)-1]
}

// silent reports whether nobody came in the last 28 days.
func (f SiteFigures) silent() bool {
	return !slices.ContainsFunc(f.Days, func(n float64) bool { return n > 0 })
}

// Add adds the figures of a site.
func (s *SiteSums) Add(f SiteFigures) {
	if s.Days == nil {
		s.Days = make([]float64, len(f.Days))
	}
	for i := range min(len(s.Days), len(f.Days)) {
		s.Days[i] += f.Days[i]
	}
	s.LastWeek, s.Live, s.Sites = s.LastWeek+f.LastWeek, s.Live+f.Live, s.Sites+1
}

// change says how today compares with the same weekday a week ago, up to the same time.
func (f SiteFigures) change(w *Words) (string, Mood) {
	return w.Change(report.Visitors, report.Value{Number: f.Today(), Known: true}, report.Value{Number: f.LastWeek, Known: true})
}

// url returns the address of the list with another page; totals asks for what all sites come to.
func (l SiteList) url(number int, totals bool) string {
	q := url.Values{}
	if l.Search != "" {
		q.Set("q", l.Search)
	}
	if number > 1 {
		q.Set("page", strconv.Itoa(number))
	}
	if totals {
		q.Set("totals", "1")
	}
	if len(q) == 0 {
		return "/sites"
	}
	return "/sites?" + q.Encode()
}

// pages returns how many pages the list has.
func (l SiteList) pages() int { return (l.Of + SitesRows - 1) / SitesRows }

// shown says which sites are shown.
func (l SiteList) shown() string {
	w, first := l.Page.Words, (l.Number-1)*SitesRows
	return w.F("%s–%s of %s", w.Exact(float64(first+1)), w.Exact(float64(first+len(l.Cards))), w.Exact(float64(l.Of)))
}

// searches reports whether the list is long enough for a search field.
func (l SiteList) searches() bool { return l.Search != "" || l.Of > 6 }

// key returns the key that opens the site of a card; 0: none.
func (s SiteCard) key() int {
	if s.Pin > 9 {
		return 0
	}
	return s.Pin
}

// Size of a spark line, in its own units.
const (
	sparkWide = 280
	sparkHigh = 48
)

// sparkLine is a site's last days, laid out: the whole days as a line with what is under it, and the way to today, which
// is not over.
type sparkLine struct{ Line, Area, Unfinished string }

// drawSpark lays the days out, the highest at 2 and zero at 46.
func drawSpark(days []float64) (s sparkLine) {
	if len(days) < 2 {
		return s
	}
	top := 1.0
	for _, n := range days {
		top = math.Max(top, n)
	}
	point := func(i int) string {
		return unit(float64(i)*sparkWide/float64(len(days)-1)) + " " + unit(sparkHigh-2-(sparkHigh-4)*days[i]/top)
	}
	var b strings.Builder
	last := len(days) - 2
	for i := range last + 1 {
		b.WriteString(map[bool]string{true: "M", false: "L"}[i == 0] + point(i))
	}
	s.Line = b.String()
	s.Area = s.Line + "L" + point(last+1) + "V46H0Z"
	s.Unfinished = "M" + point(last) + "L" + point(last+1)
	return s
}

// todayText says what the number of today is of.
func (l SiteList) todayText(f SiteFigures) string {
	if f.Today() == 1 {
		return l.Page.Words.T("visitor today")
	}
	return l.Page.Words.T("visitors today")
}
