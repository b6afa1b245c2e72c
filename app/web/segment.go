package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"sandprint/app/account"
	"sandprint/app/report"
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
