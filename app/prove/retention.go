package prove

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// aged is a visit of some time ago, and what of it may be there after a nightly round: the text of its path, the key of its visitor, and its
// part of the totals.
type aged struct {
	months, days      int
	text, key, totals bool
}

// ages lie on both sides of what a site keeps by default: keys for 13 months, visits for 25, totals for 60.
var ages = []aged{
	{0, 2, true, true, true}, {12, 25, true, true, true}, {13, 5, true, false, true}, {20, 0, true, false, true}, {24, 25, true, false, true},
	{25, 5, false, false, true}, {40, 0, false, false, true}, {59, 20, false, false, true}, {60, 40, false, false, false}, {90, 0, false, false, false},
}

// nothingOutlivesItsTime is claim 8: visits of up to eight years ago are brought in, a nightly round is run, and what is left is held against what the
// site says it keeps.
func nothingOutlivesItsTime(t *Trial) {
	log := filepath.Join(t.dir, "sandprint.log")
	old := filepath.Join(t.dir, "sandprint-"+time.Now().AddDate(0, 0, -20).UTC().Format(time.DateOnly)+".log")
	t.must(os.WriteFile(old, []byte("an old log\n"), 0o600))
	s := t.serve("data", "--log-file", log)
	s.site("shop.example")
	var keep struct {
		Keys   int `json:"keep_keys"`
		Visits int `json:"keep_visits"`
		Totals int `json:"keep_totals"`
	}
	t.must(json.Unmarshal([]byte(s.ask("GET", "/api/v1/sites/shop.example", "", "Authorization", "Bearer "+s.token).body), &keep))
	if keep.Keys != 13 || keep.Visits != 25 || keep.Totals != 60 {
		t.wrong("a new site keeps %+v months, not 13, 25 and 60", keep)
	}
	var file strings.Builder
	now := time.Now().UTC().Truncate(24 * time.Hour).Add(-12 * time.Hour)
	for n, a := range ages {
		at := now.AddDate(0, -a.months, -a.days)
		fmt.Fprintf(&file, `{"s":"shop.example","n":"pageview","i":"view%08d","u":"https://shop.example/%s","ts":%q,"visitor":"%s"}`+"\n", n, a.name(), at.Format(time.RFC3339), a.name())
	}
	s.cli(file.String(), "import", "hits", "-", "--site", "shop.example")
	backup := t.backdated(s.cli("", "backup"), 40)
	t.sent("%d visits of 2 days to 90 months ago; a backup that says it is 40 days old; a log of 20 days ago, where 14 are kept", len(ages))
	for _, a := range ages {
		if h, err := Search(Needles{"": []byte(a.name())}, s.dir); err != nil || len(h.Found) == 0 {
			t.wrong("%s is not in the files before the round: %v", a.name(), err)
		}
	}
	s.cli("", "maintain", "--clock-is-right")
	gone := Needles{}
	kept := 0.0
	for _, a := range ages {
		if !a.text {
			gone["the path of a visit of "+a.age()] = []byte(a.name())
		}
		if a.totals {
			kept++
		}
		if has := s.keysOf("shop.example", a.name()); has != a.key {
			t.wrong("a visitor of %s ago has a key: %v, want %v", a.age(), has, a.key)
		}
	}
	s.mustNotFind("after the nightly round", gone, ages[0].name())
	for _, a := range ages {
		if h, err := Search(Needles{"": []byte(a.name())}, s.dir); err != nil || a.text && len(h.Found) == 0 {
			t.wrong("a visit of %s ago is gone before its time: %v", a.age(), err)
		}
	}
	if views := s.stats("shop.example", "from=2010-01-01&to="+now.Format(time.DateOnly)+"&metrics=pageviews").Totals["pageviews"]; views != kept {
		t.wrong("%v page views are counted in all, want %v: those of the last 60 months", views, kept)
	}
	for what, path := range map[string]string{"the backup of 40 days ago": backup, "the log of 20 days ago": old} {
		if _, err := os.Stat(path); !os.IsNotExist(err) {
			t.wrong("%s is still there", what)
		}
	}
	t.found("keys up to 13 months old, visits up to 25, totals up to 60 and nothing beyond; neither the old backup nor the old log")
}

// name is the text that only this visit has.
func (a aged) name() string { return fmt.Sprintf("agedvisit%dm%dd", a.months, a.days) }

// age says how old it is.
func (a aged) age() string { return fmt.Sprintf("%d months and %d days", a.months, a.days) }

// keys finds how many keys of visitors would be erased.
var keys = regexp.MustCompile(`(\d+) visitor(?:'s key|s' keys)`)

// keysOf reports whether a site has a key of a visitor of an imported file: it begins an erasure and does not confirm it.
func (s *server) keysOf(domain, visitor string) bool {
	c := s.t.command("erase", "--site", domain, "--visitor", visitor, "--data", s.dir)
	said, err := c.CombinedOutput()
	if err == nil { // not confirmed, it fails: if there is anything
		return false
	}
	m := keys.FindSubmatch(said)
	if m == nil {
		s.t.must(fmt.Errorf("“sandprint erase” said %s", said))
	}
	return string(m[1]) != "0"
}

// backdated makes a backup older, by its name and its own account, and returns where it is.
func (t *Trial) backdated(backup string, days int) string {
	made := time.Now().UTC().AddDate(0, 0, -days).Truncate(time.Second)
	manifest := filepath.Join(backup, "manifest.json")
	text, err := os.ReadFile(manifest)
	t.must(err)
	var m map[string]any
	t.must(json.Unmarshal(text, &m))
	m["made"] = made
	text, err = json.Marshal(m)
	t.must(err)
	t.must(os.WriteFile(manifest, text, 0o600))
	old := filepath.Join(filepath.Dir(backup), made.Format("20060102-150405")) // as the program names them: nothing of it is imported here
	t.must(os.Rename(backup, old))
	return old
}
