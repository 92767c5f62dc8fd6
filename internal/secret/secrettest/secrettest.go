// Package secrettest is what every store of secrets passes.
package secrettest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/lodge/internal/secret"
)

// password is a value that no error and no list may show.
const password = "hunter2-hunter2"

// Content is what a store holds: a text by account and key.
type Content map[string]map[string]string

// Run checks a store that can be written. place makes an empty place; open opens
// the store there anew, as another program does.
func Run(t *testing.T, place func(t *testing.T) (open func() secret.Store)) {
	t.Helper()
	Reads(t, func(t *testing.T, content Content) secret.Store {
		open := place(t)
		s := open()
		for account, keys := range content {
			for key, text := range keys {
				set(t, s, account, key, text)
			}
		}
		return open()
	})
	for name, test := range map[string]func(*testing.T, func() secret.Store){
		"keeps": keeps, "version": versions, "refused": refused, "not UTF-8": notText, "together": noneLost, "nothing there": empty,
	} {
		t.Run(name, func(t *testing.T) { test(t, place(t)) })
	}
}

// Reads checks a store that others write. holding is one with content, of the
// accounts a, a-b and b.
func Reads(t *testing.T, holding func(*testing.T, Content) secret.Store) {
	t.Helper()
	content := Content{"a": {"password": password, "pin": "<&\">\\ é"}, "a-b": {"pin": "4711"}}
	t.Run("reads", func(t *testing.T) { reads(t, holding(t, content), content) })
	t.Run("missing", func(t *testing.T) { missing(t, holding(t, content)) })
	t.Run("ended", func(t *testing.T) { ended(t, holding(t, content)) })
	t.Run("names", func(t *testing.T) { names(t, holding(t, content)) })
}

func reads(t *testing.T, s secret.Store, content Content) {
	for account, keys := range content {
		for key, text := range keys {
			if v, err := s.Get(t.Context(), account, key); err != nil || secret.Reveal(v) != text {
				t.Errorf("%s %s: another value, or %v", account, key, err)
			}
		}
	}
	list, err := s.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range list {
		got = append(got, e.Account+" "+e.Key)
		if e.From == "" {
			t.Errorf("where %s is kept is not told", e.Key)
		}
	}
	if diff := cmp.Diff([]string{"a password", "a pin", "a-b pin"}, got); diff != "" {
		t.Errorf("list, -want +got\n%s", diff)
	}
	if strings.Contains(fmt.Sprintf("%+v", list), "hunter2") {
		t.Error("a list shows a value")
	}
	first := version(t, s, "a")
	if first != version(t, s, "a") || first == version(t, s, "a-b") || version(t, s, "b") == "" {
		t.Error("versions are not of accounts")
	}
}

func missing(t *testing.T, s secret.Store) {
	for _, of := range [][2]string{{"a", "totp-seed"}, {"a", "b-pin"}, {"b", "password"}} {
		_, err := s.Get(t.Context(), of[0], of[1])
		m, ok := errors.AsType[*secret.MissingError](err)
		if !ok || !errors.Is(err, secret.ErrMissing) || m.Account != of[0] || m.Key != of[1] || len(m.Looked) != 1 {
			t.Errorf("%v: %v", of, err)
		} else if !strings.Contains(err.Error(), "lodge secret set "+of[0]+" "+of[1]) {
			t.Errorf("%q does not say what to type", err)
		}
	}
}

func ended(t *testing.T, s secret.Store) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, get := s.Get(ctx, "a", "password")
	_, list := s.List(ctx)
	_, version := s.Version(ctx, "a")
	set := s.Set(ctx, "a", "password", secret.NewValue("another-one"))
	for what, err := range map[string]error{"Get": get, "List": list, "Version": version} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s after the end: %v", what, err)
		}
	}
	if set == nil {
		t.Error("set after the end")
	}
}

func names(t *testing.T, s secret.Store) {
	for _, name := range []string{"", "A", "a_b", "a/b", "a b", strings.Repeat("a", 41), "ä", "a:b"} {
		if _, err := s.Get(t.Context(), name, "password"); err == nil || errors.Is(err, secret.ErrMissing) {
			t.Errorf("account %q: %v", name, err)
		}
		if _, err := s.Get(t.Context(), "a", name); err == nil || errors.Is(err, secret.ErrMissing) {
			t.Errorf("key %q: %v", name, err)
		}
	}
}

