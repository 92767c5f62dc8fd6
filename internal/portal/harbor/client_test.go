package harbor_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"example.com/lodge/internal/portal"
	"example.com/lodge/internal/portal/harbor"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		if err := serveChild(dir); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

// A clock is set by hand, so that no test waits for time to pass.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2026, 11, 2, 16, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// start starts a portal without delays on a clock of its own.
func start(t *testing.T, change ...func(*portal.Options)) (*portal.Server, *clock) {
	t.Helper()
	c := newClock()
	o := portal.Options{Dir: t.TempDir(), Settle: 300 * time.Millisecond, Users: harbor.Users(), Now: c.Now}
	for _, f := range change {
		f(&o)
	}
	p, err := harbor.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() }) // a test that closes it has read the error
	return p, c
}

// A browser is a plain client with cookies that trusts one key and no other.
type browser struct {
	t    *testing.T
	url  string
	http *http.Client
}

func newBrowser(t *testing.T, address, pin string) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{
		InsecureSkipVerify: true, // in favour of the pin below
		VerifyConnection: func(s tls.ConnectionState) error {
			sum := sha256.Sum256(s.PeerCertificates[0].RawSubjectPublicKeyInfo)
			if got := base64.StdEncoding.EncodeToString(sum[:]); got != pin {
				return fmt.Errorf("key %s is not the pinned %s", got, pin)
			}
			return nil
		},
	}}
	t.Cleanup(transport.CloseIdleConnections)
	return &browser{t, address, &http.Client{Jar: jar, Transport: transport}}
}

// A view is what a browser ends up with.
type view struct {
	status int
	path   string // with the query
	body   string
}

