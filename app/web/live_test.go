package web

import (
	"context"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sandprint/app/account"
)

// watch opens a live stream as somebody and returns what it has sent, once it has ended.
func (f *fixture) watch(ctx context.Context, name, domain string) (w *httptest.ResponseRecorder, ended <-chan struct{}) {
	w = httptest.NewRecorder()
	done := make(chan struct{})
	r := f.request("GET", "/sites/"+domain+"/live", "cookie", f.sessions[name]).WithContext(ctx)
	go func() {
		f.server.ServeHTTP(w, r)
		close(done)
	}()
	return w, done
}

// TestLiveEnds shows every way in which a stream ends, and that one goes on as long as none of them happens.
func TestLiveEnds(t *testing.T) {
	for _, row := range []struct {
		why string
		end func(f *fixture, leave func())
	}{
		{"the client leaves", func(_ *fixture, leave func()) { leave() }},
		{"the server closes", func(f *fixture, _ func()) { f.server.Close() }},
		{"the person signs out", func(f *fixture, _ func()) { f.want(303, "POST", "/sign-out", "cookie", f.sessions["viewer A"]) }},
		{"the person is removed", func(f *fixture, _ func()) {
			if err := f.accounts.RemoveUser(context.Background(), account.Local(), people["viewer A"].Email); err != nil {
				f.t.Error(err)
			}
		}},
		{"the site is removed", func(f *fixture, _ func()) {
			if err := f.accounts.RemoveSite(context.Background(), account.Local(), siteA); err != nil {
				f.t.Error(err)
			}
		}},
	} {
		synctest.Test(t, func(t *testing.T) {
			f := full(t)
			ctx, leave := context.WithCancel(t.Context())
			defer leave()
			w, ended := f.watch(ctx, "viewer A", siteA)
			time.Sleep(time.Minute)
			select {
			case <-ended:
				t.Fatalf("%s: the stream ended before: %s", row.why, w.Body)
			default:
			}
			row.end(f, leave)
			time.Sleep(liveBeat + time.Second)
			select {
			case <-ended:
			default:
				t.Fatalf("%s: the stream goes on", row.why)
			}
			if log := f.log.text(); log != "" {
				t.Errorf("%s: the log says %s", row.why, log)
			}
			body := w.Body.String()
			if !strings.HasPrefix(body, "retry: 2000\nevent: live\ndata: {\"visitors\":0,\"pages\":[]}\n\n") || !strings.Contains(body, ": still here\n\n") {
				t.Errorf("%s: the stream said %q", row.why, body)
			}
			if h := w.Header(); h.Get("X-Accel-Buffering") != "no" || h.Get("Content-Type") != "text/event-stream" || h.Get("Cache-Control") != "no-store" {
				t.Errorf("headers %v", h)
			}
		})
	}
}

func TestLiveIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := full(t)
		f.server.streams = make(chan struct{}, 2)
		ctx, leave := context.WithCancel(t.Context())
		_, one := f.watch(ctx, "viewer A", siteA)
		_, two := f.watch(ctx, "owner A", siteA)
		synctest.Wait()
		if w := f.want(503, "GET", "/sites/"+siteA+"/live", "cookie", f.sessions["owner A"]); w.Header().Get("Retry-After") == "" {
			t.Error("no Retry-After")
		}
		leave()
		<-one
		<-two
		f.want(200, "GET", "/sites/"+siteA+"/live", "cookie", f.sessions["owner A"])
	})
}

// TestFirstHit waits on the install page, as a new owner does, until the first page is read.
func TestFirstHit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := full(t)
		install := "/sites/" + siteA + "/install"
		if page := f.want(200, "GET", install, "cookie", f.sessions["owner A"]).Body.String(); !strings.Contains(page, "Waiting for the first page") {
			t.Errorf("before: %s", page)
		}
		ctx, leave := context.WithCancel(t.Context())
		w, ended := f.watch(ctx, "owner A", siteA)
		time.Sleep(time.Minute)
		f.read(siteA, "/about", "", 1)
		time.Sleep(2 * time.Second)
		leave()
		<-ended
		if want := "event: live\ndata: {\"visitors\":1,\"pages\":[{\"page\":\"/about\",\"visitors\":1}]}\n\n"; !strings.HasSuffix(w.Body.String(), want) {
			t.Errorf("the stream said %s", w.Body)
		}
		if page := f.want(200, "GET", install, "cookie", f.sessions["owner A"]).Body.String(); !strings.Contains(page, "We see it: /about, just now") || strings.Contains(page, "http-equiv") {
			t.Errorf("after: %s", page)
		}
		time.Sleep(time.Hour)
		if page := f.want(200, "GET", install, "cookie", f.sessions["owner A"]).Body.String(); !strings.Contains(page, "This site is being counted.") {
			t.Errorf("an hour later: %s", page)
		}
		sites := f.want(200, "GET", "/sites", "cookie", f.sessions["owner A"]).Body.String()
		if !strings.Contains(sites, "<strong>1</strong> visitor today") || !strings.Contains(sites, `class="spark"`) || !strings.Contains(sites, "0 now") {
			t.Errorf("the card: %s", sites)
		}
	})
}

