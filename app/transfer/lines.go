package transfer

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
)

// maxLine is the longest line that is read, in bytes.
const maxLine = 64 << 10

// errLong is what next returns for a line over maxLine; the line is skipped.
var errLong = errors.New("the line is longer than 64 KiB")

// lines reads a file line by line, unpacks gzip, and works out the fingerprint of the unpacked content.
type lines struct {
	in     *bufio.Reader
	hash   hash.Hash
	packed *counter // bytes as they came
	number int64    // of the line that next returned last, from 1
}

type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// newLines starts to read r, which is gzip when it begins with gzip's magic number (RFC 1952, section 2.3.1).
func newLines(r io.Reader) (*lines, error) {
	l := &lines{hash: sha256.New(), packed: &counter{r: r}}
	raw := bufio.NewReaderSize(l.packed, maxLine)
	var content io.Reader = raw
	if magic, _ := raw.Peek(2); bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		unpacked, err := gzip.NewReader(raw)
		if err != nil {
			return nil, err
		}
		content = unpacked
	}
	l.in = bufio.NewReaderSize(io.TeeReader(content, l.hash), maxLine+2) // with its end
	return l, nil
}

// next returns the next line that is not blank, without its end; it is valid until the next call. At the end it returns
// io.EOF, for a line that is too long errLong.
func (l *lines) next() ([]byte, error) {
	for {
		line, err := l.in.ReadSlice('\n')
		if err == bufio.ErrBufferFull {
			l.number++
			return nil, l.skipRest()
		}
		if err != nil && (err != io.EOF || len(line) == 0) {
			return nil, err
		}
		l.number++
		if l.number == 1 {
			line = bytes.TrimPrefix(line, []byte("\ufeff")) // some editors begin a file with one
		}
		switch line = bytes.TrimSpace(line); {
		case len(line) > maxLine:
			return nil, errLong
		case len(line) > 0:
			return line, nil
		}
	}
}

// skipRest reads to the end of a line that is too long.
func (l *lines) skipRest() error {
	for {
		switch _, err := l.in.ReadSlice('\n'); err {
		case nil, io.EOF:
			return errLong
		case bufio.ErrBufferFull:
		default:
			return err
		}
	}
}

// fingerprint returns the SHA-256 of the content, once all of it was read.
func (l *lines) fingerprint() [32]byte { return [32]byte(l.hash.Sum(nil)) }
