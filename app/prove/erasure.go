package prove

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// receipt is what of a receipt is held against the truth.
type receipt struct {
	Number string `json:"receipt"`
	Data   struct {
		Visits, Pageviews, Events int
		Found                     int `json:"traces_found"`
		Looked                    int `json:"traces"`
	} `json:"in_data"`
	Copies []struct {
		Visits int
		Found  int `json:"traces_found"`
	} `json:"in_copies"`
	Link string
}

// people of the claim about erasure; each has texts of their own in all that is text.
var people = []string{"anna", "bert", "cleo"}

// erasureIsWhole is claim 7: one visitor is erased while others read, and is then in no file, in no copy, and not in what is restored of a
// backup that was made before.
func erasureIsWhole(t *Trial) {
	s := t.serve("data")
	s.site("shop.example")
	today := map[string]string{}
	for _, who := range people {
		today[who] = cookieOf(who+"56789012345678", 0)
		for _, hit := range []string{
			`{"s":"shop.example","n":"pageview","i":"view%[1]s0001","u":"https://shop.example/of%[1]shere?utm_campaign=camp%[1]shere","r":"https://ref%[1]shere.example/","t":"Title%[1]shere","v":%[2]q}`,
			`{"s":"shop.example","n":"engage","i":"view%[1]s0001","q":1,"e":5000,"d":800,"u":"https://shop.example/of%[1]shere","v":%[2]q}`,
			`{"s":"shop.example","n":"event%[1]shere","i":"view%[1]s0001","q":2,"u":"https://shop.example/of%[1]shere","p":{"prop%[1]shere":"value%[1]shere"},"v":%[2]q}`,
		} {
			if a := s.ask("POST", "/e", fmt.Sprintf(hit, who, today[who])); a.status != 202 {
				t.must(fmt.Errorf("a hit: %d %s", a.status, a.body))
			}
		}
	}
	anna := Needles{"a text of hers": []byte("annahere"), "her cookie": []byte("anna5678"), "the id of her page view": []byte("viewanna0001")}
	if h, err := Search(Needles{"": anna["a text of hers"]}, s.dir); err != nil || len(h.Found) == 0 {
		t.must(fmt.Errorf("nothing of her is in the files before anything is erased: %v", err))
	}
	backup := s.cli("", "backup")
	elsewhere := filepath.Join(t.dir, "elsewhere", filepath.Base(backup)) // a copy that left the machine
	t.must(os.CopyFS(elsewhere, os.DirFS(backup)))
	t.sent("visits of %d people, each with texts of their own; a backup was made, and a copy of it taken elsewhere", len(people))

	asked := s.readers(func() {
		s.checkReceipt(s.cli("", "erase", "--site", "shop.example", "--visitor", today["anna"], "--yes", "--json"))
	})
	t.sent("an erasure of one of them, while 3 readers asked for figures (%d answers)", asked)
	s.mustNotFind("at once, data and backup", anna, "berthere")
	s.hit(map[string]any{"s": "shop.example", "n": "pageview", "i": "viewannalate", "u": "https://shop.example/ofannahere", "v": today["anna"]})
	if strings.Contains(s.shown("shop.example", today["anna"]), "annahere") {
		t.wrong("a hit that was still on its way brought her back")
	}
	if views := s.stats("shop.example", "period=24h&metrics=pageviews").Totals["pageviews"]; views != float64(len(people)-1) {
		t.wrong("%v page views are left, want %d", views, len(people)-1)
	}
	s.cli("", "erase", "--site", "shop.example", "--visitor", today["cleo"], "--yes", "--json")
	s.checkChain()
	s.end(term)
	s.mustNotFind("after the end", anna, "berthere")

	restored := filepath.Join(t.dir, "restored")
	t.cli("", "restore", elsewhere, "--erasures", filepath.Join(s.dir, "backups"), "--data", restored)
	old, err := Search(anna, elsewhere)
	t.must(err)
	if len(old.Found) == 0 {
		t.wrong("the backup from before has nothing of her, so restoring it shows nothing")
	}
	(&server{t: t, dir: restored, log: s.log}).mustNotFind("a data directory restored from the backup of before, which has her", anna, "berthere")
}

// readers has figures asked for all the time while something is done, and returns how many answers there were.
func (s *server) readers(do func()) int64 {
	var over atomic.Bool
	var answers atomic.Int64
	var all sync.WaitGroup
	for range 3 {
		all.Go(func() {
			for !over.Load() {
				req := s.request("/api/v1/sites/shop.example/stats?period=24h&by=page")
				if resp, err := client.Do(req); err == nil {
					resp.Body.Close()
					answers.Add(1)
				}
			}
		})
	}
	for start := time.Now(); answers.Load() < 3 && time.Since(start) < 5*time.Second; {
		time.Sleep(time.Millisecond)
	}
	defer func() { // also when the claim ends here
		over.Store(true)
		all.Wait()
	}()
	do()
	return answers.Load()
}

// checkReceipt holds a receipt against what was sent.
func (s *server) checkReceipt(text string) {
	var r receipt
	s.t.must(json.Unmarshal([]byte(text), &r))
	if r.Data.Visits != 1 || r.Data.Pageviews != 1 || r.Data.Events != 1 || r.Data.Found != 0 || r.Data.Looked == 0 {
		s.t.wrong("the receipt says %+v, but what was sent is one visit with one page view and one event", r.Data)
	}
	if len(r.Copies) != 1 || r.Copies[0].Visits != 1 || r.Copies[0].Found != 0 {
		s.t.wrong("the receipt says of the copies %+v, but there is one backup with one visit", r.Copies)
	}
	if len(r.Link) != 64 || r.Number == "" {
		s.t.wrong("the receipt has no number or no link of the chain: %s", text)
	}
	s.t.found("a receipt that says what was sent: %d visit, %d page view, %d event, in the data and in %d backup", r.Data.Visits, r.Data.Pageviews, r.Data.Events, len(r.Copies))
}

// checkChain asks the doctor about the chain of receipts.
func (s *server) checkChain() {
	var findings []struct {
		About, Is string
		OK        bool
	}
	c := s.t.command("doctor", "--json", "--data", s.dir)
	out, _ := c.Output() // it fails where anything is wrong with the machine
	s.t.must(json.Unmarshal(out, &findings))
	for _, f := range findings {
		if f.About != "audit log" { // it and the receipts are one finding
			continue
		}
		if s.t.found("chained: %s", f.Is); !f.OK {
			s.t.wrong("the chain of receipts is broken: %s", f.Is)
		}
		return
	}
	s.t.wrong("the doctor says nothing of the receipts")
}
