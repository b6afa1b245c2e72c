package column

import (
	"encoding/binary"
	"hash/crc32"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// shapes are columns as they come, one or more for each encoding.
var shapes = map[string]func(r *rand.Rand, n int) []uint32{
	"constant": func(r *rand.Rand, n int) []uint32 { return fill(n, func(int) uint32 { return 7 }) },
	"packed":   func(r *rand.Rand, n int) []uint32 { return fill(n, func(int) uint32 { return 1000 + r.Uint32N(500) }) },
	"wide":     func(r *rand.Rand, n int) []uint32 { return fill(n, func(int) uint32 { return r.Uint32() }) },
	"rising": func(r *rand.Rand, n int) []uint32 {
		at := uint32(0)
		return fill(n, func(int) uint32 { at += r.Uint32N(9); return at })
	},
	"runs": func(r *rand.Rand, n int) []uint32 {
		return fill(n, func(i int) uint32 { return uint32(i/97) * 12345 % 1000 })
	},
	"sparse": func(r *rand.Rand, n int) []uint32 {
		return fill(n, func(int) uint32 {
			if r.IntN(20) > 0 {
				return 0
			}
			return 1 + r.Uint32N(60000)
		})
	},
	"narrow": func(r *rand.Rand, n int) []uint32 { return fill(n, func(int) uint32 { return r.Uint32N(14) }) },
	"middle": func(r *rand.Rand, n int) []uint32 { return fill(n, func(int) uint32 { return r.Uint32N(1800) }) },
	"broad":  func(r *rand.Rand, n int) []uint32 { return fill(n, func(int) uint32 { return r.Uint32N(2_700_000) }) },
	"few":    func(r *rand.Rand, n int) []uint32 { return fill(n, func(int) uint32 { return 1 << (r.Uint32N(30)) }) },
}

func fill(n int, f func(int) uint32) []uint32 {
	v := make([]uint32, n)
	for i := range v {
		v[i] = f(i)
	}
	return v
}

func TestRoundTrip(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	used := map[byte]bool{}
	for name, shape := range shapes {
		for _, n := range []int{0, 1, 2, 7, 8, 9, 1000, 20000} {
			values := shape(r, n)
			data := Encode(nil, values)
			used[data[1]] = true
			got, err := Decode(make([]uint32, 3), data, n)
			if err != nil || !slices.Equal(got, values) {
				t.Fatalf("%s of %d: %v", name, n, err)
			}
		}
	}
	if len(used) != 5 {
		t.Errorf("only encodings %v were chosen", used)
	}
}

func TestAnyValuesComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.SampledFrom([]uint32{0, 1, 3, 100, 1 << 20, 1<<32 - 1}).Draw(t, "limit")
		values := rapid.SliceOf(rapid.Uint32Range(0, limit)).Draw(t, "values")
		if rapid.Bool().Draw(t, "sorted") {
			slices.Sort(values)
		}
		got, err := Decode(nil, Encode(nil, values), len(values))
		if err != nil || !slices.Equal(got, values) {
			t.Fatalf("%v came back as %v, %v", values, got, err)
		}
		wide := rapid.SliceOf(rapid.Int64()).Draw(t, "wide")
		got64, err := Decode64(nil, Encode64(nil, wide), len(wide))
		if err != nil || !slices.Equal(got64, wide) {
			t.Fatalf("%v came back as %v, %v", wide, got64, err)
		}
	})
}

// TestRanges decodes some values of each shape: they are those of the whole.
func TestRanges(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 10))
	for name, shape := range shapes {
		for _, n := range []int{1, 2, 63, 5000} {
			values := shape(r, n)
			var ranges []Range
			for at := r.IntN(3); at < n; at += r.IntN(40) {
				to := min(n, at+r.IntN(20))
				ranges = append(ranges, Range{int32(at), int32(to)})
				at = to
			}
			got, err := DecodeRanges(fill(n, func(int) uint32 { return 12345 }), Encode(nil, values), n, ranges)
			if err != nil || len(got) != n {
				t.Fatalf("%s of %d: %v", name, n, err)
			}
			for _, x := range ranges {
				if !slices.Equal(got[x.From:x.To], values[x.From:x.To]) {
					t.Fatalf("%s of %d: %v are %v, not %v", name, n, x, got[x.From:x.To], values[x.From:x.To])
				}
			}
		}
	}
}

func TestEveryFlippedBitIsNoticed(t *testing.T) {
	data := Encode(nil, shapes["few"](rand.New(rand.NewPCG(3, 4)), 50))
	for bit := range len(data) * 8 {
		broken := slices.Clone(data)
		broken[bit/8] ^= 1 << (bit % 8)
		if _, err := Decode(nil, broken, 50); err == nil {
			t.Fatalf("bit %d flipped and not noticed", bit)
		}
	}
	for n := range data {
		if _, err := Decode(nil, data[:n], 50); err == nil {
			t.Fatalf("cut to %d bytes and not noticed", n)
		}
	}
}

// TestSparseBitsBeyondTheValues moves the bit of a value behind the last one, with a right checksum.
func TestSparseBitsBeyondTheValues(t *testing.T) {
	values := make([]uint32, 100)
	values[3], values[70], values[99] = 7, 8, 9
	data := Encode(nil, values)
	if data[1] != sparse {
		t.Fatalf("encoding %d was chosen", data[1])
	}
	last := header + 4 + len(values)/8 // of the bytes that say which values there are
	data[last] = 1 << 5
	data = binary.LittleEndian.AppendUint32(data[:len(data)-4], crc32.Checksum(data[:len(data)-4], castagnoli))
	if got, err := Decode(nil, data, len(values)); err == nil {
		t.Errorf("it is read as %v", got)
	}
}

// FuzzDecode gives the decoder bodies with a right checksum, which damage alone would never reach.
func FuzzDecode(f *testing.F) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, shape := range shapes {
		data := Encode(nil, shape(r, 100))
		f.Add(data[:len(data)-4], 100)
	}
	f.Fuzz(func(t *testing.T, data []byte, n int) {
		if n < 0 || n > 1<<16 {
			return
		}
		data = binary.LittleEndian.AppendUint32(slices.Clone(data), crc32.Checksum(data, castagnoli))
		if values, err := Decode(nil, data, n); err == nil && len(values) != n {
			t.Fatalf("%d values, not %d", len(values), n)
		}
		ranges := []Range{{0, int32(n / 3)}, {int32(n / 2), int32(n)}}
		if values, err := DecodeRanges(nil, data, n, ranges); err == nil && len(values) != n {
			t.Fatalf("of ranges %d values, not %d", len(values), n)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	for name, shape := range shapes {
		data := Encode(nil, shape(rand.New(rand.NewPCG(7, 8)), 28000))
		dst := make([]uint32, 28000)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Decode(dst, data, 28000)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/28000, "ns/value")
		})
	}
}
