package app_test

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"sandprint/app/apptest"
	"sandprint/app/prove"
)

// fill is the form of an erasure, and what of it was answered.
func fill(t *testing.T, who *http.Client, address string, form ...string) (status int, to, body string) {
	t.Helper()
	values := url.Values{}
	for i := 0; i < len(form); i += 2 {
		values.Set(form[i], form[i+1])
	}
	stays := *who
	stays.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := stays.PostForm(address, values)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, resp.Header.Get("Location"), string(text)
}

// speaks is a browser's wish for a language.
type speaks struct{ lang string }

func (s speaks) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Accept-Language", s.lang)
	return http.DefaultTransport.RoundTrip(r)
}

// shows waits until a page has one of some texts, and returns it.
func shows(t *testing.T, address string, texts ...string) string {
	t.Helper()
	for began := time.Now(); ; {
		resp, err := http.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		for _, text := range texts {
			if err == nil && strings.Contains(string(body), text) {
				return text
			}
		}
		if time.Since(began) > time.Minute {
			t.Fatalf("%s doesn't show any of %q: %s, %v", address, texts, body, err)
		}
	}
}

// left counts the files below a directory that have a text.
func left(t *testing.T, dir, text string) int {
	t.Helper()
	h, err := prove.Search(prove.Needles{text: []byte(text)}, dir)
	if err != nil {
		t.Fatal(err)
	}
	return len(h.Found)
}

// counted returns the page views of a site in the last 30 days.
func counted(t *testing.T, who *http.Client, a *apptest.App, site string) any {
	t.Helper()
	var out answer
	if err := json.Unmarshal(get(t, who, a.URL+"/api/v1/sites/"+site+"/stats?period=30d&metrics=pageviews"), &out); err != nil {
		t.Fatal(err)
	}
	return out.Totals["pageviews"]
}

// twoVisitors imports a visitor of two days with a page of her own, and another of the second day.
func twoVisitors(a *apptest.App, site string) {
	line := func(days int, who, mark string) string {
		day := time.Now().UTC().AddDate(0, 0, -days).Format(time.RFC3339)
		return fmt.Sprintf(`{"n":"pageview","i":"imported%s%d","u":"https://%s/%[1]s","t":"About %[1]s","ts":%[4]q,"visitor":%[5]q}`+"\n", mark, days, site, day, who)
	}
	a.RunWith(line(9, "customer-1", "ofclara")+line(6, "customer-1", "ofclara")+line(6, "customer-2", "ofdaria"), "import", "hits", "-", "--site", site)
}

