package floor

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"

	"example.com/lodge/internal/bench"
)

// A client has the cookies of one session and trusts one key.
type client struct {
	url  string
	http *http.Client
}

func newClient(job bench.Job) (*client, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, fmt.Errorf("floor: %w", err)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{
		InsecureSkipVerify: true, //nolint:gosec // in favour of the pin: the portal's certificate is its own
		VerifyConnection: func(s tls.ConnectionState) error {
			sum := sha256.Sum256(s.PeerCertificates[0].RawSubjectPublicKeyInfo)
			if got := base64.StdEncoding.EncodeToString(sum[:]); got != job.Pin {
				return fmt.Errorf("key %s is not the pinned %s", got, job.Pin)
			}
			return nil
		},
	}}
	return &client{job.Portal, &http.Client{Jar: jar, Transport: transport}}, nil
}

// A page is what a request ended with, after redirects.
type page struct{ path, body string }

func (c *client) do(ctx context.Context, method, path, kind string, body io.Reader) (page, error) {
	r, err := http.NewRequestWithContext(ctx, method, c.url+path, body)
	if err != nil {
		return page{}, err
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return page{}, err
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s %s: %s", method, path, answer.Status)
	}
	return page{answer.Request.URL.Path, string(text)}, err
}

func (c *client) get(ctx context.Context, path string) (page, error) {
	return c.do(ctx, http.MethodGet, path, "", nil)
}

// post sends a form and wants to see a page that holds sign.
func (c *client) post(ctx context.Context, path string, form url.Values, sign string) error {
	p, err := c.do(ctx, http.MethodPost, path, "application/x-www-form-urlencoded", strings.NewReader(form.Encode()))
	if err == nil && !strings.Contains(p.body, sign) {
		err = fmt.Errorf("%s ended at %s, which does not show %q", path, p.path, sign)
	}
	return err
}

var token = regexp.MustCompile(`name="csrf" value="([^"]+)"`)

// form opens a page with a form and returns what the form must send back.
func (c *client) form(ctx context.Context, path string) (string, error) {
	p, err := c.get(ctx, path)
	if err != nil {
		return "", err
	}
	// The page's head has a form too, to sign out: same session, same token.
	m := token.FindStringSubmatch(p.body)
	if m == nil || p.path != path {
		return "", fmt.Errorf("%s ended at %s, which has no form", path, p.path)
	}
	return m[1], nil
}
