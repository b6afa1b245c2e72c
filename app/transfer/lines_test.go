package transfer

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"io"
	"strconv"
	"strings"
	"testing"

	"sandprint/app/collect"
	"sandprint/app/store"
)

func TestLines(t *testing.T) {
	long := strings.Repeat("x", maxLine)
	for _, row := range []struct{ why, content, want string }{
		{"an empty file has none", "", ""},
		{"each has its number", "a\nb\n", "1:a 2:b"},
		{"the last needs no end", "a\nb", "1:a 2:b"},
		{"blank ones count but are not given", "\n \na\r\n\nb\n\n", "3:a 5:b"},
		{"a byte order mark is no content", "\ufeffa\n", "1:a"},
		{"the longest that is read", long + "\na", "1:" + long + " 2:a"},
		{"a longer one is named and passed over", long + "y\na", "1! 2:a"},
		{"a much longer one too", long + long + long + "\na", "1! 2:a"},
		{"also at the end", "a\n" + long + "y", "1:a 2!"},
	} {
		for _, packed := range []bool{false, true} {
			content := []byte(row.content)
			if packed {
				content = pack(content)
			}
			l, err := newLines(bytes.NewReader(content))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for {
				line, err := l.next()
				if err == io.EOF {
					break
				}
				switch err {
				case nil:
					got = append(got, itoa(l.number)+":"+string(line))
				case errLong:
					got = append(got, itoa(l.number)+"!")
				default:
					t.Fatal(err)
				}
			}
			if strings.Join(got, " ") != row.want {
				t.Errorf("%s (gzip: %v): got %.80q, want %.80q", row.why, packed, got, row.want)
			}
			if l.fingerprint() != sha256.Sum256([]byte(row.content)) {
				t.Errorf("%s (gzip: %v): the fingerprint is not that of the content", row.why, packed)
			}
		}
	}
}

// A file that ends in the middle of its gzip data is an error, not a shorter file.
func TestLinesCutOff(t *testing.T) {
	content := pack([]byte(strings.Repeat("a line of some length\n", 1000)))
	l, err := newLines(bytes.NewReader(content[:len(content)-9]))
	for err == nil {
		_, err = l.next()
	}
	if err != io.ErrUnexpectedEOF {
		t.Errorf("got %v, want %v", err, io.ErrUnexpectedEOF)
	}
}

// Hits come out in order, those of one second as they stood in the file; what comes later than the window is refused.
func TestOrder(t *testing.T) {
	var o order
	var out []store.Hit
	give := func(all bool) {
		hits := o.release(all)
		out = append(out, hits...)
		o.done(len(hits))
	}
	n := 5 * window
	for i := range n {
		late := (i * 7919) % window // a line stands up to so many lines too late
		if !o.add(store.Hit{Time: int64(n + i - late), Seq: uint32(i)}) {
			t.Fatalf("line %d, %d too late, was refused", i, late)
		}
		if o.full() {
			give(false)
		}
	}
	if o.add(store.Hit{Time: int64(n + n - 4*window)}) {
		t.Error("a hit from before the window was taken")
	}
	give(true)
	if len(out) != n {
		t.Fatalf("%d hits came out of %d", len(out), n)
	}
	for i := 1; i < n; i++ {
		if a, b := out[i-1], out[i]; a.Time > b.Time || (a.Time == b.Time && a.Seq > b.Seq) {
			t.Fatalf("hit %d: time %d line %d after time %d line %d", i, b.Time, b.Seq, a.Time, a.Seq)
		}
	}
}

// Whatever a file holds, reading it comes to an end, and each line is a hit in its place, left out, or bad. (Without the store
// behind it: SQLite under a fuzzer's instruments manages one file a second.)
func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"ts":"2026-03-04T12:00:00Z","visitor":"a","n":"pageview","i":"view00001","u":"https://shop.example/?a=1#b","t":"T","w":390}` + "\n\n"))
	f.Add([]byte(`{"ts":"2026-03-04T12:00:00Z","visitor":"a","n":"Purchase","i":"view00001","u":"https://shop.example/","p":{"a":1},"$":{"a":100,"c":"EUR"}}`))
	f.Add([]byte(`{"ts":"2026-03-04T12:00:00+01:00","visitor":"a","n":"engage","i":"view00001","q":1,"e":900,"d":4,"H":5}`))
	f.Add(pack([]byte("{}\n")))
	f.Fuzz(func(t *testing.T, file []byte) {
		in, err := newLines(bytes.NewReader(file))
		if err != nil {
			return
		}
		im := &importer{o: Options{SkipBad: true}, in: in, maker: collect.NewImporter(store.SiteInfo{ID: "x"})}
		for {
			line, err := in.next()
			if err == errLong {
				continue
			}
			if err != nil {
				break
			}
			im.take(line)
		}
		hits := im.order.release(true)
		im.maker.Assign(hits)
		if r := im.result; int64(len(hits)) != r.Hits || r.Hits+r.Bad+r.Excluded > in.number {
			t.Fatalf("%d hits of %d lines: %+v", len(hits), in.number, r)
		}
		for i := 1; i < len(hits); i++ {
			if hits[i].Time < hits[i-1].Time || hits[i].Start > hits[i].Time {
				t.Fatalf("hit %d is out of order or before its visit: %+v after %+v", i, hits[i], hits[i-1])
			}
		}
	})
}

func pack(b []byte) []byte {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	w.Write(b)
	w.Close()
	return packed.Bytes()
}

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
