package config_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/config"
)

var known = []carriers.Carrier{
	{Name: "harbor", Portal: "https://vendors.harbor.example"},
	{Name: "granite", Portal: "https://bills.granite.example"},
}

func none(string) (string, bool) { return "", false }

func env(pairs map[string]string) config.Environment {
	return func(name string) (string, bool) { v, ok := pairs[name]; return v, ok }
}

func write(t testing.TB, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "lodge.yaml")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const marked = "watermark: 2026-11-01T00:00:00Z\n"

func TestReadsAll(t *testing.T) {
	path := write(t, marked+`
inbox: in
state: /var/lib/lodge
secrets: {file: s.age, identity: keys/id}
browser:
  path: bin/chromium
  allow_unsandboxed: true
visits: 3
grace: 30
stage: staging
evidence: {keep: 7y}
accounts:
  b-2: {carrier: granite, paused: "Ann: new contract", visits: 2, timezone: America/Chicago, test: true}
  a-1:
    carrier: harbor
    portal: https://127.0.0.1:8443/
    pin: 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=
`)
	got, err := config.Read(path, known, none)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Dir(path)
	chicago, _ := time.LoadLocation("America/Chicago")
	want := config.Config{
		Path: path, Inbox: filepath.Join(dir, "in"), State: "/var/lib/lodge",
		Secrets:   config.Secrets{File: filepath.Join(dir, "s.age"), Identity: filepath.Join(dir, "keys/id")},
		Watermark: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC),
		Browser:   config.Browser{Path: filepath.Join(dir, "bin/chromium"), AllowUnsandboxed: true},
		Visits:    3, Grace: 30 * time.Second, Stage: "staging", Keep: config.Keep{Years: 7},
		Accounts: []config.Account{
			{Name: "a-1", Carrier: "harbor", Portal: "https://127.0.0.1:8443", Loopback: true, Pin: "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="},
			{Name: "b-2", Carrier: "granite", Portal: "https://bills.granite.example", Test: true, Paused: "Ann: new contract", Visits: 2, Timezone: chicago},
		},
	}
	sameZone := cmp.Comparer(func(a, b *time.Location) bool { return fmt.Sprint(a) == fmt.Sprint(b) })
	if diff := cmp.Diff(want, got, sameZone, cmpopts.IgnoreUnexported(config.Account{})); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestLeftOutIsCareful(t *testing.T) {
	got, err := config.Read(write(t, marked+"accounts: {a: {carrier: harbor}}\nvisits:\n"), known, none)
	if err != nil {
		t.Fatal(err)
	}
	if got.Visits != runtime.GOMAXPROCS(0) || got.Grace != config.DefaultGrace || got.Browser.AllowUnsandboxed {
		t.Errorf("visits %d, grace %v, %+v", got.Visits, got.Grace, got.Browser)
	}
	if err := got.Accounts[0].MayCommit(); err == nil {
		t.Error("without a stage an account may commit")
	}
}

func TestEveryProblemAtOnce(t *testing.T) {
	_, err := config.Read(write(t, `inbx: in
state: 3
visits: 1.5
grace: 0
stage: prodution
browser: {sandbox: no, allow_unsandboxed: maybe}
watermark: yesterday
secrets: [a]
accounts:
  Harbor Main:
    carrier: harbour
    password: hunter2!
  b:
    portal: http://portal.example
  c:
    carrier: harbor
    pin: abc
    timezone: Mars/Base
    visits: 99
  d: {carrier: harbor, portal: "https://bob:hunter2!@portal.example"}
  e: {carrier: unheard}
`), known, none)
	p, ok := errors.AsType[*config.Problems](err)
	if !ok {
		t.Fatalf("error %v, want *Problems", err)
	}
	want := []string{
		`line 1, column 1: lodge.yaml has no key "inbx": did you mean "inbox"?`,
		`line 2, column 8: state is a text`, `line 3, column 9: visits is a whole number from 1 to 64`,
		`line 4, column 8: grace is a whole number`, `line 5, column 8: stage "prodution": did you mean "production"?`,
		`line 6, column 11: browser has no key "sandbox": it is one of allow_unsandboxed, path`,
		`line 6, column 43: browser.allow_unsandboxed is true or false`,
		`line 7, column 12: watermark is a time with its zone`, `line 8, column 10: secrets is a list of "key: value"`,
		`line 10, column 3: account "Harbor Main": a name is`, `line 11, column 14: there is no carrier "harbour": did you mean "harbor"?`,
		`line 12, column 5: accounts.Harbor Main has no key "password"`, `line 13, column 3: account b names no carrier: it is one of granite, harbor`,
		`line 17, column 10: the pin of account c is the SHA-256`, `line 17, column 10: account c has a pin, which is only for`,
		`line 18, column 15: accounts.c.timezone is a time zone`, `line 19, column 13: accounts.c.visits is a whole number`,
		`line 20, column 32: the portal of account d must not hold a user or password`,
		`line 21, column 16: there is no carrier "unheard": it is one of granite, harbor`,
	}
	got := strings.Split(err.Error(), "\n")[1:]
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || !strings.HasPrefix(strings.TrimSpace(got[i]), want[i]) {
			t.Fatalf("problem %d of %d, want %d:\n%s", i+1, len(p.List), len(want), err)
		}
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Errorf("the error tells a password: %v", err)
	}
}

