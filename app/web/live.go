package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"sandprint/app/report"
)

// Times of the live streams.
const (
	liveSpan  = 5 * time.Minute  // who was seen within it is there now
	liveEvery = time.Second      // an event at most so often, however fast hits come
	liveBeat  = 15 * time.Second // a stream says at least so often that it lives; visitors leave by then too
	liveRetry = 2 * time.Second  // after which a browser asks again when a stream broke off
)

// liveFigures is the data of a live event.
type liveFigures struct {
	Visitors int        `json:"visitors"` // seen in the last five minutes
	Pages    []livePage `json:"pages"`    // that they read, most visitors first
}

type livePage struct {
	Page     string `json:"page"`
	Visitors int    `json:"visitors"`
}

// watcher is one stream.
type watcher struct {
	*call
	page   sitePage
	whole  bool // of the page of the present, which gets its part as HTML too
	shared *sharedAnswer
}

// live streams who is on the site now, of those whom the filters keep, as server-sent events (HTML standard, section 9.2):
// one now, one after hits came, one when visitors have left; nothing for 15 seconds is a comment. With show=realtime the
// part of the page of the present that changes comes too, as HTML in a JSON string. Each event tells everything, so who
// comes back after a break has missed nothing. It ends when the client leaves, when the asker may no longer see the site,
// or when the server closes.
func (s *Server) live(w http.ResponseWriter, c *call) error {
	page, err := c.sitePage(usualPeriod)
	if err != nil {
		return err
	}
	leave, err := s.takeSeat(c.who.Number())
	if err != nil {
		return err
	}
	defer leave()
	me := &watcher{call: c, page: page, whole: page.values.Get("show") == "realtime"}
	key := fmt.Sprint(c.site.Info().ID, me.whole)
	for _, f := range page.Filters {
		key += "&" + f.String()
	}
	var part func()
	me.shared, part = s.shared.join(key)
	defer part()
	changes, stop := c.site.Watch()
	defer stop()
	event, _, err := s.liveEvent(me)
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no") // nginx would hold events back
	if c.Method == http.MethodHead {
		return nil
	}
	event = fmt.Appendf(nil, "retry: %d\n%s", liveRetry.Milliseconds(), event)
	s.stream(w, me, event, changes)
	return nil
}

// stream sends events until somebody leaves. What goes wrong ends it too: the browser asks again and is then told.
func (s *Server) stream(w http.ResponseWriter, me *watcher, event []byte, changes <-chan struct{}) {
	out := http.NewResponseController(w)
	_ = out.SetWriteDeadline(time.Time{}) // not every writer has one
	last, behind := event, false          // behind: what was told may be of before the last hit
	beat := time.NewTicker(liveBeat)
	defer beat.Stop()
	for {
		if event != nil {
			if _, err := w.Write(event); err != nil || out.Flush() != nil {
				return
			}
		}
		select { // let a moment pass, so that a flood of hits is one event a second
		case <-me.Context().Done():
			return
		case <-s.closing.Done():
			return
		case <-time.After(liveEvery):
		}
		again := behind
		for wait := !behind; wait; wait = false {
			select {
			case <-me.Context().Done():
				return
			case <-s.closing.Done():
				return
			case <-changes:
				last = nil // a hit came: say so, even if it changed no figure
			case <-beat.C:
			}
		}
		woke := time.Now()
		if !s.stillMay(me.call) {
			return
		}
		next, asked, err := s.liveEvent(me)
		if err != nil {
			return
		}
		behind = asked.Before(woke)
		switch event = next; {
		case !bytes.Equal(next, last):
		case again:
			event = nil
		default:
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

// liveEvent returns the events of one moment: it is of the time asked.
func (s *Server) liveEvent(me *watcher) (events []byte, asked time.Time, err error) {
	answers, asked, err := me.shared.get(func() ([]report.Answer, error) {
		ask := briefQueries
		if me.whole {
			ask = realtimeQueries
		}
		return report.RunAll(me.Context(), me.site, ask(me.page.now()))
	})
	if err != nil {
		return nil, asked, err
	}
	now, pages := answers[0], answers[1]
	var b bytes.Buffer
	if me.whole {
		now, pages = answers[1], answers[2]
		part, err := s.realtimePart(me.call, me.page, answers)
		if err != nil {
			return nil, asked, err
		}
		if err := writeEvent(&b, "realtime", string(part)); err != nil {
			return nil, asked, err
		}
	}
	err = writeEvent(&b, "live", figuresOf(now, pages))
	return b.Bytes(), asked, err
}

// figuresOf makes the data of an event of who is there, and the pages that they read.
func figuresOf(now, pages report.Answer) liveFigures {
	figures := liveFigures{Visitors: int(now.Totals[0].Number), Pages: []livePage{}}
	for _, row := range pages.Rows {
		figures.Pages = append(figures.Pages, livePage{row.Name, int(row.Values[0].Number)})
	}
	return figures
}

// liveNow returns who is on the site now.
func (s *Server) liveNow(c *call) (liveFigures, error) {
	answers, err := report.RunAll(c.Context(), c.site, briefQueries(report.Query{Now: time.Now().In(c.site.Info().Zone)}))
	if err != nil {
		return liveFigures{}, err
	}
	return figuresOf(answers[0], answers[1]), nil
}

// briefQueries asks who is there, and which pages they read.
func briefQueries(q report.Query) []report.Query { return realtimeQueries(q)[1:3] }

// writeEvent writes an event whose data is JSON, which has no line breaks.
func writeEvent(b *bytes.Buffer, name string, data any) error {
	b.WriteString("event: " + name + "\ndata: ")
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	if err := e.Encode(data); err != nil { // ends with a line break
		return err
	}
	b.WriteByte('\n')
	return nil
}

// liveQuery asks who is there now, of those whom a question is about.
func liveQuery(q report.Query) report.Query {
	return report.Query{Metrics: []report.Metric{report.Visitors}, Filters: q.Filters, Now: q.Now,
		Period: report.Period{Name: "realtime", From: q.Now.Add(-liveSpan), To: q.Now.Add(time.Second)}}
}