func (b *browser) do(ctx context.Context, method, path string, header http.Header, body io.Reader) (view, error) {
	r, err := http.NewRequestWithContext(ctx, method, b.url+path, body)
	if err != nil {
		b.t.Error(err)
		return view{}, err
	}
	if header != nil {
		r.Header = header
	}
	answer, err := b.http.Do(r)
	if err != nil {
		return view{}, err
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	return view{answer.StatusCode, answer.Request.URL.RequestURI(), string(text)}, err
}

func (b *browser) get(path string) view {
	b.t.Helper()
	v, err := b.do(b.t.Context(), http.MethodGet, path, nil, nil)
	if err != nil {
		b.t.Fatalf("GET %s: %v", path, err)
	}
	return v
}

func (b *browser) post(path string, form url.Values) view {
	b.t.Helper()
	v, err := b.do(b.t.Context(), http.MethodPost, path, http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatalf("POST %s: %v", path, err)
	}
	return v
}

// admin calls an admin page and reads its JSON into into.
func (b *browser) admin(method, path, body string, into any) {
	b.t.Helper()
	v, err := b.do(b.t.Context(), method, path, nil, strings.NewReader(body))
	if err != nil {
		b.t.Fatalf("%s %s: %v", method, path, err)
	}
	if v.status != http.StatusOK {
		b.t.Fatalf("%s %s: %d %s", method, path, v.status, v.body)
	}
	if err := json.Unmarshal([]byte(v.body), into); err != nil {
		b.t.Fatalf("%s %s: %v in %s", method, path, err, v.body)
	}
}

var csrfField = regexp.MustCompile(`name="csrf" value="([^"]+)"`)

func csrf(body string) string {
	if m := csrfField.FindStringSubmatch(body); m != nil {
		return m[1]
	}
	return ""
}

func (b *browser) login(name, password string) view {
	b.t.Helper()
	return b.post("/login", url.Values{"csrf": {csrf(b.get("/login").body)}, "username": {name}, "password": {password}})
}

// ada is a browser in which Ada Moor has logged in.
func ada(t *testing.T, p *portal.Server) *browser {
	t.Helper()
	b := newBrowser(t, p.URL(), p.Pin())
	if v := b.login("ada.moor", "Tide-table-7"); v.path != "/dashboard" {
		t.Fatalf("login ended at %s", v.path)
	}
	return b
}

// A paper is what is filled into the upload form.
type paper struct {
	number, matter, client string
	file                   string // "": a file that fits the rest
	csrf                   string // "": the page's
}

func good(number string) paper {
	return paper{number: number, matter: "CLM-20419", client: "HARBOR-GL"}
}

// fields of one line item; tests change what they want to see refused.
func (p paper) line() map[string]string {
	return map[string]string{
		"INVOICE_DATE": "20261015", "INVOICE_NUMBER": p.number, "CLIENT_ID": p.client, "LAW_FIRM_MATTER_ID": "F-77",
		"INVOICE_TOTAL": "1250.00", "BILLING_START_DATE": "20260901", "BILLING_END_DATE": "20260930", "LINE_ITEM_NUMBER": "1",
		"EXP/FEE/INV_ADJ_TYPE": "F", "LINE_ITEM_NUMBER_OF_UNITS": "5", "LINE_ITEM_TOTAL": "1250.00", "LINE_ITEM_DATE": "20260910",
		"LINE_ITEM_TASK_CODE": "L110", "LINE_ITEM_ACTIVITY_CODE": "A103", "TIMEKEEPER_ID": "TK-1", "LAW_FIRM_ID": "12-3456789",
		"LINE_ITEM_UNIT_COST": "250", "TIMEKEEPER_NAME": "Moor, Ada", "TIMEKEEPER_CLASSIFICATION": "PARTNR", "CLIENT_MATTER_ID": p.matter,
	}
}

const names = "INVOICE_DATE|INVOICE_NUMBER|CLIENT_ID|LAW_FIRM_MATTER_ID|INVOICE_TOTAL|BILLING_START_DATE|BILLING_END_DATE|INVOICE_DESCRIPTION|" +
	"LINE_ITEM_NUMBER|EXP/FEE/INV_ADJ_TYPE|LINE_ITEM_NUMBER_OF_UNITS|LINE_ITEM_ADJUSTMENT_AMOUNT|LINE_ITEM_TOTAL|LINE_ITEM_DATE|" +
	"LINE_ITEM_TASK_CODE|LINE_ITEM_EXPENSE_CODE|LINE_ITEM_ACTIVITY_CODE|TIMEKEEPER_ID|LINE_ITEM_DESCRIPTION|LAW_FIRM_ID|" +
	"LINE_ITEM_UNIT_COST|TIMEKEEPER_NAME|TIMEKEEPER_CLASSIFICATION|CLIENT_MATTER_ID"

// ledesFile is a LEDES 1998B file of these lines.
func ledesFile(lines ...map[string]string) string {
	file := "LEDES1998B[]\n" + names + "[]\n"
	for _, line := range lines {
		var values []string
		for name := range strings.SplitSeq(names, "|") {
			values = append(values, line[name])
		}
		file += strings.Join(values, "|") + "[]\n"
	}
	return file
}

// send opens the upload page and submits it.
func (b *browser) send(ctx context.Context, p paper) (view, error) {
	if p.csrf == "" {
		v, err := b.do(ctx, http.MethodGet, "/invoices/new", nil, nil)
		if err != nil {
			return v, err
		}
		p.csrf = csrf(v.body)
	}
	var body bytes.Buffer
	const boundary = "lodge-test-boundary"
	if err := multipartForm(&body, boundary, p.csrf, p); err != nil {
		return view{}, err
	}
	return b.do(ctx, http.MethodPost, "/invoices/upload", http.Header{"Content-Type": {"multipart/form-data; boundary=" + boundary}}, &body)
}

// multipartForm writes the upload form as browsers do.
func multipartForm(w io.Writer, boundary, csrf string, p paper) error {
	if p.file == "" {
		p.file = ledesFile(p.line())
	}
	form := multipart.NewWriter(w)
	err := errors.Join(form.SetBoundary(boundary), form.WriteField("csrf", csrf), form.WriteField("client", p.client), form.WriteField("matter", p.matter))
	if err != nil {
		return err
	}
	part, err := form.CreateFormFile("file", p.number+".txt")
	if err != nil {
		return err
	}
	if _, err := io.WriteString(part, p.file); err != nil {
		return err
	}
	return form.Close()
}

// file is send for uploads that are answered.
func (b *browser) file(p paper) view {
	b.t.Helper()
	v, err := b.send(b.t.Context(), p)
	if err != nil {
		b.t.Fatalf("upload of %s: %v", p.number, err)
	}
	return v
}

var verdictText = regexp.MustCompile(`<p id="verdict" role="status">([^<]*)</p>`)

// verdict is what the result page at path says now.
func (b *browser) verdict(path string) string {
	b.t.Helper()
	m := verdictText.FindStringSubmatch(b.get(path).body)
	if m == nil {
		b.t.Fatalf("%s has no verdict", path)
	}
	return unescape(m[1])
}

func unescape(s string) string {
	return strings.NewReplacer("&#34;", `"`, "&#39;", "'", "&amp;", "&").Replace(s)
}

func counts(t *testing.T, p *portal.Server) portal.Counts {
	t.Helper()
	var c portal.Counts
	newBrowser(t, p.URL(), p.Pin()).admin(http.MethodGet, "/admin/counts", "", &c)
	return c
}
