package main

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rivo/uniseg"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/submission"
)

func TestStatusOfNothing(t *testing.T) {
	w := newWorld(t)
	w.settings("")
	said(t, w.must(exitDone, "status"), "Nothing has arrived yet.", "lodge --config", "run")
	if out := w.must(exitDone, "status", "--json"); out != "" {
		t.Errorf("--json of nothing is %q", out)
	}
	said(t, w.must(exitDone, "status", "--invoice", "INV-1"), "There is no such invoice.")
}

// TestWithoutAccounts: who has just written lodge.yaml is told what comes next, and not
// to put files into the folder of an account that there is not.
func TestWithoutAccounts(t *testing.T) {
	w := newWorld(t)
	w.write("lodge.yaml", "watermark: 2026-11-01T00:00:00Z\nbrowser: {allow_unsandboxed: true}\n")
	for command, first := range map[string]string{"status": "Nothing has arrived yet.", "run": "Nothing is filed."} {
		out := w.must(exitDone, command)
		if said(t, out, first+" No account is set up yet: lodge --config", "carriers lists the carriers", "lodge.yaml shows how"); strings.Contains(out, "inbox") {
			t.Errorf("%s", out)
		}
	}
}

func TestStatusOfGoodNews(t *testing.T) {
	w := newWorld(t)
	w.filled(accepted(), accepted(), ready())
	said(t, w.must(exitDone, "status"), "Nothing needs anybody.", "3 invoices: 2 accepted, 1 ready.")
	said(t, w.must(exitDone, "status", "--by-account"), "firm-harbor         3      1         2")
}

// Who acts comes first, in the order of how soon it matters; then the counts.
func TestStatusOverview(t *testing.T) {
	for _, columns := range []int{0, 80} {
		w := newWorld(t)
		l := w.filled(accepted(), rejected(), undecided(), ready(), changed(), ready())
		w.suspend(l, carriers.Credentials)
		w.columns = columns
		out := w.must(exitPerson, "status")
		account, _ := l.Account(t.Context(), "firm-harbor")
		out = strings.ReplaceAll(out, w.stamp(account.Suspended.At), "2026-11-22 12:00:00")
		w.golden(fmt.Sprintf("status-%d.txt", columns), out)
		for i, l := range strings.Split(out, "\n") {
			if columns > 0 && len([]rune(l)) > columns && !strings.Contains(l, w.dir) {
				t.Errorf("line %d is wider than the terminal: %s", i+1, l)
			}
		}
	}
}

// A machine finds all keys on every line, and what a suspension holds back.
func TestStatusJSON(t *testing.T) {
	w := newWorld(t)
	l := w.filled(accepted(), ready(), rejected())
	w.suspend(l, carriers.Credentials)
	got := map[string]map[string]any{}
	var order []string
	for text := range strings.Lines(w.must(exitPerson, "status", "--json")) {
		var line map[string]any
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			t.Fatal(err)
		}
		for _, key := range []string{"id", "account", "carrier", "invoice", "revision", "state", "hold", "confirmation", "text", "attempts", "needs", "updated_at"} {
			if _, ok := line[key]; !ok {
				t.Errorf("no %s in %s", key, text)
			}
		}
		got[line["invoice"].(string)] = line
		order = append(order, line["invoice"].(string))
	}
	if len(order) != 3 || order[2] != "INV-0001" {
		t.Errorf("order is %v; want those that need somebody first", order)
	}
	want := map[string]any{"state": "ready", "hold": "credentials", "needs": "operator", "text": "log in: the user name or password is not right"}
	for key, value := range want {
		if got["INV-0002"][key] != value {
			t.Errorf("%s of a ready invoice of a suspended account is %v, want %v", key, got["INV-0002"][key], value)
		}
	}
	if got["INV-0001"]["needs"] != "" || got["INV-0001"]["hold"] != "" {
		t.Errorf("a suspension holds nothing back that is done: %v", got["INV-0001"])
	}
	if got["INV-0003"]["needs"] != "biller" {
		t.Errorf("a suspension does not change who mends an invoice: %v", got["INV-0003"])
	}
}