func TestRefusedFiles(t *testing.T) {
	for name, c := range map[string]struct{ text, says string }{
		"empty":             {"", "watermark is missing"},
		"no watermark":      {"stage: production\n", "watermark is missing"},
		"zoneless time":     {"watermark: 2026-11-01 00:00:00\n", "RFC 3339"},
		"duplicate key":     {marked + "stage: a\nstage: b\n", "this is not YAML"},
		"duplicate account": {marked + "accounts:\n  a: {carrier: harbor}\n  a: {carrier: granite}\n", "this is not YAML"},
		"two documents":     {marked + "---\nstage: production\n", "second document"},
		"a list":            {"- a\n", `lodge.yaml is a list of "key: value"`},
		"broken":            {marked + "stage: \"hunter2!\naccounts: [\n", "this is not YAML"},
		"tab":               {marked + "browser:\n\tpath: a\n", "this is not YAML"},
		"alias":             {marked + "stage: &s production\ninbox: *s\n", "is a text"},
		"merge":             {marked + "browser: &b {path: a}\nsecrets:\n  <<: *b\n", "no plain word"},
		"state in inbox":    {marked + "inbox: a\nstate: a/b\n", "state lies in the inbox"},
		"inbox in state":    {marked + "inbox: a/b/c\nstate: a\n", "the inbox lies in the state"},
		"same folder":       {marked + "inbox: a\nstate: ./a\n", "state lies in the inbox"},
		"key in inbox":      {marked + "inbox: a\nsecrets: {identity: a/k}\n", "secrets.identity lies in the inbox"},
		"one secret file":   {marked + "secrets: {identity: k, file: ./k}\n", "the same file"},
		"empty path":        {marked + "state: \"\"\n", "state is empty"},
		"yes is no flag":    {marked + "accounts: {a: {carrier: harbor, test: yes}}\n", "true or false"},
		"quoted flag":       {marked + "accounts: {a: {carrier: harbor, test: \"true\"}}\n", "true or false"},
		"unquoted number":   {marked + "accounts: {a: {carrier: harbor, paused: 5}}\n", "put it in quotes"},
	} {
		_, err := config.Read(write(t, c.text), known, none)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: error %v, want one that says %q", name, err, c.says)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the error quotes the file: %v", name, err)
		}
	}
	if _, err := config.Read(write(t, marked+strings.Repeat("# comment\n", 200_000)), known, none); err == nil || !strings.Contains(err.Error(), "more than") {
		t.Errorf("a huge file: %v", err)
	}
}

func TestPortals(t *testing.T) {
	for portal, want := range map[string]string{ // loopback, remote, or what the error says
		"http://127.0.0.1:8080": "loopback", "https://localhost": "loopback", "https://[::1]:1": "loopback", "http://127.9.9.9": "loopback",
		"https://[::ffff:127.0.0.1]": "loopback", "https://LOCALHOST:1/": "loopback", "https://portal.example": "remote", "https://10.0.0.1": "remote",
		"https://localhost.evil.example": "remote", "https://127.0.0.1.evil.example": "remote", "https://0.0.0.0": "remote", "https://127.1": "remote",
		"http://localhost.evil.example": "plain http", "http://0.0.0.0": "plain http", "http://10.0.0.1": "plain http", "http://localhost@evil.example": "user or password",
		"https://portal.example/login": "ends after the host", "https://portal.example?": "ends after the host", "https://portal.example#x": "ends after the host",
		"ftp://localhost": "begins with https", "localhost:8080": "is no address", "https:///x": "is no address", "javascript:alert(1)": "is no address", "https://:443": "is no address", "%": "is no address",
	} {
		c, err := config.Read(write(t, fmt.Sprintf("%saccounts: {a: {carrier: harbor, portal: %q}}\n", marked, portal)), known, none)
		switch {
		case want == "loopback" || want == "remote":
			if err != nil || c.Accounts[0].Loopback != (want == "loopback") {
				t.Errorf("%s: %+v, %v; want %s", portal, c.Accounts, err, want)
			}
		case err == nil || !strings.Contains(err.Error(), want):
			t.Errorf("%s: %v, want an error that says %q", portal, err, want)
		}
	}
}

