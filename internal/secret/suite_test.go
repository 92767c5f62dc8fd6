package secret_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"example.com/lodge/internal/secret"
	"example.com/lodge/internal/secret/secrettest"
)

func TestFileIsAStore(t *testing.T) {
	secrettest.Run(t, func(t *testing.T) func() secret.Store {
		dir := t.TempDir()
		return func() secret.Store {
			return secret.NewFile(filepath.Join(dir, "secrets.age"), filepath.Join(dir, "key"))
		}
	})
}

func TestEnvironmentReads(t *testing.T) {
	secrettest.Reads(t, func(t *testing.T, content secrettest.Content) secret.Store {
		var pairs []string
		for account, keys := range content {
			for key, text := range keys {
				pairs = append(pairs, secret.EnvName(account, key)+"="+text)
			}
		}
		return secret.NewEnv(pairs, []string{"a", "a-b", "b"}, filepath.Join(t.TempDir(), "versions.key"))
	})
}

// A restless store is changed by somebody while it is read.
type restless struct {
	secret.Store
	gets  int
	after func(get int)
}

func (r *restless) Get(ctx context.Context, account, key string) (secret.Value, error) {
	v, err := r.Store.Get(ctx, account, key)
	r.gets++
	r.after(r.gets)
	return v, err
}

// TestTogether: values and version are of one state.
func TestTogether(t *testing.T) {
	f, _, _ := file(t)
	set(t, f, "a", "password", "the old one")
	set(t, f, "a", "username", "the old name")
	r := &restless{Store: f, after: func(get int) {
		if get == 1 {
			set(t, f, "a", "password", "the new one")
			set(t, f, "a", "username", "the new name")
		}
	}}
	values, of, missing, err := secret.Together(t.Context(), r, "a", "password", "username", "pin")
	if err != nil || secret.Reveal(values["password"]) != "the new one" || secret.Reveal(values["username"]) != "the new name" {
		t.Errorf("an old value, or %v", err)
	}
	if of != version(t, f, "a") || len(values) != 2 || len(missing) != 1 || missing["pin"] == nil {
		t.Errorf("version %s; missing %v", of, missing)
	}
	r.after = func(get int) { set(t, f, "a", "password", fmt.Sprint("one more ", get)) }
	if _, _, _, err := secret.Together(t.Context(), r, "a", "password"); err == nil || !strings.Contains(err.Error(), "the operator") {
		t.Errorf("of a store that never rests: %v", err)
	}
}