// TestLiveIsBoundedForOne keeps one person from taking the seats of all.
func TestLiveIsBoundedForOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := full(t)
		ctx, leave := context.WithCancel(t.Context())
		var all []<-chan struct{}
		for range personsShare {
			_, ended := f.watch(ctx, "viewer A", siteA)
			all = append(all, ended)
		}
		synctest.Wait()
		f.want(503, "GET", "/sites/"+siteA+"/live", "cookie", f.sessions["viewer A"])
		f.want(200, "GET", "/sites/"+siteA+"/live", "cookie", f.sessions["owner A"])
		leave()
		for _, ended := range all {
			<-ended
		}
		f.want(200, "GET", "/sites/"+siteA+"/live", "cookie", f.sessions["viewer A"])
		if n := len(f.server.shared.by) + len(f.server.seats.by) + len(f.server.streams); n != 0 {
			t.Errorf("%d things are kept of streams that have ended", n)
		}
	})
}

// TestWatchersShare has many watch while hits come: all are told the same, and it is computed once a second, not once for
// each.
func TestWatchersShare(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := full(t)
		ctx, leave := context.WithCancel(t.Context())
		var bodies []*httptest.ResponseRecorder
		var all []<-chan struct{}
		for range 20 {
			w, ended := f.watch(ctx, "viewer A", siteA)
			bodies, all = append(bodies, w), append(all, ended)
			time.Sleep(30 * time.Millisecond) // not in step
		}
		computed := map[time.Time]bool{}
		for v := range uint64(5) {
			f.read(siteA, "/about", "", v)
			for range 70 {
				time.Sleep(10 * time.Millisecond)
				for _, a := range f.server.shared.by {
					a.mu.Lock()
					computed[a.asked] = true
					a.mu.Unlock()
				}
			}
		}
		time.Sleep(3 * time.Second)
		leave()
		for i, ended := range all {
			<-ended
			if body := bodies[i].Body.String(); !strings.Contains(body, `{"visitors":5,`) {
				t.Errorf("watcher %d was told %s", i, body)
			}
		}
		if len(computed) > 6 {
			t.Errorf("computed %d times in 3.5 seconds", len(computed))
		}
	})
}

// TestLiveKeepsToFilters watches visitors of one kind: on the stream, and on the page.
func TestLiveKeepsToFilters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := full(t)
		for v := range uint64(6) {
			f.read(siteA, "/about", "near", v)
			f.read(siteA, "/shop", "far", 10+v)
		}
		f.read(siteA, "/shop", "single", 99)
		site, cookie := "/sites/"+siteA, f.sessions["viewer A"]
		for _, row := range []struct{ query, want, not, why string }{
			{"", `"visitors":13`, "", "all"},
			{"?filter=page:is:/shop", `"visitors":7,"pages":[{"page":"/shop","visitors":7}]`, "/about", "of a page"},
			{"?filter=source:is:near%20source", `"visitors":6`, "/shop", "of a source"},
			{"?filter=source:not:near%20source&show=realtime", `"visitors":7`, "/about", "of others, with the page's part"},
			{"?filter=source:is:single%20source&show=realtime", `"visitors":1,"pages":[{"page":"(other)","visitors":1}]`, "Germany", "of one: nothing is told of them but that they are there"},
		} {
			body := f.want(200, "GET", site+"/live"+row.query, "cookie", cookie).Body.String()
			if !strings.Contains(body, row.want) || row.not != "" && strings.Contains(body, row.not) {
				t.Errorf("%s: %s", row.why, body)
			}
			if strings.Contains(row.query, "show") != strings.Contains(body, "event: realtime\ndata: \"") {
				t.Errorf("%s: the page's part: %s", row.why, body)
			}
			for line := range strings.Lines(body) {
				if line != "\n" && !strings.HasPrefix(line, "event: ") && !strings.HasPrefix(line, "data: ") && !strings.HasPrefix(line, "retry: ") {
					t.Errorf("%s: no line of an event: %q", row.why, line)
				}
			}
		}
		f.want(400, "GET", site+"/live?filter=love", "cookie", cookie)

		page := f.want(200, "GET", site+"/realtime?filter=page:is:/shop", "cookie", cookie).Body.String()
		for _, want := range []string{"Reload now", "Visitors now", `data-live="/sites/a.example/live?show=realtime&amp;filter=page:is:/shop"`, "far source", "7 visitors, 7 page views", "in the last 30 minutes"} {
			if !strings.Contains(page, want) {
				t.Errorf("the page lacks %q", want)
			}
		}
		time.Sleep(10 * time.Minute)
		if later := f.want(200, "GET", site+"/realtime", "cookie", cookie, "Accept-Language", "de").Body.String(); !strings.Contains(later, "hat niemand eine Seite gelesen") || !strings.Contains(later, "near source") {
			t.Error("ten minutes later the page shows pages of now, or no source, or no German")
		}
		time.Sleep(time.Hour)
		if later := f.want(200, "GET", site+"/realtime", "cookie", cookie).Body.String(); strings.Contains(later, "near source") || !strings.Contains(later, "No visit in the last 30 minutes.") {
			t.Error("an hour later the page still shows them")
		}
	})
}