// TestAtHome: only one of several ledgers files for an account.
func TestAtHome(t *testing.T) {
	for home, at := range map[string]bool{"": true, "this": true, "that": false} {
		err := config.Account{Name: "moor", Home: home}.AtHome("this")
		if (err == nil) != at {
			t.Errorf("home %q: %v", home, err)
		}
		if err != nil && !strings.Contains(err.Error(), "the home of account moor is the ledger that, and this is this: it looks") {
			t.Errorf("home %q: %v", home, err)
		}
	}
}

func TestWhoMayCommit(t *testing.T) {
	const accounts = `
accounts:
  real: {carrier: harbor}
  local: {carrier: harbor, portal: "http://localhost:1"}
  test: {carrier: harbor, test: true}
  paused: {carrier: harbor, portal: "http://localhost:1", test: true, paused: by Ann}
`
	for stage, may := range map[string]string{"stage: production": "local real test", "stage: staging": "local test", "": "local test"} {
		c, err := config.Read(write(t, marked+stage+accounts), known, none)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, a := range c.Accounts {
			err := a.MayCommit()
			if err == nil {
				got = append(got, a.Name)
			} else if !strings.Contains(err.Error(), a.Name) || !strings.Contains(err.Error(), "the operator") {
				t.Errorf("%s: the reason %q does not say whose it is and who acts", a.Name, err)
			}
		}
		if strings.Join(got, " ") != may {
			t.Errorf("%q: %q may commit, want %q", stage, got, may)
		}
	}
	if err := (config.Account{Name: "zero"}).MayCommit(); err == nil {
		t.Error("the zero account may commit")
	}
}

func TestPinOnlyOnThisMachine(t *testing.T) {
	const pin = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
	for portal, ok := range map[string]bool{"https://localhost:1": true, "http://localhost:1": false, "https://portal.example": false} {
		_, err := config.Read(write(t, fmt.Sprintf("%saccounts: {a: {carrier: harbor, portal: %q, pin: %q}}\n", marked, portal, pin)), known, none)
		if (err == nil) != ok {
			t.Errorf("%s: %v", portal, err)
		}
	}
}

func TestWhatWriteWritesReadReads(t *testing.T) {
	now := time.Date(2026, 11, 22, 10, 0, 0, 5, time.FixedZone("x", 3600))
	demo := config.Default(now)
	demo.Stage, demo.Visits, demo.Browser.Path = "demo", 4, "/opt/chromium \"x\""
	demo.Inbox = `in: #box 'ä' \ {{.}} %`
	demo.Accounts = []config.Account{
		{Name: "a", Carrier: "harbor", Portal: "https://localhost:8443", Loopback: true, Pin: "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", Test: true},
		{Name: "b", Carrier: "granite", Portal: "https://bills.granite.example", Paused: "Ann: \"why\"\n- x", Visits: 2, Timezone: time.UTC},
	}
	demo.Outbox = []config.Destination{{Name: "books", Webhook: "https://books.example/x"}, {Name: "files", Status: true}}
	demo.Notify = []config.Channel{
		{Name: "billing", For: []carriers.Person{carriers.Biller}, Quiet: time.Hour, Remind: 48 * time.Hour, Digest: "08:00"},
		{Name: "ops", For: []carriers.Person{carriers.Operator, carriers.Author}, Quiet: config.DefaultQuiet, Remind: config.DefaultRemind},
	}
	demo.Sentry, demo.Telemetry = "https://key@sentry.example/1", "http://collector:4318"
	for name, c := range map[string]config.Config{"init": config.Default(now), "demo": demo} {
		var out bytes.Buffer
		if err := config.Write(&out, c); err != nil {
			t.Fatal(err)
		}
		path := write(t, out.String())
		got, err := config.Read(path, known, none)
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out.String())
		}
		dir := filepath.Dir(path) + string(filepath.Separator)
		want := c
		want.Path, want.Inbox, want.State = path, dir+c.Inbox, dir+c.State
		want.Secrets = config.Secrets{File: dir + c.Secrets.File, Identity: dir + c.Secrets.Identity}
		if want.Visits == 0 {
			want.Visits = runtime.GOMAXPROCS(0)
		}
		zones := cmp.Comparer(func(a, b *time.Location) bool { return fmt.Sprint(a) == fmt.Sprint(b) })
		if diff := cmp.Diff(want, got, zones, cmpopts.IgnoreUnexported(config.Account{}), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: -want +got\n%s", name, diff)
		}
		if !got.Watermark.Equal(now.Truncate(time.Second)) {
			t.Errorf("%s: watermark %v", name, got.Watermark)
		}
	}
}

