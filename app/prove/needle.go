package prove

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io/fs"
	"math/big"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Needles are bytes that are looked for, by what they are.
type Needles map[string][]byte

// AddressNeedles returns the forms in which an address, or the network it is cut to, might be kept: as text, packed in both orders,
// in hexadecimal and as a whole number. What is too short to be told from chance is left out.
func AddressNeedles(addr netip.Addr) Needles {
	packed := addr.AsSlice()
	turned := slices.Clone(packed)
	slices.Reverse(turned)
	bits := 24
	forms := Needles{"mapped text": []byte("::ffff:" + addr.String())}
	if addr.Is6() {
		bits = 48
		forms = Needles{"expanded text": []byte(addr.StringExpanded())}
	}
	network, _ := addr.Prefix(bits)
	forms["text"] = []byte(addr.String())
	forms["packed"], forms["packed, turned"] = packed, turned
	forms["hex"] = []byte(hex.EncodeToString(packed))
	forms["HEX"] = []byte(strings.ToUpper(hex.EncodeToString(packed)))
	forms["number"] = []byte(new(big.Int).SetBytes(packed).String())
	forms["network"] = []byte(network.Addr().String())
	if addr.Is4() {
		forms["number, turned"] = fmt.Append(nil, binary.LittleEndian.Uint32(packed))
		forms["network, short"] = bytes.TrimSuffix(forms["network"], []byte("0"))
	} else {
		forms["network"] = bytes.TrimSuffix(forms["network"], []byte("::"))
		forms["network, packed"] = packed[:6]
	}
	return forms
}

// TextNeedles returns the forms in which a text might be kept: as it is, in lower case, percent-encoded, in hexadecimal and base64.
func TextNeedles(text string) Needles {
	forms := Needles{"text": []byte(text), "hex": []byte(hex.EncodeToString([]byte(text)))}
	add := func(form, as string) {
		for _, there := range forms {
			if string(there) == as {
				return
			}
		}
		forms[form] = []byte(as)
	}
	add("lower case", strings.ToLower(text))
	add("percent-encoded", url.PathEscape(text))
	add("as a query", url.QueryEscape(text))
	if len(text) >= 6 { // the first characters don't depend on what follows
		add("base64", base64.StdEncoding.EncodeToString([]byte(text))[:len(text)/3*4])
	}
	return forms
}

// Add adds needles under a name.
func (n Needles) Add(name string, more Needles) {
	for form, needle := range more {
		n[name+", "+form] = needle
	}
}

// Haystack is what was searched, and what was found in it.
type Haystack struct {
	Files int
	Bytes int64
	Found []string // file, what, and where in it
}

// Search looks for needles in all files below dirs, and in files named there.
func Search(needles Needles, dirs ...string) (h Haystack, err error) {
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
			if os.IsNotExist(err) { // of a program at work: gone while it was looked for
				return nil
			}
			if err != nil || !entry.Type().IsRegular() {
				return err
			}
			text, err := os.ReadFile(path)
			if os.IsNotExist(err) {
				return nil
			}
			name, _ := filepath.Rel(filepath.Dir(dir), path)
			h.look(name, text, needles)
			return err
		})
		if err != nil {
			return h, err
		}
	}
	slices.Sort(h.Found)
	return h, nil
}

// look looks for needles in one text.
func (h *Haystack) look(name string, text []byte, needles Needles) {
	h.Files++
	h.Bytes += int64(len(text))
	for what, needle := range needles {
		if at := bytes.Index(text, needle); at >= 0 {
			h.Found = append(h.Found, fmt.Sprintf("%s, at byte %d: %s (%q)", name, at, what, needle))
		}
	}
}

// size says how much was searched.
func (h Haystack) size() string {
	return fmt.Sprintf("%d files, %.1f MB", h.Files, float64(h.Bytes)/1e6)
}

// mustNotFind searches what a server keeps, and whatever else is named, for needles, of which none may be there, and for a text that is kept,
// without which the search would show nothing.
func (s *server) mustNotFind(when string, needles Needles, kept string, more ...string) {
	places := append([]string{s.dir, s.log}, more...)
	h, err := Search(needles, places...)
	s.t.must(err)
	control, err := Search(Needles{"control": []byte(kept)}, places...)
	s.t.must(err)
	s.t.searched("%s: %s, for %d forms", when, h.size(), len(needles))
	if len(control.Found) == 0 {
		s.t.wrong("%s: the search did not even find “%s”, which is kept", when, kept)
	}
	if len(h.Found) == 0 {
		s.t.found("none of them; and “%s”, which is kept, in %d files", kept, len(control.Found))
	}
	for _, found := range h.Found {
		s.t.wrong("%s: %s", when, found)
	}
}
