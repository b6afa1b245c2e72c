package store

import (
	"crypto/sha256"
	"encoding/binary"
)

// A chain is a list that only grows: each entry has a link, SHA-256 of the link before it and of all that the entry says, so that an
// entry that is changed or taken out breaks it. Receipts and the audit log are chains. Who can write the file can make a whole chain anew:
// a link that was noted elsewhere tells.

// link returns the link of an entry that says these texts after the one with the link before; before is nil for the first. All but the
// last text must have one length, or an end of their own, so that no two entries say the same.
func link(before []byte, texts ...[]byte) []byte {
	h := sha256.New()
	h.Write(before)
	for _, text := range texts {
		h.Write(text)
	}
	return h.Sum(nil)
}

// eight returns a number as eight bytes of a link.
func eight(n int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)) }
