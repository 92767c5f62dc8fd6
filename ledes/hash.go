package ledes

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"hash"
)

// A keeper hashes the bytes of a file, twice, and keeps them for as long as they may
// still be cut into invoices.
type keeper struct {
	sha   hash.Hash
	canon canonical
	raw   []byte
	keep  bool
}

func newKeeper() *keeper { return &keeper{sha: sha256.New(), canon: newCanonical(), keep: true} }

func (k *keeper) part(chunk []byte) {
	k.sha.Write(chunk)
	if k.keep {
		k.raw = append(k.raw, chunk...)
	}
}

func (k *keeper) line(text []byte)   { k.canon.line(text) }
func (k *keeper) piece(chunk []byte) { k.canon.piece(chunk) }

// drop forgets the bytes: the file will not be cut into invoices.
func (k *keeper) drop() { k.keep, k.raw = false, nil }

// A canonical hashes a file without what says nothing: a byte order mark, line
// ends, blanks at the end of lines, blank lines. Two files with the same hash
// are the same invoice sent twice.
type canonical struct {
	sha   hash.Hash
	begun bool
}

func newCanonical() canonical { return canonical{sha: sha256.New()} }

// line adds one line, given without its end.
func (c *canonical) line(text []byte) {
	if !c.begun {
		text = bytes.TrimPrefix(text, []byte(bom))
		c.begun = true
	}
	if text = trimEnd(text); len(text) == 0 {
		return
	}
	c.sha.Write(text)
	c.sha.Write([]byte{'\n'})
}

// piece adds a part of a line that is too long to be read, as it is.
func (c *canonical) piece(part []byte) {
	c.begun = true
	c.sha.Write(part)
}

// sum is the hash in hex.
func (c *canonical) sum() string { return hexSum(c.sha) }

func hexSum(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }
