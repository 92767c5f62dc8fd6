package submission

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// A Head is the last link of an account's chain of evidence, as far as somebody
// knows: whoever holds one can tell later whether anything up to there was
// removed or changed. The zero Head is a chain without links.
type Head struct {
	N   int64  `json:"n"`
	SHA string `json:"sha"` // of the link's bytes, hex SHA-256
}

// String is how people write a head down: "17:9f86d0…", with the whole hash.
func (h Head) String() string { return fmt.Sprintf("%d:%s", h.N, h.SHA) }

// ParseHead reads what [Head.String] wrote.
func ParseHead(text string) (Head, error) {
	number, sha, ok := strings.Cut(strings.TrimSpace(text), ":")
	n, err := strconv.ParseInt(number, 10, 64)
	sum, hexErr := hex.DecodeString(sha)
	if !ok || err != nil || n < 1 || hexErr != nil || len(sum) != sha256.Size {
		return Head{}, fmt.Errorf("%q is no head of a chain: it is a number, a colon and a SHA-256 in hexadecimal", text)
	}
	return Head{N: n, SHA: strings.ToLower(sha)}, nil
}
