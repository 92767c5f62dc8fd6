package filing_test

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/browser"
	"example.com/lodge/internal/config"
	"example.com/lodge/internal/filing"
	"example.com/lodge/internal/secret"
	"example.com/lodge/internal/visit"
)

// TestSecretsOf: what a carrier must have is there or named, all of it at once; what it
// may have may be missing; and all is of the version that the store names.
func TestSecretsOf(t *testing.T) {
	for name, c := range map[string]struct {
		has     map[string]string
		missing []string
	}{
		"everything":   {has: map[string]string{"username": "ada.moor", "password": "harbor-lights", "pin": "123456"}},
		"what it must": {has: map[string]string{"username": "ada.moor", "password": "harbor-lights"}},
		"one too few":  {has: map[string]string{"username": "ada.moor", "pin": "123456"}, missing: []string{"password"}},
		"nothing":      {missing: []string{"username", "password"}},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.set(moor, c.has)
			d.set(pier, map[string]string{"username": "another", "password": "another-one", "pin": "654321"})
			got, err := filing.SecretsOf(t.Context(), d.Secrets, moor, d.Carriers[0])
			version, failed := d.Secrets.Version(t.Context(), moor)
			d.check(failed)
			if len(c.missing) == 0 {
				if err != nil || got.Version != version || len(got.Values) != len(c.has) {
					t.Fatalf("%+v of version %q, %v", got, version, err)
				}
				for key, value := range c.has {
					if secret.Reveal(got.Values[key]) != value {
						t.Errorf("%s is another's", key)
					}
				}
				return
			}
			missing, ok := errors.AsType[*secret.MissingError](err)
			if !ok || missing.Account != moor || missing.Key != c.missing[0] || len(got.Values) != 0 || got.Version != "" {
				t.Errorf("%+v, %v", got, err)
			}
			for _, key := range []string{"username", "password", "pin"} {
				told := strings.Contains(fmt.Sprint(err), "\""+key+"\"")
				if want := strings.Contains(strings.Join(c.missing, " "), key); told != want {
					t.Errorf("that %s is missing is told: %v, want %v: %v", key, told, want, err)
				}
			}
		})
	}
}

// TestSecretsThatCannotBeRead: a store that fails is no secret that is missing.
func TestSecretsThatCannotBeRead(t *testing.T) {
	d := newDesk(t)
	d.set(moor, map[string]string{"username": "ada.moor", "password": "harbor-lights"})
	d.check(os.WriteFile(d.dir+"/secrets.age", []byte("torn"), 0o600))
	got, err := filing.SecretsOf(t.Context(), d.Secrets, moor, d.Carriers[0])
	if err == nil || errors.Is(err, secret.ErrMissing) || !strings.Contains(err.Error(), "account "+moor) || len(got.Values) != 0 {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestVisit: a visit is prepared with what is the account's own, or not at all.
func TestVisit(t *testing.T) {
	d := newDesk(t)
	for _, account := range []string{moor, pier} {
		d.set(account, map[string]string{"username": account, "password": "harbor-lights"})
	}
	d.Browser = browser.Options{Exe: "/usr/bin/chromium"}
	log, told := slog.New(slog.DiscardHandler), 0
	for account, visits := range map[string]int{moor: 2, pier: 7} { // the carrier's, and the account's own
		v, err := d.Visit(t.Context(), account, log, func(visit.Progress) { told++ })
		d.check(err)
		v.Tell(visit.Progress{})
		if v.Carrier.Limits.Visits != visits || v.Account.Name != account || secret.Reveal(v.Secrets.Values["username"]) != account || v.Secrets.Version == "" {
			t.Errorf("%s: %d visits of account %s, %+v", account, v.Carrier.Limits.Visits, v.Account.Name, v.Secrets)
		}
		if v.Owner != d.Owner || v.Browser.Exe != d.Browser.Exe || v.Ledger != d.Ledger || v.Evidence != d.Evidence || v.Staged != d.Staged || v.Log != log || v.Version == "" {
			t.Errorf("%s: it lacks what the desk has: %+v", account, v)
		}
	}
	if d.Carriers[0].Limits.Visits != 2 || told != 2 {
		t.Errorf("the carrier's own limit is %d by now; told %d times", d.Carriers[0].Limits.Visits, told)
	}
	for account, says := range map[string]string{
		"nobody": `lodge.yaml has no account "nobody"`, "firm-lost": `account firm-lost: this program has no carrier "acme"`,
	} {
		if v, err := d.Visit(t.Context(), account, log, nil); err == nil || !strings.Contains(err.Error(), says) || v.Ledger != nil {
			t.Errorf("%s: %+v, %v", account, v, err)
		}
	}
	d.Carriers[0].Secrets = append(d.Carriers[0].Secrets, carriers.Secret{Key: "token"})
	if _, err := d.Visit(t.Context(), moor, log, nil); !errors.Is(err, secret.ErrMissing) {
		t.Errorf("without a secret: %v", err)
	}
}

// TestBrowser: it is the one that is named, in a sandbox unless the settings give that
// up; as root they must, and before anything is looked for.
func TestBrowser(t *testing.T) {
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := config.Config{State: t.TempDir(), Browser: config.Browser{Path: program, AllowUnsandboxed: true}}
	o, err := filing.Browser(c, browser.Options{Slow: 3})
	if err != nil || o.Exe != program || !o.NoSandbox || o.Profiles != c.Profiles() || o.Slow != 3 {
		t.Errorf("%+v, %v", o, err)
	}
	c.Browser.Path = "/nowhere/chromium"
	if _, err := filing.Browser(c, browser.Options{}); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "$LODGE_CHROMIUM") {
		t.Errorf("one that is not there: %v", err)
	}
	c.Browser.Path = ""
	if o, err := filing.Browser(c, browser.Options{}); err != nil || o.Exe == "" {
		t.Errorf("what is installed: %+v, %v", o, err)
	}
	c.Browser = config.Browser{Path: "/nowhere/chromium"}
	o, err = filing.Browser(c, browser.Options{})
	if os.Geteuid() == 0 {
		if err == nil || !strings.Contains(err.Error(), "allow_unsandboxed: true") || o.Exe != "" {
			t.Errorf("as root: %+v, %v", o, err)
		}
	} else if !errors.Is(err, os.ErrNotExist) || o.NoSandbox {
		t.Errorf("as user %d: %+v, %v", os.Geteuid(), o, err)
	}
}
