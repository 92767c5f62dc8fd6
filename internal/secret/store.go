package secret

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

// A Store holds the secrets of accounts. Implementations are safe for use by
// several goroutines and, where they write, by several processes.
type Store interface {
	// Get returns one secret of an account, or a [*MissingError].
	Get(ctx context.Context, account, key string) (Value, error)
	// Set keeps v in place of what may be there. When it has returned, a power
	// cut loses nothing.
	Set(ctx context.Context, account, key string, v Value) error
	// List returns what there is, by account and key, without values.
	List(ctx context.Context) ([]Entry, error)
	// Version names the present state of an account's secrets. It changes
	// whenever one of them is set to another value, and tells nothing about any
	// value. An account without secrets has a version too.
	Version(ctx context.Context, account string) (string, error)
}

// An Entry tells of one secret that it is there.
type Entry struct {
	Account string    `json:"account"`
	Key     string    `json:"key"`
	From    string    `json:"from"`            // where it is kept: "environment", the file's path, a secret's name
	SetAt   time.Time `json:"set_at,omitzero"` // when it was set, at the latest; zero where that is not known
}

// Shortest is the least number of characters of a secret. A shorter one cannot
// be kept out of logs and evidence: its letters occur everywhere.
const Shortest = 4

// ErrMissing is what every [*MissingError] is.
var ErrMissing = errors.New("secret missing")

// ErrShort refuses values of fewer than [Shortest] characters.
var ErrShort = fmt.Errorf("shorter than %d characters, so it could not be kept out of logs and evidence", Shortest)

// A MissingError says which secret is not there, where Lodge looked, and what
// the operator types.
type MissingError struct {
	Account, Key string
	Looked       []string // places, for people
}

// Error implements error.
func (e *MissingError) Error() string {
	return fmt.Sprintf("account %s has no secret %q (looked in %s): the operator types: lodge secret set %s %s",
		e.Account, e.Key, strings.Join(e.Looked, " and in "), e.Account, e.Key)
}

// Is makes every MissingError an [ErrMissing].
func (e *MissingError) Is(target error) bool { return target == ErrMissing }

var nameRE = regexp.MustCompile(`^[a-z0-9-]{1,40}$`)

// checkName refuses names that could not be told apart in every store, or
// could be something else than a name.
func checkName(account, key string) error {
	if !nameRE.MatchString(account) {
		return fmt.Errorf("secret: %q is no name of an account: 1 to 40 of a-z, 0-9 and -", account)
	}
	if !nameRE.MatchString(key) {
		return fmt.Errorf("secret: %q is no name of a secret: 1 to 40 of a-z, 0-9 and -", key)
	}
	return nil
}

// checkValue refuses values that the [Scrubber] could not remove.
func checkValue(account, key string, v Value) error {
	if utf8.RuneCountInString(v.text) < Shortest {
		return fmt.Errorf("secret %q of account %s is %w: the operator sets another", key, account, ErrShort)
	}
	return nil
}

// Check refuses names and values as every [Store]'s Get does: whoever writes a
// store outside of this package asks it. No error quotes a value.
func Check(account, key string, v Value) error {
	return errors.Join(checkName(account, key), checkValue(account, key, v))
}

// CheckNames refuses names that a [Store] cannot tell apart.
func CheckNames(account, key string) error { return checkName(account, key) }

// CheckSet refuses what a [Store] is not to keep: what [Check] refuses, and values
// that are no text, which JSON would change in silence.
func CheckSet(account, key string, v Value) error {
	if err := Check(account, key, v); err != nil {
		return err
	}
	if !utf8.ValidString(v.text) {
		return fmt.Errorf("secret %q of account %s is not in UTF-8, so it would not be kept as it is: the operator types it again", key, account)
	}
	return nil
}

// digest makes one version of several parts, none of which tells a value.
func digest(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		_, _ = fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}