func keeps(t *testing.T, open func() secret.Store) {
	s := open()
	set(t, s, "a", "password", "the old one")
	set(t, s, "a", "password", password)
	for _, again := range []secret.Store{s, open()} {
		if v, err := again.Get(t.Context(), "a", "password"); err != nil || secret.Reveal(v) != password {
			t.Errorf("Get: another value, or %v", err)
		}
	}
}

// versions: what a version must and must not change with.
func versions(t *testing.T, open func() secret.Store) {
	s := open()
	before := version(t, s, "a")
	set(t, s, "a", "password", password)
	first := version(t, s, "a")
	set(t, s, "b", "password", password)
	if v := version(t, s, "a"); v != first || v == before {
		t.Errorf("versions %s, %s, %s", before, first, v)
	}
	if version(t, s, "b") == first {
		t.Error("two accounts with one password have one version: that tells")
	}
	if version(t, open(), "a") != first {
		t.Error("a restart changed the version")
	}
	set(t, s, "a", "password", password)
	if version(t, s, "a") != first || version(t, open(), "a") != first {
		t.Error("the same password typed again changed the version: that lifts a suspension")
	}
	set(t, s, "a", "password", "another-one")
	second := version(t, s, "a")
	set(t, s, "a", "username", "ann@firm")
	if v := version(t, s, "a"); second == first || v == second {
		t.Errorf("versions %s, %s, %s", first, second, v)
	}
	set(t, s, "a", "password", password)
	if v := version(t, s, "a"); v == first {
		t.Error("a password set back has its old version")
	}
}

func refused(t *testing.T, open func() secret.Store) {
	s := open()
	for _, name := range []string{"", "A", "a_b", "a/b", "a b", strings.Repeat("a", 41), "ä"} {
		if err := s.Set(t.Context(), name, "password", secret.NewValue(password)); err == nil {
			t.Errorf("account %q was taken", name)
		}
		if err := s.Set(t.Context(), "a", name, secret.NewValue(password)); err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("key %q: %v", name, err)
		}
	}
	for _, text := range []string{"", "abc", "äöü"} {
		err := s.Set(t.Context(), "a", "password", secret.NewValue(text))
		if !errors.Is(err, secret.ErrShort) || text != "" && strings.Contains(err.Error(), text) {
			t.Errorf("a value of %d bytes: %v", len(text), err)
		}
	}
	empty(t, open)
}

func empty(t *testing.T, open func() secret.Store) {
	if list, err := open().List(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("there is %+v, %v", list, err)
	}
}

// notText: what is not kept byte for byte is refused.
func notText(t *testing.T, open func() secret.Store) {
	const text = "hunter2\xff\xfe"
	s := open()
	if err := s.Set(t.Context(), "a", "password", secret.NewValue(text)); err != nil {
		if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("the error quotes it: %v", err)
		}
		return
	}
	if v, err := open().Get(t.Context(), "a", "password"); err != nil || secret.Reveal(v) != text {
		t.Errorf("it came back as another, or %v", err)
	}
}

// noneLost: programs that set different secrets of an account at once keep all.
func noneLost(t *testing.T, open func() secret.Store) {
	const programs, each = 4, 5
	var all sync.WaitGroup
	for i := range programs {
		all.Go(func() {
			s := open()
			for j := range each {
				if err := s.Set(t.Context(), "a", fmt.Sprintf("key-%d-%d", i, j), secret.NewValue(password)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if list, err := open().List(t.Context()); err != nil || len(list) != programs*each {
		t.Errorf("%d secrets, %v; want %d", len(list), err, programs*each)
	}
}

func set(t *testing.T, s secret.Store, account, key, text string) {
	t.Helper()
	if err := s.Set(t.Context(), account, key, secret.NewValue(text)); err != nil {
		t.Fatal(err)
	}
}

func version(t *testing.T, s secret.Store, account string) string {
	t.Helper()
	v, err := s.Version(t.Context(), account)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
