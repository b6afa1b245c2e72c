package web

import (
	"bytes"
	"encoding/json"
	"net/http"
	"time"

	"sandprint/app/problem"
	"sandprint/app/report"
)

// Bounds of the live streams.
const (
	maxStreams = 500              // at once; each holds a goroutine and a connection
	liveSpan   = 5 * time.Minute  // who was seen within it is there now
	liveEvery  = time.Second      // an event at most so often, however fast hits come
	liveBeat   = 15 * time.Second // a stream says at least so often that it lives; visitors leave by then too
	livePages  = 10               // pages named
)

var errStreams = problem.New(http.StatusServiceUnavailable, "too_many_streams", "Too many pages are watching live figures.").
	WithHint("Close some of them, or reload this one later.")

// liveFigures is the data of a live event.
type liveFigures struct {
	Visitors int        `json:"visitors"` // seen in the last five minutes
	Pages    []livePage `json:"pages"`    // that they read, most visitors first
}

type livePage struct {
	Page     string `json:"page"`
	Visitors int    `json:"visitors"`
}

// live streams the site's current visitors and their pages as server-sent events (HTML standard, section 9.2): one now,
// one after hits came, one when visitors have left; nothing for 15 seconds is a comment. It ends when the client leaves or the server closes.
func (s *Server) live(w http.ResponseWriter, c *call) error {
	select {
	case s.streams <- struct{}{}:
		defer func() { <-s.streams }()
	default:
		return errStreams
	}
	changes, stop := c.site.Watch()
	defer stop()
	event, err := s.liveEvent(c)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no") // nginx would hold events back
	if c.Method == http.MethodHead {
		return nil
	}
	s.stream(w, c, event, changes)
	return nil
}

// stream sends events until somebody leaves. What goes wrong ends it too: the browser asks again and is then told.
func (s *Server) stream(w http.ResponseWriter, c *call, event []byte, changes <-chan struct{}) {
	out := http.NewResponseController(w)
	_ = out.SetWriteDeadline(time.Time{}) // not every writer has one
	last := event
	beat := time.NewTicker(liveBeat)
	defer beat.Stop()
	for {
		if _, err := w.Write(event); err != nil || out.Flush() != nil {
			return
		}
		select { // let a moment pass, so that a flood of hits is one event a second
		case <-c.Context().Done():
			return
		case <-s.closing.Done():
			return
		case <-time.After(liveEvery):
		}
		select {
		case <-c.Context().Done():
			return
		case <-s.closing.Done():
			return
		case <-changes:
			last = nil // a hit came: say so, even if it changed no figure
		case <-beat.C:
		}
		if !s.stillMay(c) {
			return
		}
		next, err := s.liveEvent(c)
		if err != nil {
			return
		}
		if event = next; bytes.Equal(next, last) {
			event = []byte(": still here\n\n")
		}
		last = next
	}
}

// stillMay reports whether the asker may still see the site, as it is now: a stream may outlive a sign-in and a site.
func (s *Server) stillMay(c *call) bool {
	who, err := s.Accounts.WhoBySession(c.Context(), c.session)
	if err != nil {
		return false
	}
	c.site, err = s.Accounts.Open(c.Context(), who, c.PathValue("domain"))
	return err == nil
}

func (s *Server) liveEvent(c *call) ([]byte, error) {
	now, err := s.liveNow(c)
	if err != nil {
		return nil, err
	}
	data, err := json.Marshal(now)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.WriteString("event: live\ndata: ")
	b.Write(data)
	b.WriteString("\n\n")
	return b.Bytes(), nil
}

// liveNow returns who is on the site now.
func (s *Server) liveNow(c *call) (liveFigures, error) {
	now := time.Now().In(c.site.Info().Zone)
	answer, err := c.ask(c.Context(), report.Query{By: "page", Limit: livePages, Now: now,
		Metrics: []report.Metric{report.Visitors, report.Pageviews}, Period: report.Period{Name: "realtime", From: now.Add(-liveSpan), To: now.Add(time.Second)}})
	if err != nil {
		return liveFigures{}, err
	}
	figures := liveFigures{Visitors: int(answer.Totals[0].Number), Pages: []livePage{}}
	for _, row := range answer.Rows {
		figures.Pages = append(figures.Pages, livePage{row.Name, int(row.Values[0].Number)})
	}
	return figures, nil
}

// liveQuery asks who is there now, of those whom a question is about.
func liveQuery(q report.Query) report.Query {
	return report.Query{Metrics: []report.Metric{report.Visitors}, Filters: q.Filters, Now: q.Now,
		Period: report.Period{Name: "realtime", From: q.Now.Add(-liveSpan), To: q.Now.Add(time.Second)}}
}