// An erasure that a full disk keeps from its end says so on the page of its receipt, or where it is asked for; nothing is lost, and with room
// again it comes to its end.
func TestEraseOnAFullDisk(t *testing.T) {
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=24m"); errors.Is(err, syscall.EPERM) {
		t.Skip("not run here: needs mount rights")
	} else if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(disk, 0); err != nil {
			t.Error(err)
		}
	})
	dir, ballast := filepath.Join(disk, "data"), filepath.Join(disk, "ballast")
	room := func(bytes int64) { // leaves so much
		t.Helper()
		if err := os.WriteFile(ballast, make([]byte, 64<<20), 0o600); !errors.Is(err, syscall.ENOSPC) {
			t.Fatalf("filling the disk: %v", err)
		}
		info, err := os.Stat(ballast)
		if err == nil {
			err = os.Truncate(ballast, info.Size()-bytes)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	a := apptest.Start(t, apptest.Options{Dir: dir})
	owner := a.Owner("owner@full.example", "Full")
	a.AddSite("full.example", "Full")
	twoVisitors(a, "full.example")
	a.Run("backup")
	before := left(t, dir, "ofclara")
	erase := a.URL + "/sites/full.example/erase"
	order := []string{"what", "visitor", "visitor", "customer-1", "do", "erase", "confirm", "full.example"}

	room(0)
	status, _, body := fill(t, owner, erase, order...)
	if status != http.StatusServiceUnavailable || !strings.Contains(body, "The disk is full, so this could not be written down.") || !strings.Contains(body, "Then ask for it again") {
		t.Errorf("without any room: %d, %s", status, body)
	}
	german := *owner
	german.Transport = speaks{"de"}
	if status, _, body := fill(t, &german, erase, order...); status != http.StatusServiceUnavailable || !strings.Contains(body, "Die Platte ist voll, daher konnte das nicht festgehalten werden.") || strings.Contains(body, "disk is full") {
		t.Errorf("in German: %d, %s", status, body)
	}
	if got := counted(t, owner, a, "full.example"); got != float64(3) || left(t, dir, "ofclara") != before {
		t.Errorf("%v page views are left of 3", got)
	}
	var to string
	for kb := int64(4); to == ""; kb += 4 { // as soon as the order can be written down, it is taken
		if room(kb << 10); kb > 4096 {
			t.Fatal("it is not taken with 4 MB")
		}
		if status, to, body = fill(t, owner, erase, order...); status != http.StatusServiceUnavailable && status != http.StatusSeeOther {
			t.Fatalf("with %d KB: %d, %s", kb, status, body)
		}
	}
	shows(t, a.URL+to, "The disk is full. Nothing is lost; it goes on by itself when there is room.")
	if left(t, dir, "ofdaria") < 2 {
		t.Error("the other visitor is gone")
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if status, again, _ := fill(t, owner, erase, order...); status != http.StatusSeeOther || again != to { // or in ten minutes
		t.Errorf("with room: %d at %s, was at %s", status, again, to)
	}
	shows(t, a.URL+to, "It is erased.")
	if n := left(t, dir, "ofclara"); n > 0 || left(t, dir, "ofdaria") < 2 {
		t.Errorf("in %d files", n)
	}
	a.Close()
}

// An erasure beside a day that can't be read erases all else, is not done, says so on its page, and comes to its end when the file is whole.
func TestEraseBesideADamagedDay(t *testing.T) {
	a := apptest.Start(t, apptest.Options{})
	a.Owner("owner@torn.example", "Torn")
	a.AddSite("torn.example", "Torn")
	twoVisitors(a, "torn.example")
	files, err := filepath.Glob(filepath.Join(a.Dir, "sites", "*.db"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	a.Close()
	tear := func(statement string) {
		t.Helper()
		db, err := sql.Open("sqlite", files[0])
		if err != nil {
			t.Fatal(err)
		}
		res, err := db.Exec(statement)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			t.Fatalf("%s: %d rows, %v", statement, n, err)
		}
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	// Of the newest day, the column that says whose visits they are.
	newest := "(SELECT id FROM block WHERE id & 255 = 2 ORDER BY id DESC LIMIT 1)"
	tear("UPDATE block SET data = CAST(data || x'00' AS BLOB) WHERE id = " + newest)
	a = apptest.Start(t, apptest.Options{Dir: a.Dir})
	owner := a.SignIn("owner@torn.example")
	order := []string{"what", "visitor", "visitor", "customer-1", "do", "erase", "confirm", "torn.example"}
	status, to, body := fill(t, owner, a.URL+"/sites/torn.example/erase", order...)
	if status != http.StatusSeeOther {
		t.Fatalf("%d, %s", status, body)
	}
	shows(t, a.URL+to, "A part of the file can’t be read, so it isn’t known whether all is gone. Everything else is erased.", "A part of the file can&#39;t be read, so it isn&#39;t known whether all is gone. Everything else is erased.")
	if got := counted(t, owner, a, "torn.example"); got != float64(0) {
		t.Errorf("%v page views of the whole day are left", got)
	}
	a.Close()
	tear("UPDATE block SET data = substr(data, 1, length(data) - 1) WHERE id = " + newest)
	a = apptest.Start(t, apptest.Options{Dir: a.Dir}) // goes on with it
	shows(t, a.URL+to, "It is erased.")
	owner = a.SignIn("owner@torn.example")
	if got := counted(t, owner, a, "torn.example"); got != float64(1) || left(t, a.Dir, "ofclara") > 0 {
		t.Errorf("%v page views are left, want the other's, in %d files", got, left(t, a.Dir, "ofclara"))
	}
}

// A site whose file can't be opened at all goes all the same, from its page, at the command line and by the API, and from the copies too; of a part of it
// nothing is begun, and it is said why.
func TestEraseASiteThatCantBeOpened(t *testing.T) {
	for _, by := range []string{"page", "command", "API", "customer"} {
		t.Run(by, func(t *testing.T) {
			a := apptest.Start(t, apptest.Options{})
			a.Owner("owner@shut.example", "Shutcorp")
			a.AddSite("shut.example", "Shutcorp")
			twoVisitors(a, "shut.example")
			token := a.AddToken("owner@shut.example", "", "write")
			a.Run("backup")
			files, err := filepath.Glob(filepath.Join(a.Dir, "sites", "*.db"))
			if err != nil || len(files) != 1 {
				t.Fatal(files, err)
			}
			a.Close()
			if err := os.WriteFile(files[0], []byte(strings.Repeat("not a database ofclara. ", 4096)), 0o600); err != nil {
				t.Fatal(err)
			}
			a = apptest.Start(t, apptest.Options{Dir: a.Dir})
			owner := a.SignIn("owner@shut.example")
			erase := a.URL + "/sites/shut.example/erase"
			for _, order := range [][]string{{"what", "visitor", "visitor", "customer-1"}, {"what", "before", "before", "2026-01-01"}} {
				status, _, body := fill(t, owner, erase, append(order, "do", "erase", "confirm", "shut.example")...)
				if status != http.StatusServiceUnavailable || !strings.Contains(body, "The file of this site is damaged") {
					t.Errorf("%v: %d, %s", order, status, body)
				}
			}
			switch by {
			case "page":
				if _, _, body := fill(t, owner, erase, "what", "site"); !strings.Contains(body, "so what is in it is not counted above. It goes all the same.") {
					t.Errorf("it isn't said: %s", body)
				}
				status, to, body := fill(t, owner, erase, "what", "site", "do", "erase", "confirm", "shut.example")
				if status != http.StatusSeeOther {
					t.Fatalf("%d, %s", status, body)
				}
				shows(t, a.URL+to, "It is erased.")
			case "customer":
				a.Run("erase", "--customer", "Shutcorp", "--yes")
			case "command":
				if out := a.Run("erase", "--site", "shut.example", "--yes"); !regexp.MustCompile(`\ncopy of .* 0 traces found\n`).MatchString(out) {
					t.Errorf("%s", out)
				}
			case "API":
				req, err := http.NewRequest("DELETE", a.URL+"/api/v1/sites/shut.example", nil)
				if err != nil {
					t.Fatal(err)
				}
				req.Header.Set("Authorization", "Bearer "+token)
				resp, err := http.DefaultClient.Do(req)
				if err != nil || resp.StatusCode != http.StatusNoContent {
					t.Fatal(resp, err)
				}
				resp.Body.Close()
			}
			if n := left(t, a.Dir, "ofclara") + left(t, a.Dir, "shut.example/"); n > 0 {
				t.Errorf("something of it is in %d files", n)
			}
		})
	}
}
