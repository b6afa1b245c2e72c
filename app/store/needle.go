package store

import (
	"encoding/binary"
	"io"
	"math/bits"
	"math/rand/v2"
	"slices"
)

// The lengths of needles, in bytes: no shorter than a visitor's key. Wherever in a file one lies, it holds the whole of a
// word of four bytes that begins at a multiple of step: so only these words of a file are looked at.
const (
	shortest = 8
	longest  = 64
	step     = shortest - 4 + 1
)

// Of more texts and windows than these, a random sample is looked for.
const (
	maxTexts   = 1 << 15
	maxWindows = 1 << 12
)

// needles are byte strings to look for in files, many at once.
type needles struct {
	texts   sample // keys, ids and texts
	windows sample // pieces of blobs
	all     [][]byte
	found   []int // of all
	right   bool  // what is found is there by right

	words  []word
	heads  []int32  // by hash: index in words of the first with it, plus one
	filter []uint64 // a bit for each hash of a word
	shift  int      // makes an index of the filter of a hash; of heads, with spread more
}

// spread is how many times as large the filter is as heads, in powers of two: one word in 2^spread passes by chance.
const spread = 6

// sample is byte strings, of which at most some are kept.
type sample struct {
	kept [][]byte
	seen int
}

func (s *sample) add(text []byte, most int) {
	s.seen++
	if text = slices.Clone(text); len(s.kept) < most {
		s.kept = append(s.kept, text)
	} else if i := rand.IntN(s.seen); i < most {
		s.kept[i] = text
	}
}

// word is four bytes of a needle.
type word struct {
	value  uint32
	needle int32
	at     int32 // where in the needle
	next   int32 // in words, plus one: the next with the same hash
}

// add takes a byte string of which a trace would tell something: long enough, and not a few bytes over and over. The
// last 64 bytes of a longer one do.
func (n *needles) add(text []byte) {
	if len(text) < shortest || distinct(text) < 4 {
		return
	}
	n.texts.add(text[max(0, len(text)-longest):], maxTexts)
}

// addText takes a text; a long one in pieces, to be found in parts too.
func (n *needles) addText(text string) {
	const piece = 48
	for ; len(text) > piece; text = text[piece:] {
		n.add([]byte(text[:piece]))
	}
	n.add([]byte(text))
}

// addWindows takes a sample of a blob: windows of 24 bytes, 256 apart, that no other data is likely to have. Tables of
// values, which many have, are in the first half; the end is zeros and a checksum.
func (n *needles) addWindows(blob []byte) {
	for i := len(blob) - 36; i > len(blob)/2; i -= 256 {
		if w := blob[i : i+24]; distinct(w) >= 14 {
			n.windows.add(w, maxWindows)
		}
	}
}

// distinct counts the different bytes of a text.
func distinct(text []byte) int {
	var seen [4]uint64
	for _, b := range text {
		seen[b>>6] |= 1 << (b & 63)
	}
	return bits.OnesCount64(seen[0]) + bits.OnesCount64(seen[1]) + bits.OnesCount64(seen[2]) + bits.OnesCount64(seen[3])
}

// hash spreads words; its upper bits are the index of the filter and of heads.
func hash(value uint32) uint32 { return value * 2654435761 }

// ready makes the tables that search needs, and forgets what was found.
func (n *needles) ready() {
	n.all = slices.Concat(n.texts.kept, n.windows.kept)
	n.found = make([]int, len(n.all))
	n.words = make([]word, 0, step*len(n.all))
	size := max(10, bits.Len(uint(step*len(n.all))))
	n.shift = 32 - size - spread
	n.filter = make([]uint64, 1<<size*(1<<spread)/64)
	n.heads = make([]int32, 1<<size)
	for i, text := range n.all {
		at := window(text)
		for j := at; j < at+step; j++ {
			w := word{value: binary.LittleEndian.Uint32(text[j:]), needle: int32(i), at: int32(j)}
			h := hash(w.value) >> n.shift
			w.next = n.heads[h>>spread]
			n.words = append(n.words, w)
			n.heads[h>>spread] = int32(len(n.words))
			n.filter[h>>6] |= 1 << (h & 63)
		}
	}
}

// window returns where in a text the eight bytes begin that are looked for first: those with the most different ones, for
// common words would be found everywhere.
func window(text []byte) int {
	best, most := 0, 0
	for i := 0; i+shortest <= len(text); i++ {
		if d := distinct(text[i : i+shortest]); d >= most {
			best, most = i, d
		}
	}
	return best
}

// search counts the needles that begin anywhere in data and have a word between from and to, which is every needle when
// pieces that lie side by side are searched with longest bytes around them.
func (n *needles) search(data []byte, from, to int) {
	filter, shift := n.filter, n.shift
	to = min(to, len(data)-3)
	i := from
	for ; i+4*step <= to; i += 4 * step { // four words at a time: nearly always none of them is in the filter
		four := data[i : i+4*step : i+4*step]
		a, b := hash(binary.LittleEndian.Uint32(four))>>shift, hash(binary.LittleEndian.Uint32(four[step:]))>>shift
		c, d := hash(binary.LittleEndian.Uint32(four[2*step:]))>>shift, hash(binary.LittleEndian.Uint32(four[3*step:]))>>shift
		if (filter[a>>6]>>(a&63)|filter[b>>6]>>(b&63)|filter[c>>6]>>(c&63)|filter[d>>6]>>(d&63))&1 != 0 {
			n.match(data, i, i+4*step)
		}
	}
	n.match(data, i, to)
}

// match counts the needles that have a word between from and to of data.
func (n *needles) match(data []byte, from, to int) {
	for i := from; i < to; i += step {
		value := binary.LittleEndian.Uint32(data[i:])
		for next := n.heads[hash(value)>>n.shift>>spread]; next > 0; next = n.words[next-1].next {
			w := &n.words[next-1]
			text := n.all[w.needle]
			begin := i - int(w.at)
			if w.value == value && begin >= 0 && begin+len(text) <= len(data) && string(data[begin:begin+len(text)]) == string(text) {
				n.found[w.needle]++
				if n.right {
					n.found[w.needle] = 0
				}
			}
		}
	}
}

// searchFile searches the first size bytes of a file.
func (n *needles) searchFile(file io.ReaderAt, size int64) error {
	const piece = 256 << 10 / step * step
	buf := make([]byte, longest+piece+longest)
	for at := int64(0); at < size; at += piece {
		begin := max(0, at-longest)
		read, err := file.ReadAt(buf[:min(int64(len(buf)), size-begin)], begin)
		if err != nil && err != io.EOF {
			return err
		}
		n.search(buf[:read], int(at-begin), int(at-begin)+piece)
	}
	return nil
}

// dismiss lets go of the needles that were found but are in data, which is there by right.
func (n *needles) dismiss(data []byte) {
	n.right = true
	n.search(data, 0, len(data))
	n.right = false
}

// total returns how often needles were found.
func (n *needles) total() (all int) {
	for _, count := range n.found {
		all += count
	}
	return all
}
