package store

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"
)

// Every needle is found wherever it lies: at each offset within a word, over the edges of what is read at once, at both ends.
func TestNeedlesAreFound(t *testing.T) {
	if testing.Short() {
		t.Skip("one goroutine reads 400 MB")
	}
	r := rand.New(rand.NewPCG(1, 2))
	random := func(n int) []byte {
		b := make([]byte, n)
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		return b
	}
	var n needles
	for length := shortest; length <= longest+9; length++ {
		n.add(random(length))
	}
	n.add([]byte("https://example.com/some/page"))
	for _, no := range []string{"short", "aaaaaaaaaaaaaaaaaaaaaaaa", "\x00\x00\x00\x00\x00\x00\x00\x01"} {
		n.add([]byte(no))
	}
	if len(n.texts.kept) != longest+9-shortest+1+1 {
		t.Fatalf("%d needles", len(n.texts.kept))
	}
	for i, text := range n.texts.kept {
		for _, at := range []int{0, 1, 2, 3, 4, 5, 100, 256<<10 - 1, 256<<10 - len(text) + 1, 256<<10 - 8, 256 << 10, 256<<10 + 1, 600<<10 - len(text)} {
			hay := random(600 << 10)
			copy(hay[at:], text)
			n.ready()
			if err := n.searchFile(bytes.NewReader(hay), int64(len(hay))); err != nil {
				t.Fatal(err)
			}
			if n.total() != 1 || n.found[i] != 1 {
				t.Fatalf("needle of %d bytes at %d: found %d", len(text), at, n.total())
			}
			if n.dismiss(hay[max(0, at-5):min(len(hay), at+len(text)+5)]); n.total() != 0 {
				t.Fatal("a needle that is there by right was not let go of")
			}
		}
	}
}

// More needles than are kept leave a sample of all of them.
func TestNeedlesAreBounded(t *testing.T) {
	var n needles
	for i := range 2 * maxTexts {
		n.add(fmt.Appendf(nil, "needle %08d", i))
	}
	if n.ready(); len(n.texts.kept) != maxTexts {
		t.Fatalf("%d needles", len(n.texts.kept))
	}
	late := 0
	for _, text := range n.texts.kept {
		if string(text) >= fmt.Sprintf("needle %08d", maxTexts) {
			late++
		}
	}
	if late < maxTexts*4/10 || late > maxTexts*6/10 {
		t.Errorf("%d of %d are of the second half", late, maxTexts)
	}
}

func BenchmarkNeedles(b *testing.B) {
	for _, count := range []int{2, 100, maxWindows, maxTexts} {
		b.Run(fmt.Sprint(count), func(b *testing.B) {
			r := rand.NewChaCha8([32]byte{})
			var n needles
			for range count {
				text := make([]byte, 24)
				r.Read(text)
				n.add(text)
			}
			hay := make([]byte, 16<<20)
			r.Read(hay)
			n.ready()
			b.SetBytes(int64(len(hay)))
			for b.Loop() {
				n.searchFile(bytes.NewReader(hay), int64(len(hay)))
			}
		})
	}
}
