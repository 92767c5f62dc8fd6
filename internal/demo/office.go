package demo

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"example.com/lodge/internal/portal"
	"example.com/lodge/ledes"
)

// An Office is the carrier's side of the simulated portal: what it counts, and
// what was filed there without Lodge. It speaks HTTP with the portal, as anybody
// on this machine could.
type Office struct {
	url    string
	client *http.Client
}

// wait is the longest that the portal may take for an answer.
const wait = 10 * time.Second

// NewOffice returns the office of the portal at url, whose certificate lies in
// dir. It trusts that certificate and no other.
func NewOffice(url, dir string) (*Office, error) {
	pem, err := os.ReadFile(filepath.Join(dir, "cert.pem"))
	if err != nil {
		return nil, fmt.Errorf("demo: the portal's certificate: %w", err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		return nil, errors.New("demo: the portal's certificate cannot be read: type lodge demo --fresh")
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}, DisableKeepAlives: true}
	return &Office{url, &http.Client{Transport: transport, Timeout: wait}}, nil
}

// Counts is the portal's own count.
func (o *Office) Counts(ctx context.Context) (portal.Counts, error) {
	var c portal.Counts
	err := o.ask(ctx, http.MethodGet, "/admin/counts", nil, &c)
	return c, err
}

// AddFaults switches faults of the portal on.
func (o *Office) AddFaults(ctx context.Context, faults ...portal.Fault) error {
	if len(faults) == 0 {
		return nil
	}
	var on []portal.Fault
	return o.ask(ctx, http.MethodPost, "/admin/faults", faults, &on)
}

// Faults are those that are switched on.
func (o *Office) Faults(ctx context.Context) ([]portal.Fault, error) {
	var on []portal.Fault
	err := o.ask(ctx, http.MethodGet, "/admin/faults", nil, &on)
	return on, err
}

// ClearFaults switches all faults off.
func (o *Office) ClearFaults(ctx context.Context) error {
	var on []portal.Fault
	return o.ask(ctx, http.MethodDelete, "/admin/faults", nil, &on)
}

// FileByHand has somebody of the firm file inv on the portal three days ago. If
// it is there by hand already nothing is done.
func (o *Office) FileByHand(ctx context.Context, inv ledes.Invoice) error {
	c, err := o.Counts(ctx)
	if err != nil || c.Invoices[inv.Number].ByHand > 0 {
		return err
	}
	amount, err := portal.ParseMoney(inv.Total.String())
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	filing := struct {
		portal.Filing
		Ago portal.Duration `json:"ago"`
	}{
		portal.Filing{Firm: Firm, Number: inv.Number, Client: inv.ClientID, Matter: inv.ClientMatter, Amount: amount, By: "Ben Quay"},
		portal.Duration(3 * 24 * time.Hour),
	}
	return o.ask(ctx, http.MethodPost, "/admin/invoices", filing, &portal.Record{})
}

// ask puts one question to the portal and reads the answer.
func (o *Office) ask(ctx context.Context, method, path string, question, answer any) error {
	var body io.Reader
	if question != nil {
		b, err := json.Marshal(question)
		if err != nil {
			return fmt.Errorf("demo: %w", err)
		}
		body = bytes.NewReader(b)
	}
	r, err := http.NewRequestWithContext(ctx, method, o.url+path, body)
	if err != nil {
		return fmt.Errorf("demo: %w", err)
	}
	resp, err := o.client.Do(r)
	if err != nil {
		return fmt.Errorf("demo: ask the portal: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", resp.Status, bytes.TrimSpace(b))
	}
	if err == nil {
		err = json.Unmarshal(b, answer)
	}
	if err != nil {
		return fmt.Errorf("demo: ask the portal for %s: %w", path, err)
	}
	return nil
}
