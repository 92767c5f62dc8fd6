package e2e

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/lodge/internal/config"
	"example.com/lodge/internal/emulator/ecs"
	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/portal"
	"example.com/lodge/internal/submission"
	"example.com/lodge/internal/visit/visittest"
)

// What is put into the bucket is filed, once, whatever becomes of the events: some
// come twice, some come late.
func TestFiles(t *testing.T) {
	s, ok := deploy(t)
	if !ok {
		return
	}
	begun := time.Now()
	for n := range 4 {
		account := []string{visittest.Moor, visittest.Pier}[n%2]
		s.arrive(account, fmt.Sprintf("INV-%d", n))
	}
	sums := s.until("all are accepted", 3*time.Minute, accepted)
	t.Logf("filed in %s; cold starts of the trigger: %v", time.Since(begun).Round(time.Second), s.function.Inits())
	s.proven(sums)
	s.told(len(sums))
	s.until("its traces are with the collector", time.Minute, func([]ledger.Summary) bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return bytes.Contains(s.traced, []byte(sums[0].ID))
	})
	s.sent(len(sums))
}

// sent: all that listen have heard of each invoice, from whoever has the right to tell.
func (s *stage) sent(invoices int) {
	s.t.Helper()
	s.sweep() // tells what tasks have not
	status, err := s.Objects(config.StatusKeys)
	s.check(err)
	files := 0
	for _, err := range status.List(s.t.Context(), "", false) {
		s.check(err)
		files++
	}
	for what, n := range map[string]int{
		"status files": files, "the topic": len(s.topic.Delivered()), "the bus": len(s.bus.Taken()), "the webhook": int(s.heard.Load()),
	} {
		if n < invoices {
			s.t.Errorf("%s: told %d times of %d invoices", what, n, invoices)
		}
	}
	for _, must := range []string{
		asTrigger + " s3:GetObjectVersion", asTrigger + " ecs:RunTask", asTrigger + " dynamodb:UpdateItem", asTrigger + " secretsmanager:GetSecretValue",
		asWorker + " s3:PutObject", asWorker + " s3:GetObject", asWorker + " dynamodb:UpdateItem", asWorker + " secretsmanager:GetSecretValue",
	} {
		if !s.gate.used(must) {
			s.t.Errorf("the gate has not seen %s: is it there?", must)
		}
	}
}

// proven: the portal took each invoice in once, and there is evidence of it.
func (s *stage) proven(sums []ledger.Summary) {
	s.t.Helper()
	kept, err := s.Objects(config.EvidenceKeys)
	s.check(err)
	store := evidence.On(kept)
	for _, sum := range sums {
		if n := s.portal.Counts().Invoices[sum.Invoice].Uploads; n != 1 {
			s.t.Errorf("the portal took %s in %d times", sum.Invoice, n)
		}
		sub, err := s.Ledger.Get(s.t.Context(), sum.ID)
		s.check(err)
		for _, a := range sub.Current().Attempts {
			if len(a.Evidence) == 0 {
				s.t.Errorf("%s: nothing proves attempt %s", sum.Invoice, a.ID)
			}
			s.check(store.Verify(s.t.Context(), a.Evidence))
		}
	}
}

// told prints the sum, and checks what holds for every test.
func (s *stage) told(accepted int) {
	s.t.Helper()
	duplicates := s.portal.Counts().Duplicates
	s.t.Logf("cloud: put=%d accepted=%d duplicates=%d max_tasks=%d/%d", s.put, accepted, duplicates, s.cluster.Most(), tasks)
	if duplicates != 0 || s.cluster.Most() > tasks {
		s.t.Errorf("%d duplicates, %d tasks at once", duplicates, s.cluster.Most())
	}
	for _, account := range []string{visittest.Moor, visittest.Pier} {
		if n := s.cluster.MostOf(account); n > 1 {
			s.t.Errorf("%d tasks for account %s at once", n, account)
		}
	}
}

// accepted says whether all are.
func accepted(list []ledger.Summary) bool { return every(submission.Accepted)(list) }

