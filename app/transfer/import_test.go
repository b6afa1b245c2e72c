package transfer_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"sandprint/app/problem"
	"sandprint/app/store"
	"sandprint/app/transfer"
	"sandprint/bench/gen"
)

// open returns a new site of the shop, with settings.
func open(t testing.TB, settings store.SiteSettings) *store.Site {
	t.Helper()
	s, err := store.Open(t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	c, err := s.Control().AddCustomer(t.Context(), "Shop")
	if err != nil {
		t.Fatal(err)
	}
	info, err := s.AddSite(t.Context(), store.SiteInfo{Customer: c.ID, Domain: gen.Domain, Zone: time.UTC, Mode: "cookie", Settings: settings})
	if err != nil {
		t.Fatal(err)
	}
	site, err := s.Site(t.Context(), info.ID)
	if err != nil {
		t.Fatal(err)
	}
	return site
}

// figures sums up what a site holds.
type figures struct {
	visits, views, events, visitors, fresh int
	engaged, amount                        int64
	paths                                  map[string]int
	countries                              map[string]int // of visits
}

func read(t testing.TB, site *store.Site) figures {
	t.Helper()
	snap, err := site.Snapshot(context.WithoutCancel(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Close()
	f := figures{paths: map[string]int{}, countries: map[string]int{}}
	seen := map[uint32]bool{}
	var b store.Block
	for i := range snap.Blocks() {
		if err := snap.Load(i, store.AllColumns, &b); err != nil {
			t.Fatal(err)
		}
		f.visits, f.views, f.events = f.visits+b.Visits, f.views+b.Views, f.events+b.Events
		for v := range b.Visits {
			seen[b.Cols[store.VisitVisitor][v]] = true
			if store.VisitorType(b.Cols[store.VisitType][v]) == store.NewVisitor {
				f.fresh++
			}
			country, _, _ := strings.Cut(snap.Dict(store.Places)[b.Cols[store.VisitPlace][v]], store.FieldSep)
			f.countries[country]++
		}
		for v := range b.Views {
			f.engaged += int64(b.Cols[store.ViewEngaged][v])
			f.paths[strings.Split(snap.Dict(store.Pages)[b.Cols[store.ViewPage][v]], store.FieldSep)[1]]++
		}
		for _, a := range b.Amounts {
			f.amount += a
		}
	}
	f.visitors = len(seen)
	return f
}

// hit returns a page view as a line. At is minutes after a moment in March 2026.
func hit(at int, visitor, path string) string {
	ts := time.Date(2026, 3, 4, 12, at, 0, 0, time.UTC).Format(time.RFC3339)
	return fmt.Sprintf(`{"ts":"%s","visitor":"%s","n":"pageview","i":"view%05d%s","u":"https://kiln-and-sea.example%s","cc":"DE"}`+"\n", ts, visitor, at, visitor, path)
}

func TestImportHits(t *testing.T) {
	t.Run("visits and visitors by the text in the file", func(t *testing.T) {
		site := open(t, store.SiteSettings{})
		file := hit(0, "ann", "/a") + hit(10, "bob", "/a") + hit(29, "ann", "/b") + hit(70, "ann", "/c") // after 41 minutes: another visit
		r, err := transfer.ImportHits(t.Context(), strings.NewReader(file), site, transfer.Options{})
		if err != nil || r.Hits != 4 || r.Lines != 4 {
			t.Fatalf("%+v, %v", r, err)
		}
		if f := read(t, site); f.visits != 3 || f.views != 4 || f.visitors != 2 || f.fresh != 2 || f.countries["DE"] != 3 {
			t.Errorf("%+v", f)
		}
	})
	t.Run("a visitor of an earlier file is not new", func(t *testing.T) {
		site := open(t, store.SiteSettings{})
		for i, file := range []string{hit(0, "ann", "/a") + hit(50, "ann", "/a"), hit(24*60, "ann", "/b") + hit(24*60, "bob", "/b")} {
			if _, err := transfer.ImportHits(t.Context(), strings.NewReader(file), site, transfer.Options{}); err != nil {
				t.Fatal(i, err)
			}
		}
		if f := read(t, site); f.visits != 4 || f.visitors != 2 || f.fresh != 2 {
			t.Errorf("%+v", f)
		}
	})
	t.Run("order within the file does not matter", func(t *testing.T) {
		site := open(t, store.SiteSettings{})
		file := hit(70, "ann", "/c") + hit(29, "ann", "/b") + hit(10, "bob", "/a") + hit(0, "ann", "/a")
		if _, err := transfer.ImportHits(t.Context(), strings.NewReader(file), site, transfer.Options{}); err != nil {
			t.Fatal(err)
		}
		if f := read(t, site); f.visits != 3 || f.views != 4 || f.visitors != 2 {
			t.Errorf("%+v", f)
		}
	})
	t.Run("the same content again changes nothing, however it is packed", func(t *testing.T) {
		site := open(t, store.SiteSettings{})
		file := hit(0, "ann", "/a") + hit(10, "bob", "/a")
		if _, err := transfer.ImportHits(t.Context(), strings.NewReader(file), site, transfer.Options{}); err != nil {
			t.Fatal(err)
		}
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		io.WriteString(w, file)
		w.Close()
		r, err := transfer.ImportHits(t.Context(), &packed, site, transfer.Options{})
		if err != nil || !r.Already || r.Hits != 0 {
			t.Errorf("%+v, %v", r, err)
		}
		if f := read(t, site); f.views != 2 {
			t.Errorf("%d page views after the second time", f.views)
		}
	})
	t.Run("the owner's page rules hold, no others", func(t *testing.T) {
		site := open(t, store.SiteSettings{Excluded: []string{"/staff/**"}})
		file := hit(0, "ann", "/staff/rota") + hit(1, "ann", "/login") + hit(2, "ann", "/a")
		r, err := transfer.ImportHits(t.Context(), strings.NewReader(file), site, transfer.Options{})
		if err != nil || r.Excluded != 1 || r.Hits != 2 {
			t.Fatalf("%+v, %v", r, err)
		}
		if f := read(t, site); f.paths["/login"] != 1 || f.paths["/a"] != 1 || len(f.paths) != 2 {
			t.Errorf("%v", f.paths)
		}
	})
	t.Run("an empty file is taken", func(t *testing.T) {
		r, err := transfer.ImportHits(t.Context(), strings.NewReader("\n"), open(t, store.SiteSettings{}), transfer.Options{})
		if err != nil || r.Hits != 0 {
			t.Errorf("%+v, %v", r, err)
		}
	})
}

func TestImportBadLines(t *testing.T) {
	good := hit(0, "ann", "/a")
	for _, row := range []struct{ why, line, field string }{
		{"no JSON", "hello", ""},
		{"no object", "[1]", ""},
		{"cut off", good[:40], ""},
		{"longer than 64 KiB", `{"t":"` + strings.Repeat("x", 64<<10) + `"}`, ""},
		{"no time", `{"visitor":"a","n":"pageview","i":"view00001","u":"https://kiln-and-sea.example/"}`, "ts"},
		{"a time without a zone", `{"ts":"2026-03-04T12:00:00","visitor":"a","n":"pageview","i":"view00001","u":"https://kiln-and-sea.example/"}`, "ts"},
		{"a time to come", `{"ts":"2999-03-04T12:00:00Z","visitor":"a","n":"pageview","i":"view00001","u":"https://kiln-and-sea.example/"}`, "ts"},
		{"no visitor", `{"ts":"2026-03-04T12:00:00Z","n":"pageview","i":"view00001","u":"https://kiln-and-sea.example/"}`, "visitor"},
		{"no page", `{"ts":"2026-03-04T12:00:00Z","visitor":"a","n":"pageview","i":"view00001"}`, "u"},
		{"a page that is none", `{"ts":"2026-03-04T12:00:00Z","visitor":"a","n":"pageview","i":"view00001","u":"nowhere"}`, "u"},
		{"a country's name", `{"ts":"2026-03-04T12:00:00Z","visitor":"a","n":"pageview","i":"view00001","u":"https://kiln-and-sea.example/","cc":"Germany"}`, "cc"},
		{"bad UTF-8", `{"ts":"2026-03-04T12:00:00Z","visitor":"` + "a\xff" + `","n":"pageview","i":"view00001","u":"https://kiln-and-sea.example/"}`, "visitor"},
		{"a decision", `{"ts":"2026-03-04T12:00:00Z","visitor":"a","n":":optout","v":"0123456789abcdef.20000","s":"kiln-and-sea.example"}`, "n"},
	} {
		t.Run(row.why, func(t *testing.T) {
			site := open(t, store.SiteSettings{})
			file := good + "\n" + row.line + "\n" + hit(5, "ann", "/b")
			_, err := transfer.ImportHits(t.Context(), strings.NewReader(file), site, transfer.Options{})
			if p, ok := errors.AsType[*problem.Error](err); !ok || !strings.Contains(p.Message, "line 3: ") || !strings.Contains(p.Message, row.field) {
				t.Errorf("got %v, want a problem that names line 3 and %q", err, row.field)
			}
			if f := read(t, site); f.views != 0 {
				t.Errorf("%d page views of a file that was refused", f.views)
			}
			r, err := transfer.ImportHits(t.Context(), strings.NewReader(file), site, transfer.Options{SkipBad: true})
			if err != nil || r.Bad != 1 || r.Hits != 2 || len(r.Examples) != 1 || r.Examples[0].Line != 3 || r.Examples[0].Field != row.field {
				t.Errorf("leaving it out: %+v, %v", r, err)
			}
			if f := read(t, site); f.views != 2 {
				t.Errorf("%d page views, want the two of the good lines", f.views)
			}
		})
	}
}

// A file with more bad lines than are worth naming is read no further.
func TestImportStopsAtBadLines(t *testing.T) {
	r, err := transfer.ImportHits(t.Context(), strings.NewReader(strings.Repeat("x\n", 1000)), open(t, store.SiteSettings{}), transfer.Options{})
	if err == nil || r.Lines != 20 || len(r.Examples) != 20 {
		t.Errorf("%d lines read, %d named, %v", r.Lines, len(r.Examples), err)
	}
}

// An import that is cancelled, or whose file breaks off, leaves nothing, and the same file can be imported afterwards.
func TestImportAllOrNothing(t *testing.T) {
	o, _ := gen.Scale("demo", time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))
	o.Views = 20_000
	var file bytes.Buffer
	if _, err := gen.New(o).WriteLines(&file); err != nil {
		t.Fatal(err)
	}
	site := open(t, store.SiteSettings{})
	ctx, cancel := context.WithCancel(t.Context())
	half := io.MultiReader(bytes.NewReader(file.Bytes()[:file.Len()/2]), reader(func([]byte) (int, error) { cancel(); return 0, nil }), bytes.NewReader(file.Bytes()[file.Len()/2:]))
	if _, err := transfer.ImportHits(ctx, half, site, transfer.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	broken := io.MultiReader(bytes.NewReader(file.Bytes()[:file.Len()/2]), reader(func([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }))
	if _, err := transfer.ImportHits(t.Context(), broken, site, transfer.Options{}); err == nil {
		t.Error("a file that broke off was imported")
	}
	if f := read(t, site); f.visits != 0 || f.views != 0 {
		t.Errorf("left behind: %d visits, %d page views", f.visits, f.views)
	}
	told := 0
	r, err := transfer.ImportHits(t.Context(), &file, site, transfer.Options{Progress: func(p transfer.Progress) { told++ }})
	if err != nil || r.Already || r.Hits == 0 || told == 0 {
		t.Errorf("afterwards: %+v, told %d times, %v", r, told, err)
	}
}

type reader func([]byte) (int, error)

func (r reader) Read(p []byte) (int, error) {
	n, err := r(p)
	if n == 0 && err == nil {
		err = io.EOF // this reader is over
	}
	return n, err
}

// The same visits give the same figures, whether they come as lines of a file or straight from the generator: so lines are read,
// enriched, and sorted into visits as the generator meant them.
func TestImportAgainstGenerator(t *testing.T) {
	o, _ := gen.Scale("demo", time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))
	o.Views = 30_000
	var file bytes.Buffer
	if _, err := gen.New(o).WriteLines(&file); err != nil {
		t.Fatal(err)
	}
	byLines, straight := open(t, store.SiteSettings{}), open(t, store.SiteSettings{})
	if _, err := transfer.ImportHits(t.Context(), &file, byLines, transfer.Options{}); err != nil {
		t.Fatal(err)
	}
	im, err := straight.StartImport(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for day := range gen.New(o).Days() {
		if err := im.Add(t.Context(), day); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := im.Commit(t.Context(), [32]byte{1}); err != nil {
		t.Fatal(err)
	}
	got, want := read(t, byLines), read(t, straight)
	got.fresh, want.fresh = 0, 0 // a file knows no one from before
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("by lines\n%v\nstraight\n%v", got, want)
	}
}

// BenchmarkImportHits reads a year from memory into sealed days on disk.
func BenchmarkImportHits(b *testing.B) {
	o, _ := gen.Scale("demo", time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))
	var file bytes.Buffer
	if _, err := gen.New(o).WriteLines(&file); err != nil {
		b.Fatal(err)
	}
	var hits int64
	for b.Loop() {
		r, err := transfer.ImportHits(b.Context(), bytes.NewReader(file.Bytes()), open(b, store.SiteSettings{}), transfer.Options{})
		if err != nil {
			b.Fatal(err)
		}
		hits += r.Hits
	}
	b.ReportMetric(float64(hits)/b.Elapsed().Seconds(), "hits/s")
}
