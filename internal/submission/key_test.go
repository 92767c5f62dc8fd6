package submission_test

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	. "example.com/lodge/internal/submission"
)

// TestKeyIDStays holds IDs to what they were: they name rows, files and
// addresses of ledgers that are out there.
func TestKeyIDStays(t *testing.T) {
	for _, c := range []struct {
		key  Key
		want string
	}{
		{key(), "straz92s13jryzamqw3mhqvf9w"},
		{Key{Account: "acme", Object: "inbox/a b.txt"}, "h392afzfs1x6n77mftbkwmbd54"},
	} {
		if got := c.key.ID(); got != c.want {
			t.Errorf("%+v: %s, want %s", c.key, got, c.want)
		}
	}
}

func TestKeyIDsDiffer(t *testing.T) {
	part := rapid.StringMatching(`[a1 /]{0,4}`)
	draw := rapid.Custom(func(t *rapid.T) Key {
		return Key{part.Draw(t, "account"), part.Draw(t, "firm"), part.Draw(t, "client"), part.Draw(t, "number"), part.Draw(t, "object")}
	})
	safe := regexp.MustCompile(`^[0-9a-z]{26}$`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := draw.Draw(t, "a"), draw.Draw(t, "b")
		if (a == b) != (a.ID() == b.ID()) {
			t.Errorf("%+v and %+v: %s and %s", a, b, a.ID(), b.ID())
		}
		if !safe.MatchString(a.ID()) {
			t.Errorf("%q is not safe in addresses and file names", a.ID())
		}
	})
}

func TestKeyCheck(t *testing.T) {
	good := []Key{key(), {Account: "a", Number: "№ 1/'\"; --"}, {Account: "a", Object: "x"}}
	for _, k := range good {
		if err := k.Check(); err != nil {
			t.Errorf("%+v: %v", k, err)
		}
	}
	bad := []Key{
		{}, {Account: "a"}, {Number: "1"}, {Account: "a", Number: "1\x00"}, {Account: "a", Number: "\xff"},
		{Account: "a", Number: "1", Object: "x"}, {Account: "a", Number: strings.Repeat("1", 2000)},
	}
	for _, k := range bad {
		if k.Check() == nil {
			t.Errorf("%+.80v passes", k)
		}
	}
}
