// Package floor files invoices on the simulated portal with nothing but HTTP: the
// least that the steps of a submission can cost, to hold Lodge against.
//
// It does what Lodge does and in the same order: log in once; for each invoice
// ask the history whether it is there, open the form, upload, ask for the status
// as the page's own script does, ask the history again. It loads no style, no
// script and no picture, and it has no intent, no evidence and no second try.
package floor

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"html"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"example.com/lodge/internal/bench"
)

// poll is how long the result page waits between two questions.
const poll = 100 * time.Millisecond

// File files the job's invoices, one after the other. All must be accepted.
func File(ctx context.Context, job bench.Job) error {
	c, err := newClient(job)
	if err != nil {
		return err
	}
	defer c.http.CloseIdleConnections()
	if err := c.login(ctx, job); err != nil {
		return fmt.Errorf("floor: log in: %w", err)
	}
	for _, inv := range job.Invoices {
		if err := c.file(ctx, inv); err != nil {
			return fmt.Errorf("floor: invoice %s: %w", inv.Number, err)
		}
	}
	return nil
}

func (c *client) login(ctx context.Context, job bench.Job) error {
	token, err := c.form(ctx, "/login")
	if err != nil {
		return err
	}
	return c.post(ctx, "/login", url.Values{"csrf": {token}, "username": {job.User}, "password": {job.Password}}, `<h1>Welcome, `)
}

// file is one invoice.
func (c *client) file(ctx context.Context, inv bench.Invoice) error {
	rows, err := c.find(ctx, inv.Number)
	if err != nil {
		return err
	}
	if len(rows) > 0 {
		return fmt.Errorf("the portal has it already: %q", rows)
	}
	token, err := c.form(ctx, "/invoices/new")
	if err != nil {
		return err
	}
	at, err := c.upload(ctx, inv, token)
	if err != nil {
		return err
	}
	if err := c.await(ctx, at); err != nil {
		return err
	}
	if rows, err = c.find(ctx, inv.Number); err != nil {
		return err
	}
	if len(rows) != 1 || rows[0] != "Accepted" {
		return fmt.Errorf("the history shows it as %q", rows)
	}
	return nil
}

// upload sends the form and returns the address of the result page, which it
// has opened.
func (c *client) upload(ctx context.Context, inv bench.Invoice, token string) (string, error) {
	data, err := os.ReadFile(inv.Path)
	if err != nil {
		return "", err
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for _, field := range [][2]string{{"csrf", token}, {"client", inv.Client}, {"matter", inv.Matter}} {
		if err := form.WriteField(field[0], field[1]); err != nil {
			return "", err
		}
	}
	part, err := form.CreateFormFile("file", filepath.Base(inv.Path))
	if err == nil {
		_, err = part.Write(data)
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		return "", err
	}
	page, err := c.do(ctx, http.MethodPost, "/invoices/upload", form.FormDataContentType(), &body)
	if err != nil {
		return "", err
	}
	if !strings.HasPrefix(page.path, "/invoices/uploads/") {
		return "", fmt.Errorf("the upload ended at %s", page.path)
	}
	return page.path, nil
}

// await asks for the status until the portal has decided. As the page's script
// does, it waits after each answer.
func (c *client) await(ctx context.Context, at string) error {
	wait := time.NewTimer(poll)
	defer wait.Stop()
	for {
		select {
		case <-wait.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		page, err := c.get(ctx, at+"/status")
		if err != nil {
			return err
		}
		var said struct {
			Status, Text string
			Done         bool
		}
		switch err := json.Unmarshal([]byte(page.body), &said); {
		case err != nil:
			return err
		case said.Done && said.Status != "Accepted":
			return fmt.Errorf("%s: %s", said.Status, said.Text)
		case said.Done:
			return nil
		}
		wait.Reset(poll)
	}
}

var (
	results = regexp.MustCompile(`<p id="results"[^>]*>Results for ([^:]+): `)
	entries = regexp.MustCompile(`(?s)<td class="number">([^<]*)</td>.*?<td class="state"><span[^>]*>([^<]*)</span>`)
)

// find returns the states of the rows of that number.
func (c *client) find(ctx context.Context, number string) ([]string, error) {
	page, err := c.get(ctx, "/invoices?"+url.Values{"number": {number}, "page": {"1"}}.Encode())
	if err != nil {
		return nil, err
	}
	if m := results.FindStringSubmatch(page.body); len(m) < 2 || html.UnescapeString(m[1]) != number {
		return nil, fmt.Errorf("%s does not show the history of %s", page.path, number)
	}
	var states []string
	for _, m := range entries.FindAllStringSubmatch(page.body, -1) {
		if html.UnescapeString(m[1]) == number {
			states = append(states, m[2])
		}
	}
	return states, nil
}