func TestStatusFilters(t *testing.T) {
	w := newWorld(t)
	w.filled(accepted(), rejected(), undecided(), changed(), accepted(), accepted())
	for _, c := range []struct {
		args string
		code exit
		want []string
	}{
		{"--state accepted", exitDone, []string{"INV-0001", "INV-0005", "INV-0006"}},
		{"--state accepted,rejected", exitPerson, []string{"INV-0001", "INV-0002", "INV-0005", "INV-0006"}},
		{"--needs biller", exitPerson, []string{"INV-0002"}},
		{"--needs author", exitPerson, []string{"INV-0004"}},
		{"--needs any", exitPerson, []string{"INV-0002", "INV-0003", "INV-0004"}},
		{"--invoice INV-0003", exitPerson, []string{"INV-0003"}},
		{"--account other --needs any", exitDone, nil},
		{"--carrier other --needs any", exitDone, nil},
	} {
		for _, json := range []bool{false, true} {
			args := append([]string{"status"}, strings.Fields(c.args)...)
			if json {
				args = append(args, "--json")
			}
			out := w.must(c.code, args...)
			var got []string
			for n := range 6 {
				if number := fmt.Sprintf("INV-%04d", n+1); strings.Contains(out, number) {
					got = append(got, number)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("status %s, json %v: %v, want %v", c.args, json, got, c.want)
			}
		}
	}
	out := w.must(exitPerson, "status", "--needs", "any", "--limit", "2")
	said(t, out, "2 are shown; there are more: --limit 0 shows all.")
	if out := w.must(exitPerson, "status", "--json", "--limit", "2"); strings.Count(out, "\n") != 2 {
		t.Errorf("--limit 2 of JSON gave %s", out)
	}
}

// Whoever reads the status at 2,000 invoices waits no longer than at 20, and
// reads no more: the alike are one line, which tells how to list them.
func TestStatusOfMany(t *testing.T) {
	w := newWorld(t)
	var revs []submission.Revision
	for n := range 2000 {
		r := accepted()
		if n%10 == 0 {
			r = rejected()
			r.Receipt.Text = fmt.Sprintf("Invoice INV-%04d is for closed matter %d.", n+1, 4700+n%3)
		}
		revs = append(revs, r)
	}
	w.filled(revs...)
	w.columns = 80
	begun := time.Now()
	out := w.must(exitPerson, "status")
	if took := time.Since(begun); took > 2*time.Second {
		t.Errorf("the status took %s", took)
	}
	if lines := strings.Count(out, "\n"); lines > 16 {
		t.Errorf("the status has %d lines:\n%s", lines, out)
	}
	said(t, out, "200 of 2000 invoices need somebody: biller 200.", "67  3 days  rejected  Invoice … is for closed matter 4700.",
		"firm-harbor: INV-1981 INV-1951 INV-1921 …", "status --like INV-1991", "2000 invoices: 1800 accepted, 200 rejected.")
	w.columns = 0
	list := w.must(exitPerson, "status", "--like", "INV-1981")
	if strings.Count(list, "closed matter 4700") != 67 || strings.Contains(list, "matter 4701") {
		t.Errorf("--like lists:\n%s", list)
	}
	if list := w.must(exitPerson, "status", "--needs", "biller"); strings.Count(list, "INV-") < 200 || !strings.HasPrefix(strings.Split(list, "\n")[1], "INV-1991") {
		t.Errorf("--needs leaves some out, or begins with another than the one that has waited longest:\n%s", list)
	}
	if out := w.must(exitPerson, "status", "--json"); strings.Count(out, "\n") != 2000 {
		t.Errorf("--json gave %d lines", strings.Count(out, "\n"))
	}
	if w.run("status", "--like", "INV-0002") != exitFailed {
		t.Error("--like of an invoice that needs nobody")
	}
	said(t, w.err.String(), "invoice INV-0002 of account firm-harbor is accepted and needs nobody")
}

// TestStatusFits: at month's end, with 150 that need somebody, all of it is seen
// at once, and what is not shown is counted.
func TestStatusFits(t *testing.T) {
	w := newWorld(t)
	w.seeded(250, 0, time.Now())
	w.columns = 80
	out := w.must(exitPerson, "status")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if len(lines) < 24 || len(lines) > 40 {
		t.Errorf("it has %d lines:\n%s", len(lines), out)
	}
	for _, l := range lines {
		if uniseg.StringWidth(l) > 80 && !strings.Contains(l, w.dir) {
			t.Errorf("it is wider than the terminal: %s", l)
		}
	}
	needing := strings.Count(w.must(exitPerson, "status", "--json", "--needs", "any"), "\n")
	var told, all, waiting int
	if _, err := fmt.Sscanf(lines[0], "%d of %d", &told, &all); err != nil || all != 250 {
		t.Fatalf("the first line is %q: %v", lines[0], err)
	}
	if i := strings.Index(out, "IS HELD BACK; "); i >= 0 {
		_, _ = fmt.Sscanf(out[i:], "IS HELD BACK; %d", &waiting)
	}
	if told+waiting != needing {
		t.Errorf("the overview counts %d and %d held back, the list has %d", told, waiting, needing)
	}
	lined := regexp.MustCompile(`(?m)^ *(\d+)  \d+ (?:days|h|min) |^  and (\d+) invoice`)
	for _, who := range []string{"BILLER", "OPERATOR", "AUTHOR"} {
		_, section, there := strings.Cut(out, "THE "+who+" ACTS (")
		section, _, _ = strings.Cut(section, "\n\n")
		head, _, _ := strings.Cut(section, " ")
		sum := 0
		for _, m := range lined.FindAllStringSubmatch(section, -1) {
			n, err := strconv.Atoi(m[1] + m[2])
			if err != nil {
				t.Fatal(err)
			}
			sum += n
		}
		if !there || strconv.Itoa(sum) != head {
			t.Errorf("%s: the lines add up to %d:\n%s", who, sum, section)
		}
	}
}

// What holds an account back is told with what to type, whatever it is.
func TestTroubles(t *testing.T) {
	for _, c := range []struct {
		kind carriers.Kind
		says []string
	}{
		{carriers.Credentials, []string{"the operator acts: find out the right login", "secret set firm-harbor password"}},
		{carriers.ActionNeeded, []string{"log in at https://127.0.0.1:9 by hand", "resume firm-harbor --why"}},
		{carriers.Blocked, []string{"call the carrier", "resume firm-harbor --why"}},
		{carriers.Unclassified, []string{"when it may go on, resume", "resume firm-harbor --why"}},
	} {
		w := newWorld(t)
		l := w.filled(ready())
		w.suspend(l, c.kind)
		out := w.must(exitPerson, "status")
		said(t, out, "ACCOUNT firm-harbor IS HELD BACK since", "1 invoice waits", "log in: the user name or password is not right")
		said(t, out, c.says...)
		w.must(exitDone, "resume", "firm-harbor", "--why", "mended by hand")
		said(t, w.must(exitDone, "status"), "Nothing needs anybody.")
		if code := w.run("resume", "firm-harbor", "--why", "again"); code != exitFailed {
			t.Errorf("resume of an account that is not suspended: exit %d", code)
		}
	}
}

// An account with work and without a login is nobody's news but status's.
func TestAnAccountWithoutALoginIsTold(t *testing.T) {
	w := newWorld(t)
	w.filled(submission.Revision{State: submission.Ready})
	w.environ = nil
	said(t, w.must(exitPerson, "status"), "ACCOUNT firm-harbor IS HELD BACK; 1 invoice waits", "username, password",
		"secret set firm-harbor username", "secret set firm-harbor password")
	said(t, w.must(exitPerson, "status", "--json"), `"hold":"credentials"`, `"needs":"operator"`)
}

func TestAPausedAccountIsTold(t *testing.T) {
	w := newWorld(t)
	w.filled(ready())
	w.write("lodge.yaml", "watermark: 2026-11-01T00:00:00Z\naccounts: {firm-harbor: {carrier: harbor, paused: \"audit, says Kim\"}}\n")
	said(t, w.must(exitPerson, "status"), "HELD BACK; 1 invoice waits", "paused: audit, says Kim", `take "paused" out of`)
	w.must(exitFailed, "run", "--account", "firm-harbor")
	said(t, w.err.String(), "account firm-harbor is paused (audit, says Kim)")
	w.write("lodge.yaml", "watermark: 2026-11-01T00:00:00Z\naccounts: {}\n")
	said(t, w.must(exitPerson, "status"), "lodge.yaml does not name it")
}