// No capacity, throttling, answers that are lost, a cluster that fails, a trigger
// that is throttled, events twice and late: each invoice is filed, once.
func TestTroubles(t *testing.T) {
	s, ok := deploy(t, func(o *ecs.Settings) {
		o.Refuse = "Capacity is unavailable at this time. Please try again later or in a different availability zone"
	})
	if !ok {
		return
	}
	s.function.Most = 1 // both bells at once are too many
	for n := range 4 {
		s.arrive([]string{visittest.Moor, visittest.Pier}[n%2], fmt.Sprintf("INV-%d", n))
	}
	s.again()
	s.until("no task could be started", time.Minute, func([]ledger.Summary) bool { return s.cluster.Calls("RunTask") > 0 })
	if n := s.cluster.Started(); n != 0 {
		t.Errorf("%d tasks were started without capacity", n)
	}
	s.cluster.Set(func(k *ecs.Knobs) { k.Refuse, k.Throttled, k.Broken, k.Lost = "", 2, 1, 2 })
	sums := s.until("all are accepted", 5*time.Minute, accepted)
	s.again() // a day late, for all that Lodge knows
	s.sweep()
	s.proven(sums)
	s.told(len(sums))
}

// The task is killed after the portal took the invoice in and before it answered:
// another one finds out, and sends nothing again.
func TestKilled(t *testing.T) {
	s, ok := deploy(t)
	if !ok {
		return
	}
	_, err := s.portal.Faults().Add(portal.Fault{What: portal.HangAfter, Next: 1})
	s.check(err)
	s.arrive(visittest.Moor, "INV-1")
	s.until("the portal has it", time.Minute, func([]ledger.Summary) bool { return s.portal.Counts().Invoices["INV-1"].Uploads == 1 })
	s.cluster.Kill(s.cluster.Tasks()[0], "")
	begun := time.Now()
	sums := s.until("it is accepted", 6*time.Minute, accepted)
	t.Logf("settled %s after the kill, by task %d", time.Since(begun).Round(time.Second), s.cluster.Started())
	s.proven(sums)
	s.told(len(sums))
}

// A laptop whose lodge.yaml is the deployment's sees what it sees, decides there,
// puts files into its inbox, and never files.
func TestLaptop(t *testing.T) {
	s, ok := deploy(t)
	if !ok {
		return
	}
	file := filepath.Join(t.TempDir(), "INV-1.txt")
	s.check(os.WriteFile(file, visittest.File(t, "INV-1", visittest.Invoice{}), 0o600))
	s.types("INV-1.txt is in s3://"+bucketName+"/inbox/moor/INV-1.txt.", 0, "submit", "--account", visittest.Moor, file)
	s.put++
	s.until("it is accepted", 3*time.Minute, accepted)
	s.types("accepted", 0, "status")
	s.types("evidence in s3://"+bucketName+"/evidence/moor/", 0, "show", "INV-1")
	s.types("this machine looks and files nothing", 1, "run")
	s.types("docs/running-on-aws.md tells how to go back", 1, "backup", filepath.Join(t.TempDir(), "b"))
	s.types("its own tasks remove old evidence", 1, "evidence", "prune")
	s.types("paused", 0, "pause", visittest.Moor, "--why", "the firm asked for it")
	s.arrive(visittest.Moor, "INV-2")
	s.until("it has arrived", time.Minute, func([]ledger.Summary) bool { return true })
	s.sweep()
	if n := s.cluster.Started(); n != 1 {
		t.Errorf("%d tasks for an account that is paused", n-1)
	}
	s.types("", 0, "resume", visittest.Moor, "--why", "it may go on")
	s.proven(s.until("both are accepted", 3*time.Minute, accepted))
	s.types("lodge/e2e/moor", 0, "secret", "list")
	for _, name := range []string{"files", "topic", "bus"} {
		s.types("destination "+name+": ", 0, "outbox", "test", name)
	}
	s.told(2)
}

// keyFor is the key of whoever types a command: one who looks, one who decides, or one
// who sets logins.
func keyFor(command string) string {
	switch command {
	case "status", "show", "run", "backup":
		return asLooker
	case "secret":
		return asKeeper
	}
	return asDecider
}

// types runs lodge on this machine, which says what it is to say.
func (s *stage) types(says string, code int, arguments ...string) {
	s.t.Helper()
	s.typesAs(keyFor(arguments[0]), says, code, arguments...)
}

// typesAs is types by whoever has a key.
func (s *stage) typesAs(key, says string, code int, arguments ...string) {
	s.t.Helper()
	lodge := exec.CommandContext(s.t.Context(), s.programs.lodge, arguments...)
	lodge.Dir, lodge.Env = s.t.TempDir(), as(key, os.Environ())
	text, _ := lodge.CombinedOutput()
	joined := strings.Join(strings.Fields(string(text)), " ")
	if got := lodge.ProcessState.ExitCode(); got != code || !strings.Contains(joined, says) {
		s.t.Errorf("lodge %s: exit code %d, want %d and %q:\n%s", strings.Join(arguments, " "), got, code, says, text)
	}
}
