package web

import (
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"sandprint/app/account"
	"sandprint/app/report"
	"sandprint/views"
)

// withSegments returns the parameters of an address with the filters of the segments that it names behind its own, and in
// the place of the names. Of tells of each filter which segment it is part of; 0: none.
func (c *call) withSegments(values url.Values) (_ url.Values, of []int64, err error) {
	of = make([]int64, len(values["filter"]))
	if len(values["segment"]) == 0 {
		return values, of, nil
	}
	segments, err := c.server.Accounts.Segments(c.Context(), c.who, c.site.Info().Domain)
	if err != nil {
		return nil, nil, err
	}
	filters := slices.Clone(values["filter"])
	for _, text := range values["segment"] {
		segment, err := segmentBy(segments, text)
		if err != nil {
			return nil, nil, err
		}
		for _, f := range segment.Filters {
			filters, of = append(filters, f), append(of, segment.ID)
		}
	}
	whole := url.Values{}
	for key, list := range values {
		whole[key] = list
	}
	whole["filter"] = filters
	delete(whole, "segment")
	return whole, of, nil
}

// segmentBy returns the segment of a number; others are as if they were not there.
func segmentBy(segments []account.Segment, text string) (account.Segment, error) {
	id, err := strconv.ParseInt(text, 10, 64)
	at := slices.IndexFunc(segments, func(s account.Segment) bool { return s.ID == id })
	if err != nil || at < 0 {
		return account.Segment{}, account.ErrSegment
	}
	return segments[at], nil
}

// apiSegment is a segment as programs see it.
type apiSegment struct {
	ID      int64    `json:"id"`
	Name    string   `json:"name"`
	Filters []string `json:"filters"`
	Shared  bool     `json:"shared"` // the site's; else the user's own
}

// apiSegments lists the segments that the asker may use.
func (s *Server) apiSegments(w http.ResponseWriter, c *call) error {
	segments, err := s.Accounts.Segments(c.Context(), c.who, c.site.Info().Domain)
	if err != nil {
		return err
	}
	list := make([]apiSegment, len(segments))
	for i, g := range segments {
		list[i] = apiSegment{g.ID, g.Name, g.Filters, g.Shared}
	}
	return s.json(w, c, http.StatusOK, map[string]any{"segments": list})
}

// markSegments notes which filters of a question are part of a segment.
func markSegments(q *report.Query, of []int64) {
	for i := range q.Filters {
		q.Filters[i].Of = of[i]
	}
}

// segmentsOf returns the segments that the reader may use, as pages show them. A filter that can't be read any more is left out
// here; whoever asks with the segment is told.
func (s *Server) segmentsOf(c *call) ([]views.Segment, error) {
	rows, err := s.Accounts.Segments(c.Context(), c.who, c.site.Info().Domain)
	list := make([]views.Segment, len(rows))
	for i, row := range rows {
		list[i] = views.Segment{ID: row.ID, Name: row.Name, Shared: row.Shared, CanChange: row.CanChange}
		for _, text := range row.Filters {
			if f, err := report.ParseFilter(text); err == nil {
				list[i].Filters = append(list[i].Filters, f)
			}
		}
	}
	return list, err
}

// segments is the page of the site's segments, for those that the address to come back to filters by.
func (s *Server) segments(w http.ResponseWriter, c *call) error {
	return s.segmentsPage(w, c, http.StatusOK, views.Segments{Said: said(c)}, c.URL.Query().Get("back"))
}

func (s *Server) segmentsPage(w http.ResponseWriter, c *call, status int, page views.Segments, back string) error {
	view, q, err := c.backTo(back)
	if err != nil {
		return err
	}
	page.Page, page.View, page.Filters, page.CanShare = c.page(""), view, q.Filters, c.who.CanWrite(c.site.Info())
	if page.List, err = s.segmentsOf(c); err != nil {
		return err
	}
	return s.html(w, c, status, views.SegmentsPage(page))
}

// saveSegment gives a name to the filters of the page that the form was on, and leads back to it.
func (s *Server) saveSegment(w http.ResponseWriter, c *call) error {
	if err := c.formError(); err != nil {
		return err
	}
	back := c.PostFormValue("back")
	view, q, err := c.backTo(back)
	if err != nil {
		return err
	}
	name := c.PostFormValue("name")
	saved, err := s.Accounts.AddSegment(c.Context(), c.who, c.site.Info().Domain,
		account.Segment{Name: name, Filters: filterTexts(q.Filters), Shared: c.PostFormValue("shared") != ""})
	if err == nil {
		return redirect(w, view.WithSegment(saved.ID).URL())
	}
	page := views.Segments{Name: name}
	var status int
	if page.Wrong, status, err = wrongOf(err); err != nil {
		return err
	}
	return s.segmentsPage(w, c, status, page, back)
}

// filterTexts writes filters as the stats contract has them.
func filterTexts(filters []report.Filter) []string {
	list := make([]string, len(filters))
	for i, f := range filters {
		list[i] = f.String()
	}
	return list
}

// changeSegment renames a segment, replaces its filters by those of the page that the form was on, or changes whose it is.
func (s *Server) changeSegment(w http.ResponseWriter, c *call) error {
	if err := c.formError(); err != nil {
		return err
	}
	var change account.SegmentChange
	if c.PostForm.Has("name") {
		name := c.PostFormValue("name")
		change.Name = &name
	}
	view, q, err := c.backTo(c.PostFormValue("back"))
	if err != nil {
		return err
	}
	if c.PostFormValue("replace") != "" {
		change.Filters = filterTexts(q.Filters)
	}
	if c.PostForm.Has("shared") {
		shared := c.PostFormValue("shared") == "yes"
		change.Shared = &shared
	}
	id, _ := strconv.ParseInt(c.PathValue("id"), 10, 64)
	_, err = s.Accounts.ChangeSegment(c.Context(), c.who, c.site.Info().Domain, id, change)
	return s.afterSegment(w, c, view, id, "changed", err)
}

// removeSegment removes a segment; the page to come back to is then without it.
func (s *Server) removeSegment(w http.ResponseWriter, c *call) error {
	if err := c.formError(); err != nil {
		return err
	}
	view, _, err := c.backTo(c.PostFormValue("back"))
	if err != nil {
		return err
	}
	id, _ := strconv.ParseInt(c.PathValue("id"), 10, 64)
	err = s.Accounts.RemoveSegment(c.Context(), c.who, c.site.Info().Domain, id)
	if err == nil {
		view = view.WithoutSegment(id)
	}
	return s.afterSegment(w, c, view, id, "gone", err)
}

// afterSegment leads to the page of segments, which says what was done to one or what was wrong.
func (s *Server) afterSegment(w http.ResponseWriter, c *call, view views.View, id int64, done string, err error) error {
	if err == nil {
		return redirect(w, view.Segments("done", done))
	}
	if errors.Is(err, account.ErrSegment) {
		return err
	}
	page := views.Segments{WrongWith: id}
	var status int
	if page.Wrong, status, err = wrongOf(err); err != nil {
		return err
	}
	return s.segmentsPage(w, c, status, page, view.URL())
}
