package submission

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf8"
)

// A Key is what makes two files the same duty. It is read from the LEDES
// content, never from the file's name. Object is set instead of the last three
// for a file whose content could not be read.
type Key struct {
	Account   string `json:"account"`
	LawFirmID string `json:"law_firm_id,omitempty"`
	ClientID  string `json:"client_id,omitempty"`
	Number    string `json:"number,omitempty"`
	Object    string `json:"object,omitempty"`
}

// maxPart bounds each part of a key, in bytes. LEDES allows 20 characters for
// an invoice number; object names may be paths.
const maxPart = 1024

// encoding has neither capitals, which some file systems fold, nor signs that
// an address or a shell would need to escape.
func encoding() *base32.Encoding {
	return base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)
}

// ID is the submission's name everywhere: 26 characters of 0-9 and a-z, safe in
// addresses and file names, the same for the same key for ever. It is the start
// of the SHA-256 over the length-prefixed parts, so that no two keys can be
// spelt alike by moving a character from one part to the next.
func (k Key) ID() string {
	h := sha256.New()
	for _, part := range k.parts() {
		var size [8]byte
		binary.BigEndian.PutUint64(size[:], uint64(len(part)))
		h.Write(size[:])
		h.Write([]byte(part))
	}
	return encoding().EncodeToString(h.Sum(nil)[:16])
}

// Check says what is wrong with a key, or nil.
func (k Key) Check() error {
	for _, part := range k.parts() {
		switch {
		case !utf8.ValidString(part) || strings.ContainsRune(part, 0):
			return fmt.Errorf("key %q: %q is not text", k, part)
		case len(part) > maxPart:
			return fmt.Errorf("key of account %q: a part has %d bytes, more than %d", k.Account, len(part), maxPart)
		}
	}
	content := k.LawFirmID + k.ClientID + k.Number
	switch {
	case k.Account == "":
		return fmt.Errorf("key %q: no account", k)
	case k.Object == "" && k.Number == "":
		return fmt.Errorf("key %q: no invoice number", k)
	case k.Object != "" && content != "":
		return fmt.Errorf("key %q: an object stands for content that could not be read; here is both", k)
	}
	return nil
}

// String names the duty for people.
func (k Key) String() string {
	if k.Object != "" {
		return fmt.Sprintf("file %s of account %s", k.Object, k.Account)
	}
	return fmt.Sprintf("invoice %s of account %s", k.Number, k.Account)
}

func (k Key) parts() []string {
	return []string{k.Account, k.LawFirmID, k.ClientID, k.Number, k.Object}
}
