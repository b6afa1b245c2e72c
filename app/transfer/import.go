// Package transfer brings hits in from files and, later, out to them.
//
// A file of hits is one JSON object a line (NDJSON), plain or gzip. A line is a hit as POST /e takes it, with four keys
// more, which stand for what a request would have said:
//
//	"ts"       time of the hit, RFC 3339
//	"visitor"  an opaque text; the same text is the same visitor, new in the first visit that the site knows of it
//	"ua"       user agent (optional)
//	"cc"       country, ISO 3166-1 alpha-2 (optional)
//
// A line is at most 64 KiB. Blank lines count as lines and say nothing.
//
//	lines.go    lines, gzip, the fingerprint of the content
//	order.go    hits into the order of their times, in bounded memory
//	import.go   a whole file, all or nothing
//	waiting.go  reading that can be called off
//	memory.go   less of it while an import runs
package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"sandprint/app/collect"
	"sandprint/app/problem"
	"sandprint/app/store"
)

// Options say how to import.
type Options struct {
	SkipBad  bool           // leave out lines that can't be read; otherwise one of them stops the import
	Progress func(Progress) // called about five times a second, by the importing goroutine; may be nil
}

// Progress is how far an import has come.
type Progress struct {
	Bytes int64 // of the file as it is (packed, if it is)
	Lines int64
}

// BadLine is a line that can't be read.
type BadLine struct {
	Line    int64  `json:"line"`            // from 1
	Field   string `json:"field,omitempty"` // the key that is wrong; empty: the line as a whole
	Message string `json:"message"`         // names the field too
}

func (b BadLine) String() string { return fmt.Sprintf("line %d: %s", b.Line, b.Message) }

// Result is what came of an import. When Already is true the same content was imported before and nothing changed.
type Result struct {
	Lines    int64     `json:"lines"`    // read, blank ones included
	Hits     int64     `json:"hits"`     // taken in
	Excluded int64     `json:"excluded"` // left out by the owner's page rules
	Bad      int64     `json:"bad"`      // left out because they can't be read
	Examples []BadLine `json:"examples,omitempty"`
	Already  bool      `json:"already"`
}

// maxExamples is how many bad lines are named; an import without SkipBad reads no further.
const maxExamples = 20

// ImportHits takes a file of hits into a site: all of it or, on an error or when ctx ends, nothing. Hits should be in
// order of time; one may stand up to 16,384 lines too late. Of the site's settings only the owner's page rules are
// obeyed. Lines that can't be read are a problem.Error that names them.
func ImportHits(ctx context.Context, r io.Reader, site *store.Site, o Options) (Result, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // ends what reads r beside
	in, err := newLines(newWaiting(ctx, r))
	if ctx.Err() != nil {
		return Result{}, ctx.Err()
	}
	if err != nil {
		return Result{}, unreadable(err)
	}
	target, err := site.StartImport(ctx)
	if err != nil {
		return Result{}, err
	}
	defer target.Cancel()
	defer collectOften()()
	im := &importer{o: o, in: in, target: target, maker: collect.NewImporter(site.Info())}
	if err := im.read(ctx); err != nil {
		return im.result, err
	}
	if im.result.Bad > 0 && !o.SkipBad {
		return im.result, im.refusal()
	}
	switch _, err := target.Commit(ctx, in.fingerprint()); {
	case errors.Is(err, store.ErrImported):
		im.result.Already, im.result.Hits = true, 0
	case err != nil:
		return im.result, err
	}
	return im.result, nil
}

// importer is one import at work.
type importer struct {
	o      Options
	in     *lines
	maker  *collect.Importer
	target *store.Import
	order  order
	result Result
	told   time.Time // when Progress was called last
}

// read hands all hits of the file to the store.
func (im *importer) read(ctx context.Context) error {
	for {
		line, err := im.in.next()
		im.result.Lines = im.in.number
		switch {
		case err == io.EOF:
			return im.flush(ctx, true)
		case err == errLong:
			im.bad(BadLine{Message: errLong.Error()})
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			return unreadable(err)
		default:
			im.take(line)
		}
		if im.result.Bad >= maxExamples && !im.o.SkipBad {
			return nil
		}
		if im.order.full() {
			if err := im.flush(ctx, false); err != nil {
				return err
			}
		}
		if im.in.number%4096 == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
			im.progress()
		}
	}
}

// take reads one line.
func (im *importer) take(line []byte) {
	hit, counted, err := im.maker.Hit(line)
	switch bad, isProblem := errors.AsType[*problem.Error](err); {
	case isProblem:
		im.bad(BadLine{Field: bad.Field, Message: strings.TrimSuffix(bad.Message, ".")})
	case err != nil:
		im.bad(BadLine{Message: err.Error()})
	case !counted:
		im.result.Excluded++
	case !im.order.add(hit):
		im.bad(BadLine{Field: "ts", Message: fmt.Sprintf("\"ts\" is older than hits more than %d lines before it; sort the file by time", window)})
	default:
		im.result.Hits++
	}
}

// bad counts a line that can't be read.
func (im *importer) bad(b BadLine) {
	b.Line = im.in.number
	im.result.Bad++
	if len(im.result.Examples) < maxExamples {
		im.result.Examples = append(im.result.Examples, b)
	}
}

// flush gives the store the hits whose order is settled.
func (im *importer) flush(ctx context.Context, all bool) error {
	hits := im.order.release(all)
	if len(hits) == 0 {
		return nil
	}
	im.maker.Assign(hits)
	if err := im.target.Add(ctx, hits); err != nil {
		return err
	}
	im.order.done(len(hits))
	return nil
}

func (im *importer) progress() {
	if im.o.Progress == nil || time.Since(im.told) < 200*time.Millisecond {
		return
	}
	im.told = time.Now()
	im.o.Progress(Progress{Bytes: im.in.packed.n, Lines: im.in.number})
}

// refusal names the lines that can't be read.
func (im *importer) refusal() error {
	text := "Nothing was imported, because lines of the file can't be read"
	for _, b := range im.result.Examples {
		text += "; " + b.String()
	}
	if im.result.Bad >= maxExamples {
		text += "; it was read no further"
	}
	return problem.New(http.StatusUnprocessableEntity, "bad_lines", text+".").
		WithHint("Correct them, or leave them out with --skip-bad.")
}

// unreadable says that the file can't be read to its end.
func unreadable(err error) error {
	return problem.New(http.StatusUnprocessableEntity, "bad_file", "The file can't be read: "+err.Error()+".").
		WithHint("Nothing was imported; check the file and import it again.").Because(err)
}
