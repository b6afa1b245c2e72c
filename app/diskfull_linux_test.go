package app_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"sandprint/app/apptest"
)

// A disk that has no room refuses hits and loses none that it took; with room again it goes on by itself.
func TestDiskFull(t *testing.T) {
	t.Run("no room on the disk", func(t *testing.T) {
		disk := t.TempDir()
		if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=16m"); errors.Is(err, syscall.EPERM) {
			t.Skip("not run here: needs mount rights; the limit on files below stands in for it")
		} else if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := syscall.Unmount(disk, 0); err != nil {
				t.Error(err)
			}
		})
		ballast := filepath.Join(disk, "ballast")
		fillsUp(t, filepath.Join(disk, "data"), func() {
			if err := os.WriteFile(ballast, make([]byte, 32<<20), 0o600); !errors.Is(err, syscall.ENOSPC) {
				t.Fatalf("filling the disk: %v", err)
			}
		}, func() {
			if err := os.Remove(ballast); err != nil {
				t.Fatal(err)
			}
		})
	})
	t.Run("no file may grow", func(t *testing.T) {
		var before syscall.Rlimit
		if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
			t.Fatal(err)
		}
		set := func(bytes uint64) {
			if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: bytes, Max: before.Max}); err != nil {
				t.Fatal(err)
			}
		}
		t.Cleanup(func() { set(before.Cur) })
		fillsUp(t, filepath.Join(t.TempDir(), "data"), func() { set(1) }, func() { set(before.Cur) })
	})
}

func fillsUp(t *testing.T, dir string, fill, free func()) {
	a := apptest.Start(t, apptest.Options{Dir: dir})
	owner := a.Owner("owner@full.example", "Full")
	a.AddSite("full.example", "Full")
	sent, taken := 0, 0
	hit := func() (body string) {
		sent++
		return fmt.Sprintf(`{"s":"full.example","n":"pageview","i":"pageview%06d","u":"https://full.example/%d/%s"}`, sent, sent, strings.Repeat("path/", 200))
	}
	counted := func(when string) {
		t.Helper()
		if got := stats(t, owner, a, "full.example", "", "pageviews").Totals["pageviews"]; got != float64(taken) {
			t.Errorf("%s: %v page views counted, %d were taken", when, got, taken)
		}
	}
	for taken < 20 {
		if status, _ := post(t, a, hit()); status != http.StatusAccepted {
			t.Fatalf("with room: %d", status)
		}
		taken++
	}

	fill()
	var refused []string
	for began := time.Now(); len(refused) < 5; { // what is left of begun pages may take some more
		body := hit()
		status, retry := post(t, a, body)
		switch {
		case status == http.StatusAccepted:
			taken++
		case status == http.StatusServiceUnavailable && retry != "":
			refused = append(refused, body)
		default:
			t.Fatalf("without room: %d, Retry-After %q", status, retry)
		}
		if time.Since(began) > time.Minute {
			t.Fatalf("%d hits were taken without room for them", taken)
		}
	}
	counted("without room")
	if status := forwarded(t, a, "GET", "/readyz", "203.0.113.1", ""); status != http.StatusServiceUnavailable {
		t.Errorf("readyz without room: %d", status)
	}
	if status := forwarded(t, a, "GET", "/healthz", "203.0.113.1", ""); status != http.StatusOK {
		t.Errorf("healthz without room: %d", status)
	}

	free()
	for _, body := range refused { // as the tracker does, again
		for began := time.Now(); ; {
			status, _ := post(t, a, body)
			if status == http.StatusAccepted {
				taken++
				break
			}
			if time.Since(began) > time.Minute {
				t.Fatalf("with room again: %d", status)
			}
		}
	}
	counted("with room again")
	a.Close()
	a = apptest.Start(t, apptest.Options{Dir: dir})
	owner = a.SignIn("owner@full.example")
	counted("after a restart")
	a.Close()
}

// post sends hits and returns the status and Retry-After.
func post(t *testing.T, a *apptest.App, body string) (status int, retry string) {
	t.Helper()
	req, err := http.NewRequest("POST", a.URL+"/e", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("User-Agent", canaryAgent)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, resp.Header.Get("Retry-After")
}
