package views

import (
	"slices"
	"strconv"
	"strings"

	"sandprint/app/report"
)

// Segment is a saved segment: filters with a name.
type Segment struct {
	ID        int64
	Name      string
	Filters   []report.Filter
	Shared    bool // the site's; else the reader's own
	CanChange bool // by the reader
}

// Segments is the page of a site's segments.
type Segments struct {
	Page      Page
	View      View            // of the page that it leads back to
	Filters   []report.Filter // all that the view filters by, segments included
	List      []Segment
	CanShare  bool   // the reader may save for the site
	Name      string // as typed into the form that saves
	Said      string // what was done
	Wrong     Wrong
	WrongWith int64 // the segment whose form was wrong; 0: the one that saves
}

// mine and shared split segments by whose they are.
func mine(list []Segment) []Segment {
	return slices.DeleteFunc(slices.Clone(list), func(s Segment) bool { return s.Shared })
}

func shared(list []Segment) []Segment {
	return slices.DeleteFunc(slices.Clone(list), func(s Segment) bool { return !s.Shared })
}

// applied returns the segments of the view.
func (d Dashboard) applied() []Segment {
	return slices.DeleteFunc(slices.Clone(d.Segments), func(s Segment) bool { return !d.View.hasSegment(s.ID) })
}

// narrowed reports whether the view filters at all.
func (v View) narrowed() bool { return len(v.Filters)+len(v.values["segment"]) > 0 }

func (v View) hasSegment(id int64) bool {
	return slices.Contains(v.values["segment"], strconv.FormatInt(id, 10))
}

// withoutSegment returns the view without one of its segments.
func (v View) withoutSegment(id int64) View {
	text := strconv.FormatInt(id, 10)
	left := slices.DeleteFunc(slices.Clone(v.values["segment"]), func(s string) bool { return s == text })
	if v = v.with("segment", ""); len(left) > 0 {
		v.values["segment"] = left
	}
	return v
}

// toggled returns the view with a segment more, or without it where it is there already.
func (v View) toggled(id int64) View {
	if v.hasSegment(id) {
		return v.withoutSegment(id)
	}
	list := append(slices.Clone(v.values["segment"]), strconv.FormatInt(id, 10))
	v = v.with()
	v.values["segment"] = list
	return v
}

// WithSegment returns the view filtered by a segment and nothing else.
func (v View) WithSegment(id int64) View { return v.bare().toggled(id) }

// WithoutSegment returns the view without one of its segments.
func (v View) WithoutSegment(id int64) View { return v.withoutSegment(id) }

// Spelled returns the view with the filters of a segment in its place, so that they can be changed one by one.
func (v View) Spelled(s Segment) View {
	v = v.bare()
	v.Filters = s.Filters
	return v
}

// Segments returns the address of the page of the site's segments, which leads back to the view, with pairs of further
// parameters.
func (v View) Segments(more ...string) string {
	return View{Site: v.Site}.at("/segments", append([]string{"back", v.URL()}, more...)...)
}

// segmentText writes the filters of a segment.
func (w *Words) segmentText(s Segment) string {
	texts := make([]string, len(s.Filters))
	for i, f := range s.Filters {
		texts[i] = w.FilterText(f)
	}
	return strings.Join(texts, " · ")
}

// action returns the address that a segment's forms are sent to.
func (s Segment) action(site, what string) string {
	return View{Site: site}.at("/segments/" + strconv.FormatInt(s.ID, 10) + what)
}

// wrongOf returns what was wrong with a segment's form, or with the one that saves for 0.
func (p Segments) wrongOf(id int64) Wrong {
	if p.WrongWith == id {
		return p.Wrong
	}
	return Wrong{}
}
