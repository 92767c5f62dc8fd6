package harbor_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"example.com/lodge/internal/portal"
)

func TestLogin(t *testing.T) {
	p, _ := start(t)
	b := ada(t, p)
	if v := b.get("/dashboard"); !strings.Contains(v.body, "Welcome, Ada Moor") {
		t.Errorf("the dashboard does not greet: %s", v.body)
	}
	if c := counts(t, p); c.Logins != 1 || c.FailedLogins != 0 {
		t.Errorf("counted %d logins, %d failed", c.Logins, c.FailedLogins)
	}
}

func TestSessionCookieIsCareful(t *testing.T) {
	p, _ := start(t)
	b := newBrowser(t, p.URL(), p.Pin())
	answer, err := b.http.Get(p.URL() + "/login")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	for _, c := range answer.Cookies() {
		if c.Name == "__Host-session" && c.Secure && c.HttpOnly && c.SameSite == http.SameSiteLaxMode && c.Path == "/" && c.Domain == "" {
			return
		}
	}
	t.Errorf("got cookies %v", answer.Cookies())
}

func TestLoginRotatesTheSession(t *testing.T) {
	p, _ := start(t)
	b := newBrowser(t, p.URL(), p.Pin())
	address, err := url.Parse(p.URL())
	if err != nil {
		t.Fatal(err)
	}
	b.get("/login")
	before := b.http.Jar.Cookies(address)[0].Value
	b.login("ada.moor", "Tide-table-7")
	if after := b.http.Jar.Cookies(address)[0].Value; after == before {
		t.Error("the session before the login is the session after it")
	}
}

func TestWrongCSRFIsRefused(t *testing.T) {
	p, _ := start(t)
	b := newBrowser(t, p.URL(), p.Pin())
	b.get("/login")
	v := b.post("/login", url.Values{"csrf": {"guess"}, "username": {"ada.moor"}, "password": {"Tide-table-7"}})
	if v.status != http.StatusForbidden {
		t.Errorf("login: got %d", v.status)
	}
	b = ada(t, p)
	if v := b.post("/logout", url.Values{"csrf": {"guess"}}); v.status != http.StatusForbidden {
		t.Errorf("logout: got %d", v.status)
	}
	forged := good("INV-1")
	forged.csrf = "guess"
	if v := b.file(forged); v.status != http.StatusForbidden {
		t.Errorf("upload: got %d", v.status)
	}
	if c := counts(t, p); c.Uploads != 0 || c.Logins != 1 {
		t.Errorf("counted %d uploads and %d logins", c.Uploads, c.Logins)
	}
}

func TestThreeWrongPasswordsLock(t *testing.T) {
	dir := t.TempDir()
	at := func(o *portal.Options) { o.Dir = dir }
	p, _ := start(t, at)
	b := newBrowser(t, p.URL(), p.Pin())
	for _, want := range []string{"Attempts remaining: 2.", "Attempts remaining: 1.", "Your account is locked."} {
		if v := b.login("ada.moor", "guess"); !strings.Contains(v.body, want) {
			t.Errorf("want %q in %s", want, v.body)
		}
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	p, _ = start(t, at)
	b = newBrowser(t, p.URL(), p.Pin())
	if v := b.login("ada.moor", "Tide-table-7"); !strings.Contains(v.body, "Your account is locked.") {
		t.Errorf("after a restart the right password enters a locked account: %s", v.path)
	}
	if v := b.login("ben.quay", "Slack-water-3"); v.path != "/dashboard" {
		t.Errorf("another user is locked out too: %s", v.path)
	}
	b.admin(http.MethodPost, "/admin/users/ada.moor/unlock", "", new(map[string]string))
	if v := b.login("ada.moor", "Tide-table-7"); v.path != "/dashboard" {
		t.Errorf("an unlocked user ended at %s", v.path)
	}
	if c := counts(t, p); c.FailedLogins != 4 || c.Logins != 2 {
		t.Errorf("counted %d failed logins and %d logins", c.FailedLogins, c.Logins)
	}
}

func TestRightPasswordForgivesWrongOnes(t *testing.T) {
	p, _ := start(t)
	b := newBrowser(t, p.URL(), p.Pin())
	for range 2 {
		b.login("ada.moor", "guess")
		b.login("ada.moor", "guess")
		if v := b.login("ada.moor", "Tide-table-7"); v.path != "/dashboard" {
			t.Fatalf("ended at %s", v.path)
		}
	}
}

func TestExpiredPasswordEntersNowhere(t *testing.T) {
	p, _ := start(t)
	b := newBrowser(t, p.URL(), p.Pin())
	if v := b.login("dan.berth", "Neap-flood-1"); !strings.Contains(v.body, "Your password has expired") {
		t.Errorf("got %s", v.body)
	}
	if v := b.get("/dashboard"); !strings.HasPrefix(v.path, "/login") {
		t.Errorf("an expired password opened %s", v.path)
	}
}

func TestSessionEnds(t *testing.T) {
	p, clock := start(t)
	b := ada(t, p)
	clock.pass(9 * time.Minute)
	if v := b.get("/invoices"); v.path != "/invoices" {
		t.Errorf("after nine minutes: %s", v.path)
	}
	clock.pass(11 * time.Minute)
	if v := b.get("/invoices"); !strings.Contains(v.body, "Your session has ended.") {
		t.Errorf("after eleven idle minutes: %s", v.path)
	}
	b = ada(t, p)
	b.post("/logout", url.Values{"csrf": {csrf(b.get("/dashboard").body)}})
	if v := b.get("/dashboard"); !strings.HasPrefix(v.path, "/login") {
		t.Errorf("after signing out: %s", v.path)
	}
}

func TestNobodyEntersWithoutLogin(t *testing.T) {
	p, _ := start(t)
	b := newBrowser(t, p.URL(), p.Pin())
	for _, path := range []string{"/dashboard", "/invoices", "/invoices/new", "/invoices/uploads/U-000001", "/invoices/uploads/U-000001/status"} {
		if v := b.get(path); v.path != "/login" {
			t.Errorf("%s led to %s", path, v.path)
		}
	}
	b.file(good("INV-1"))
	if c := counts(t, p); c.Uploads+c.Unreadable != 0 {
		t.Errorf("an upload of nobody was taken in: %+v", c)
	}
}
