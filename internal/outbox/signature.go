package outbox

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"example.com/lodge/internal/secret"
)

// The bounds of a webhook's key in bytes, of the Standard Webhooks specification
// ("Signature scheme", symmetric), and how many keys may be in use at a time.
const (
	leastKey = 24
	mostKey  = 64
	mostKeys = 4
)

const keyPrefix = "whsec_"

// ErrSecret says what a webhook's secret looks like, and nothing of what it is.
var ErrSecret = fmt.Errorf("a webhook's secret is %s and then %d to %d bytes in base64; while it is exchanged, "+
	"the new one and the old one with a blank between", keyPrefix, leastKey, mostKey)

// CheckSecret says whether a webhook can be signed with v: nil or [ErrSecret].
func CheckSecret(v secret.Value) error {
	_, err := keysOf(v)
	return err
}

// keysOf reads the keys that a message is signed with, the newest first.
func keysOf(v secret.Value) ([][]byte, error) {
	var keys [][]byte
	for word := range strings.FieldsSeq(secret.Reveal(v)) {
		text, ok := strings.CutPrefix(word, keyPrefix)
		key, err := base64.StdEncoding.DecodeString(text)
		if !ok || err != nil || len(key) < leastKey || len(key) > mostKey {
			return nil, ErrSecret
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 || len(keys) > mostKeys {
		return nil, ErrSecret
	}
	return keys, nil
}

// sign returns the header webhook-signature of a message: for each key "v1," and
// the HMAC-SHA256 of "ID.TIMESTAMP.BODY" in base64, with blanks between.
// Source: standard-webhooks.com, specification, "Signature scheme".
func sign(keys [][]byte, id string, at time.Time, body []byte) (string, error) {
	if strings.Contains(id, ".") {
		return "", errors.New("an id with a full stop could be read as another id") // as the specification warns
	}
	var signatures []string
	for _, key := range keys {
		mac := hmac.New(sha256.New, key)
		_, _ = fmt.Fprintf(mac, "%s.%d.%s", id, at.Unix(), body)
		signatures = append(signatures, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	return strings.Join(signatures, " "), nil
}