func TestEnvironmentWins(t *testing.T) {
	path := write(t, marked+"visits: 3\nbrowser: {path: /a}\n")
	c, err := config.Read(path, known, env(map[string]string{"LODGE_VISITS": "7", "LODGE_CHROMIUM": "/b"}))
	if err != nil || c.Visits != 7 || c.Browser.Path != "/b" {
		t.Errorf("%+v, %v", c, err)
	}
	for _, bad := range []string{"0", "65", "x", "3x", "-1", "3 4"} {
		if _, err := config.Read(path, known, env(map[string]string{"LODGE_VISITS": bad})); err == nil || !strings.Contains(err.Error(), "$LODGE_VISITS") {
			t.Errorf("LODGE_VISITS=%q: %v", bad, err)
		}
	}
}

func TestFind(t *testing.T) {
	flag, variable, here := write(t, marked), write(t, marked), write(t, marked)
	both := env(map[string]string{"LODGE_CONFIG": variable})
	t.Chdir(filepath.Dir(here))
	for _, c := range []struct {
		flag string
		env  config.Environment
		want string
	}{{flag, both, flag}, {"", both, variable}, {"", none, here}} {
		if got, err := config.Find(c.flag, c.env); err != nil || got != c.want {
			t.Errorf("got %q, %v; want %q", got, err, c.want)
		}
	}
	t.Chdir(t.TempDir())
	if _, err := config.Find("", none); err == nil || !strings.Contains(err.Error(), "lodge init") {
		t.Errorf("nothing there: %v", err)
	}
	if _, err := config.Find(t.TempDir(), none); err == nil || !strings.Contains(err.Error(), "not a file") {
		t.Errorf("a folder: %v", err)
	}
}

func TestMakeFolders(t *testing.T) {
	dir := t.TempDir()
	c := config.Config{Inbox: filepath.Join(dir, "in"), State: filepath.Join(dir, "s")}
	for _, d := range []string{c.Inbox, c.State} {
		if err := os.Mkdir(d, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(d, 0o770); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.MakeFolders(); err != nil {
		t.Fatal(err)
	}
	for d, want := range map[string]os.FileMode{c.Inbox: 0o770, c.State: 0o700, c.Staged(): 0o700, c.Evidence(): 0o700, c.Profiles(): 0o700, c.Owners(): 0o700} {
		if info, err := os.Stat(d); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v; want %v", d, info, err, want)
		}
	}
}

func TestAccountByName(t *testing.T) {
	c := config.Config{Path: "lodge.yaml", Accounts: []config.Account{{Name: "firm-harbor"}}}
	if a, err := c.Account("firm-harbor"); err != nil || a.Name != "firm-harbor" {
		t.Errorf("%+v, %v", a, err)
	}
	if _, err := c.Account("firm-habor"); err == nil || !strings.Contains(err.Error(), `did you mean "firm-harbor"?`) {
		t.Errorf("%v", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(marked + "accounts: {a: {carrier: harbor, portal: 'http://localhost'}}\n")
	f.Add("a: &a [*a]\n? b\n: |\n  c\n")
	f.Add("\ufeff%YAML 1.2\n---\n!!map {inbox: !!binary aGk=}\n...")
	f.Add("accounts:\n  <<: {a: 1}\n  ? [x]\n  : y")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := config.Read(write(t, text), known, none)
		if err != nil {
			return
		}
		for _, a := range c.Accounts {
			if !a.Loopback && strings.HasPrefix(a.Portal, "http:") || a.Pin != "" && !a.Loopback || c.Visits < 1 || c.Watermark.IsZero() && !strings.Contains(text, "0001") {
				t.Errorf("%q was read as %+v", text, c)
			}
		}
	})
}

func TestKeep(t *testing.T) {
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]string{
		"30d": "2026-10-23", "90d": "2026-08-24", "1m": "2026-10-22", "18m": "2025-05-22", "7y": "2019-11-22",
	} {
		got, err := config.Read(write(t, marked+"evidence:\n  keep: "+text+"\n"), known, none)
		if err != nil || got.Keep.String() != text || got.Keep.Before(now).Format(time.DateOnly) != want || got.Keep.ForEver() {
			t.Errorf("%s: %+v, %v", text, got.Keep, err)
		}
	}
	for _, text := range []string{"29d", "1d", "0y", "7", "y", "-7y", "7 years", "101y", "1300m", "99999d", "7h", "1.5y", "07y", `""`} {
		if got, err := config.Read(write(t, marked+"evidence: {keep: "+text+"}\n"), known, none); err == nil || !strings.Contains(err.Error(), "evidence.keep is") {
			t.Errorf("%s: %+v, %v", text, got.Keep, err)
		}
	}
	for _, text := range []string{"", "evidence:\n", "evidence:\n  keep:\n"} {
		if got, err := config.Read(write(t, marked+text), known, none); err != nil || !got.Keep.ForEver() {
			t.Errorf("%q: %+v, %v", text, got.Keep, err)
		}
	}
}
