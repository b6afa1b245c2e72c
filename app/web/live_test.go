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
			if !strings.HasPrefix(body, "event: live\ndata: {\"visitors\":0,\"pages\":[]}\n\n") || !strings.Contains(body, ": still here\n\n") {
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
		if !strings.Contains(sites, "<strong>1</strong> visitors today") || !strings.Contains(sites, "<polyline") || !strings.Contains(sites, "0 now") {
			t.Errorf("the card: %s", sites)
		}
	})
}
