package harbor_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/lodge/internal/portal"
	"example.com/lodge/internal/portal/harbor"
)

func TestCountsAreExactUnderConcurrentUploads(t *testing.T) {
	p, clock := start(t)
	b := ada(t, p)
	var sending sync.WaitGroup
	for i := range 32 {
		sending.Go(func() {
			if _, err := b.send(t.Context(), good(fmt.Sprintf("INV-%d", i))); err != nil {
				t.Error(err)
			}
			if _, err := b.send(t.Context(), good("INV-SAME")); err != nil {
				t.Error(err)
			}
		})
	}
	sending.Wait()
	clock.pass(time.Second)
	c := counts(t, p)
	for i := range 32 {
		if got, want := c.Invoices[fmt.Sprintf("INV-%d", i)], (portal.InvoiceCount{Uploads: 1, Accepted: 1}); got != want {
			t.Errorf("INV-%d: %+v", i, got)
		}
	}
	if got, want := c.Invoices["INV-SAME"], (portal.InvoiceCount{Uploads: 32, Accepted: 1, Refused: 31, Duplicate: 31, Again: 31}); got != want {
		t.Errorf("INV-SAME: %+v", got)
	}
	if c.Uploads != 64 || c.Accepted != 33 || c.Refused != 31 || c.Duplicates != 1 {
		t.Errorf("totals: %+v", c)
	}
}

func TestStateSurvivesARestart(t *testing.T) {
	dir := t.TempDir()
	at := func(o *portal.Options) { o.Dir = dir }
	p, clock := start(t, at)
	b := ada(t, p)
	b.file(good("INV-1"))
	bad := good("INV-2")
	bad.matter = harbor.ClosedMatter
	b.file(bad)
	b.file(paper{number: "?", file: "nothing"})
	if _, err := p.Book().ByHand(portal.Filing{Firm: "Moor & Quay LLP", Number: "INV-3", By: "Ben Quay"}); err != nil {
		t.Fatal(err)
	}
	clock.pass(time.Second)
	before, pin := p.Counts(), p.Pin()
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}

	p, clock = start(t, at)
	clock.pass(time.Second)
	if diff := cmp.Diff(before, p.Counts()); diff != "" {
		t.Error(diff)
	}
	if p.Pin() != pin {
		t.Error("the key changed")
	}
	b = ada(t, p)
	if body := b.get("/invoices").body; !strings.Contains(body, "3 found") || !strings.Contains(body, "Matter 4711 is closed.") {
		t.Errorf("the history shows %s", body)
	}
	if v := b.file(good("INV-1")); v.path != "/invoices/uploads/U-000004" {
		t.Errorf("the next upload led to %s", v.path)
	}
}

func TestHalfWrittenLastLineIsDropped(t *testing.T) {
	dir := t.TempDir()
	at := func(o *portal.Options) { o.Dir = dir }
	p, _ := start(t, at)
	ada(t, p).file(good("INV-1"))
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	f, err := os.OpenFile(filepath.Join(dir, "journal.jsonl"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(f, `{"record":{"id":"U-000002","num`); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second start reads what the first wrote after the cut
		p, _ = start(t, at)
		ada(t, p)
		if c := p.Counts(); c.Uploads != 1 {
			t.Errorf("counted %d uploads", c.Uploads)
		}
		if err := p.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestDamagedJournalStopsThePortal(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "journal.jsonl"), []byte("{}\nnot JSON\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := harbor.Start(t.Context(), portal.Options{Dir: dir})
	if err == nil || !strings.Contains(err.Error(), "line 2") {
		t.Errorf("got %v", err)
	}
}

func TestTwoPortalsDoNotShareAFolder(t *testing.T) {
	dir := t.TempDir()
	start(t, func(o *portal.Options) { o.Dir = dir })
	if _, err := harbor.Start(t.Context(), portal.Options{Dir: dir}); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("got %v", err)
	}
}

func TestOnlyLoopbackIsServed(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":0", "192.0.2.1:0"} {
		if _, err := harbor.Start(t.Context(), portal.Options{Dir: t.TempDir(), Addr: addr}); err == nil || !strings.Contains(err.Error(), "not a loopback") {
			t.Errorf("%s: got %v", addr, err)
		}
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	reached := false
	err := harbor.Run(ctx, harbor.Defaults(t.TempDir()), func(p *portal.Server) {
		reached = newBrowser(t, p.URL(), p.Pin()).get("/").status == http.StatusOK
		cancel()
	})
	if err != nil || !reached {
		t.Errorf("reached %v, ended with %v", reached, err)
	}
}

// childDir names the variable that makes the test binary a portal of its own,
// which can be killed.
const childDir = "LODGE_TEST_PORTAL"

func serveChild(dir string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	return harbor.Run(ctx, portal.Options{Dir: dir, Users: harbor.Users()}, func(p *portal.Server) {
		fmt.Println(p.URL(), p.Pin())
	})
}

// TestNothingAnsweredIsLostByAKill kills the portal in the middle of many
// uploads. Whatever it answered it must still hold, once.
func TestNothingAnsweredIsLostByAKill(t *testing.T) {
	dir := t.TempDir()
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), childDir+"="+dir)
	child.Stderr = os.Stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	url, pin, _ := strings.Cut(strings.TrimSpace(line), " ")

	b := newBrowser(t, url, pin)
	b.login("ada.moor", "Tide-table-7")
	var mu sync.Mutex
	var answered []string
	var sent atomic.Int64
	var sending sync.WaitGroup
	for range 8 {
		sending.Go(func() {
			for {
				number := fmt.Sprintf("INV-%d", sent.Add(1))
				v, err := b.send(t.Context(), good(number))
				if err != nil {
					return // killed
				}
				mu.Lock()
				if strings.HasPrefix(v.path, "/invoices/uploads/") {
					answered = append(answered, number)
				}
				if len(answered) == 40 {
					_ = child.Process.Kill()
				}
				mu.Unlock()
			}
		})
	}
	sending.Wait()
	var exit *exec.ExitError
	if err := child.Wait(); !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		t.Fatalf("the portal ended with %v", err)
	}

	p, _ := start(t, func(o *portal.Options) { o.Dir = dir })
	c := p.Counts()
	for _, number := range answered {
		if n := c.Invoices[number].Uploads; n != 1 {
			t.Errorf("%s was answered and is counted %d times", number, n)
		}
	}
	if c.Uploads < len(answered) || c.Uploads > int(sent.Load()) || c.Duplicates != 0 {
		t.Errorf("%d answered, %d sent, counted %d", len(answered), sent.Load(), c.Uploads)
	}
}
