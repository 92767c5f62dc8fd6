package visit_test

import (
	"bytes"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"io/fs"
	"maps"
	"mime/quotedprintable"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"example.com/lodge/carriers"
	"example.com/lodge/carriers/harbor"
	"example.com/lodge/internal/audit"
	"example.com/lodge/internal/portal"
	sim "example.com/lodge/internal/portal/harbor"
	"example.com/lodge/internal/secret"
	"example.com/lodge/internal/submission"
	"example.com/lodge/internal/visit"
	"example.com/lodge/internal/visit/visittest"
)

// canary differs in each of the encodings below.
const canary = `Ca&n"ary<é>=42/Z+y~`

// echoes are the canary as a site may repeat it.
func echoes() map[string]string {
	quoted, _ := json.Marshal(canary)
	inHTML, _ := json.Marshal(html.EscapeString(canary))
	var qp strings.Builder
	w := quotedprintable.NewWriter(&qp)
	_, _ = io.WriteString(w, canary)
	_ = w.Close()
	forms := map[string]string{
		"plain": canary, "query": url.QueryEscape(canary), "path": url.PathEscape(canary), "html": html.EscapeString(canary),
		"json": string(quoted[1 : len(quoted)-1]), "html in json": string(inHTML[1 : len(inHTML)-1]), "quoted-printable": qp.String(),
		"hex": hex.EncodeToString([]byte(canary)), "base64 url": base64.RawURLEncoding.EncodeToString([]byte(canary)),
		"quoted by Go": strings.Trim(strconv.Quote(canary), `"`),
	}
	for n := range 3 {
		forms[fmt.Sprint("base64 ", n)] = base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", n) + canary + "tail"))
	}
	return forms
}

// traces are what must be nowhere: each echo, of base64 the part that is the
// canary's alone.
func traces() map[string]string {
	forms := echoes()
	for n := range 3 {
		name := fmt.Sprint("base64 ", n)
		forms[name] = forms[name][4 : 4+len(canary)]
	}
	return forms
}

// echo is a site in front of the portal that repeats the password everywhere: in
// every page's texts, fields, attributes, scripts and comments, in headers, and
// in the words on which receipts and errors rest.
func echo(t *testing.T, b *visittest.Bench) (address, pin string) {
	t.Helper()
	to, err := url.Parse(b.Portal.URL())
	if err != nil {
		t.Fatal(err)
	}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(to)
			r.Out.Host = r.In.Host
			r.Out.Header.Del("Accept-Encoding")
		},
		Transport:      &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}, // the portal of this test
		ModifyResponse: repeat,
	}
	s := httptest.NewTLSServer(proxy)
	t.Cleanup(s.Close)
	t.Cleanup(proxy.Transport.(*http.Transport).CloseIdleConnections)
	key := sha256.Sum256(s.Certificate().RawSubjectPublicKeyInfo)
	return s.URL, base64.StdEncoding.EncodeToString(key[:])
}

