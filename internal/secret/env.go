package secret

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"example.com/lodge/internal/durable"
)

// FromEnv is the place that an [Entry] of the environment names.
const FromEnv = "environment"

const envPrefix = "LODGE_SECRET_"

// EnvName is the variable that holds a secret: LODGE_SECRET_ACCOUNT_KEY, in
// upper case and with _ for -.
func EnvName(account, key string) string { return envPrefix + envWord(account) + "_" + envWord(key) }

func envWord(s string) string { return strings.ReplaceAll(strings.ToUpper(s), "-", "_") }

// Env reads secrets from environment variables, as [EnvName] calls them. It is
// for development and for containers that get their secrets so.
type Env struct {
	vars     map[string]string
	accounts []string
	versions string
}

// NewEnv takes the secrets out of environ, which is like [os.Environ]. A
// variable that could belong to two of accounts ("site" and "site-b" could both
// own LODGE_SECRET_SITE_B_PIN) belongs to the longer. versions is the path of a
// file that NewEnv's Version makes: 32 random bytes, without which a version
// would let a password be guessed.
func NewEnv(environ, accounts []string, versions string) *Env {
	vars := make(map[string]string)
	for _, pair := range environ {
		if name, value, ok := strings.Cut(pair, "="); ok && strings.HasPrefix(name, envPrefix) {
			vars[name] = value
		}
	}
	return &Env{vars, slices.Clone(accounts), versions}
}

// owner is the account that a variable belongs to; "" if it is none of ours.
func (e *Env) owner(name string) string {
	owner := ""
	for _, a := range e.accounts {
		if len(a) > len(owner) && strings.HasPrefix(name, EnvName(a, "")) {
			owner = a
		}
	}
	return owner
}

// Get implements [Store].
func (e *Env) Get(ctx context.Context, account, key string) (Value, error) {
	if err := errors.Join(ctx.Err(), checkName(account, key)); err != nil {
		return Value{}, err
	}
	name := EnvName(account, key)
	text, ok := e.vars[name]
	if !ok || e.owner(name) != account {
		return Value{}, &MissingError{account, key, []string{"the environment (" + name + ")"}}
	}
	v := NewValue(text)
	return v, checkValue(account, key, v)
}

// Set implements [Store]: it always refuses.
func (e *Env) Set(_ context.Context, account, key string, _ Value) error {
	return fmt.Errorf("secret: the environment cannot be written: the operator sets %s where Lodge is started", EnvName(account, key))
}

// List implements [Store].
func (e *Env) List(ctx context.Context) ([]Entry, error) {
	var list []Entry
	for name := range e.vars {
		if a := e.owner(name); a != "" {
			list = append(list, Entry{Account: a, Key: envKey(name, a), From: FromEnv})
		}
	}
	slices.SortFunc(list, byName)
	return list, ctx.Err()
}

func envKey(name, account string) string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimPrefix(name, EnvName(account, ""))), "_", "-")
}

// Version implements [Store] with a keyed digest of the account's variables.
// If the key's file is lost the version changes once, which lifts a suspension
// that a person should have lifted.
func (e *Env) Version(ctx context.Context, account string) (string, error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	var own []string
	for name, value := range e.vars {
		if e.owner(name) == account {
			own = append(own, name+"="+value)
		}
	}
	if len(own) == 0 {
		return digest(), nil
	}
	key, err := e.versionKey()
	if err != nil {
		return "", err
	}
	slices.Sort(own)
	mac := hmac.New(sha256.New, key)
	for _, pair := range own {
		_, _ = fmt.Fprintf(mac, "%d:%s", len(pair), pair)
	}
	return hex.EncodeToString(mac.Sum(nil)[:8]), nil
}

// versionKey reads the key of the digests, which the first caller makes.
func (e *Env) versionKey() ([]byte, error) {
	key, err := readPrivate(e.versions)
	if errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(filepath.Dir(e.versions), 0o700); err != nil {
			return nil, fmt.Errorf("secret: %w", err)
		}
		fresh := make([]byte, sha256.Size)
		_, _ = rand.Read(fresh) // never fails
		err = in(e.versions, func(root *os.Root, name string) error { return durable.Create(root, name, fresh) })
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return nil, err
		}
		key, err = readPrivate(e.versions) // of whoever was first
	}
	if err != nil {
		return nil, err
	}
	if len(key) != sha256.Size {
		return nil, fmt.Errorf("secret: %s is damaged: the operator removes it", e.versions)
	}
	return key, nil
}
