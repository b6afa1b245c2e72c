package prove

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// saltIsGone is claim 13: the key by which visitors without a cookie are told apart on one day is found on the disk that day, and nowhere once the day is
// over. A day is over when it is in the site's time zone; so the site moves to the other side of the date line.
func saltIsGone(t *Trial) {
	s := t.serve("data")
	s.site("bare.example", "--mode", "cookieless", "--timezone", "Etc/GMT+12")
	view := func(n int) {
		s.hit(map[string]any{"s": "bare.example", "n": "pageview", "i": fmt.Sprintf("view%08d", n), "u": "https://bare.example/" + marker}, "X-Forwarded-For", canaries[0].String())
	}
	view(1)
	view(2)
	day := time.Now().In(time.FixedZone("", -12*3600)).Format(time.DateOnly)
	name := []byte("salt " + day)
	salt := saltIn(t, s.dir, name)
	if salt == nil {
		t.must(fmt.Errorf("today's salt is not in the files"))
	}
	if n := s.stats("bare.example", "period=24h&metrics=visitors").Totals["visitors"]; n != 1 {
		t.wrong("two page views of one visitor on one day are of %v visitors", n)
	}
	needles := Needles{"the salt": salt, "its first half": salt[:16], "its second half": salt[16:]}
	needles.Add("the salt", Needles{"hex": fmt.Appendf(nil, "%x", salt)})
	held := t.inMemory(s, Needles{"": salt})
	t.sent("two page views of one visitor, and found the day's salt on the disk%s", map[bool]string{true: " and in the memory of the program"}[held > 0])
	backup := s.cli("", "backup")
	h, err := Search(needles, backup)
	t.must(err)
	for _, found := range h.Found {
		t.wrong("a backup has it, so that deleting it would be undone: %s", found)
	}

	s.change("bare.example", map[string]any{"timezone": "Pacific/Kiritimati"})
	view(3)
	s.mustNotFind("the day is over: data, log and backup", needles, marker)
	s.cli("", "maintain")
	s.mustNotFind("after a nightly round", needles, marker)
	if after := t.inMemory(s, Needles{"": salt}); after > 0 {
		t.say("limit", "%d copies of it lie in the memory of the program until that is used for something else, or the program ends; memory is kept out of core dumps", after)
		t.mustNotDump(s)
	} else if held > 0 {
		t.found("none of it in the memory of the program")
	}
	if n := s.stats("bare.example", "period=24h&metrics=visitors").Totals["visitors"]; n != 2 {
		t.wrong("the same visitor on two days is %v visitors: the days can be joined", n)
	}
	t.found("the same visitor counted as another one on the next day: nothing joins the two")
	s.end(term)
	s.mustNotFind("after the end", needles, marker)
}

// saltIn returns the salt that stands in the files behind its name, nil when it is in none.
func saltIn(t *Trial, dir string, name []byte) (salt []byte) {
	t.must(filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() || salt != nil {
			return err
		}
		text, err := os.ReadFile(path)
		if at := bytes.Index(text, name); at >= 0 && at+len(name)+32 <= len(text) {
			salt = bytes.Clone(text[at+len(name):][:32])
		}
		return err
	}))
	return salt
}