func repeat(r *http.Response) error {
	r.Header.Set("X-Echo", url.QueryEscape(canary))
	r.Header.Set("X-Session-Token", "LEAK-of-a-token")
	if !strings.Contains(r.Header.Get("Content-Type"), "text/html") {
		return nil
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	var block strings.Builder
	for name, form := range echoes() {
		safe := html.EscapeString(form)
		fmt.Fprintf(&block, `<p data-echo="%s">%s: %s</p><pre>%s</pre><input type=text value="%s"><a href="/?echo=%s">x</a><!-- %s --><script>var x = %q</script>`,
			safe, name, safe, form, safe, url.QueryEscape(form), strings.ReplaceAll(form, "--", ""), form)
	}
	text := strings.Replace(string(body), "</body>", block.String()+"</body>", 1)
	for _, words := range []string{"is closed.", "password is not right."} {
		text = strings.ReplaceAll(text, words, strings.TrimSuffix(words, ".")+" "+html.EscapeString(canary)+".")
	}
	r.Body = io.NopCloser(strings.NewReader(text))
	r.ContentLength = int64(len(text))
	r.Header.Set("Content-Length", strconv.Itoa(len(text)))
	return nil
}

// TestNoCanaryAnywhere makes whole visits to a site that repeats the password in
// every form, and looks for it in the evidence, the ledger's file, the log, what
// people are told, and errors: after an accepted, a rejected and a lost invoice,
// a page that nobody knows, and a refused login.
func TestNoCanaryAnywhere(t *testing.T) {
	t.Parallel()
	user := sim.Users()[0]
	user.Password = canary
	b := visittest.New(t, harbor.Carrier(), func(o *portal.Options) { o.Users = []portal.User{user} })
	var said strings.Builder
	b.Tell = func(p visit.Progress) { fmt.Fprintf(&said, "%+v\n", p) }
	ids := map[submission.State]string{
		submission.Accepted:  b.Register(visittest.Moor, "INV-1", visittest.Invoice{}),
		submission.Rejected:  b.Register(visittest.Moor, "INV-2", visittest.Invoice{Matter: sim.ClosedMatter}),
		submission.Uncertain: b.Register(visittest.Moor, "INV-3", visittest.Invoice{}),
	}
	b.Fault(portal.Fault{What: portal.UnknownAfter, Invoice: "INV-3"}, portal.Fault{What: portal.Lag, Invoice: "INV-3", For: portal.Duration(1e13)})
	v := b.Visit(visittest.Moor)
	v.Account.Portal, v.Account.Pin = echo(t, b)
	v.Secrets.Values["password"] = secret.NewValue(canary)
	_, err := v.Run(t.Context(), t.Context())
	fmt.Fprintln(&said, err)
	for state, id := range ids {
		if got := b.Get(id).Current(); got.State != state {
			t.Errorf("%s: %s, %s", got.State, got.Why, got.Receipt.Text)
		}
	}
	if rejected := b.Get(ids[submission.Rejected]).Current(); !strings.Contains(rejected.Receipt.Text, "is closed [secret]") {
		t.Errorf("the site repeats nothing: %q", rejected.Receipt.Text)
	}
	look(t, b, said.String(), "result.html", "result.txt", "answer.json", "found.json", "failure.html", "absent.txt", "cause.txt")
}

// TestNoCanaryOfRefusedLogins is the same for a password that the site refuses,
// and repeats while it does so.
func TestNoCanaryOfRefusedLogins(t *testing.T) {
	t.Parallel()
	b := visittest.New(t, harbor.Carrier())
	b.Register(visittest.Moor, "INV-1", visittest.Invoice{})
	v := b.Visit(visittest.Moor)
	v.Account.Portal, v.Account.Pin = echo(t, b)
	v.Secrets.Values["password"] = secret.NewValue(canary)
	_, err := v.Run(t.Context(), t.Context())
	if carriers.KindOf(err) != carriers.Credentials {
		t.Errorf("the visit ended with %v", err)
	}
	look(t, b, fmt.Sprint(err), "login.html", "login.txt", "login.jpg", "cause.txt", "steps.json", "about.json")
}

// look looks for the canary in all files and in what was said, and proves the
// evidence.
func look(t *testing.T, b *visittest.Bench, said string, among ...string) {
	t.Helper()
	a := audit.Audit{Store: b.Evidence, Ledger: b.Ledger, Tell: func(f audit.Fault) { t.Errorf("%+v", f) }}
	if _, err := a.Account(t.Context(), visittest.Moor); err != nil {
		t.Error(err)
	}
	files := allFiles(t, b, said)
	for _, f := range found(files) {
		t.Error(f)
	}
	for _, name := range among {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(files)), func(path string) bool { return filepath.Base(path) == name }) {
			t.Errorf("no %s was looked at", name)
		}
	}
}

// allFiles is all that is kept anywhere, by its path below the bench.
func allFiles(t *testing.T, b *visittest.Bench, said string) map[string][]byte {
	t.Helper()
	dir := b.Dir
	files := map[string][]byte{"what was said": []byte(said + b.Log.String())}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, _ := filepath.Rel(dir, path)
		if d.IsDir() && (rel == "portal" || rel == "profiles") { // the site's own
			return fs.SkipDir
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if want := map[bool]fs.FileMode{true: 0o700, false: 0o600}[d.IsDir()]; strings.HasPrefix(rel, "evidence") && info.Mode().Perm() != want {
			t.Errorf("%s has mode %v", rel, info.Mode())
		}
		if d.IsDir() {
			return nil
		}
		files[rel], err = os.ReadFile(path)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// found says where the canary, or a token, stands.
func found(files map[string][]byte) []string {
	var all []string
	for name, data := range files {
		for form, text := range traces() {
			if i := bytes.Index(data, []byte(text)); i >= 0 {
				all = append(all, fmt.Sprintf("%s holds the password, %s, at byte %d", name, form, i))
			}
		}
		if bytes.Contains(data, []byte("LEAK")) {
			all = append(all, name+" holds a token")
		}
	}
	return all
}
