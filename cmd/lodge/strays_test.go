package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/cloud"
	"example.com/lodge/internal/emulator"
	"example.com/lodge/internal/emulator/secrets"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/dynamo"
	ledgertable "example.com/lodge/internal/ledger/dynamo/table"
)

// strays are n of them, which the operator moves.
func strays(n int) (list []ledger.Stray) {
	for i := range n {
		list = append(list, ledger.Stray{Name: fmt.Sprintf("inbox/firm-%03d/a.txt", i), Why: "there is no such account", Needs: carriers.Operator})
	}
	return list
}

// TestStatusOfStrays: what arrived and belongs to nobody comes first, a few of it with
// who acts and why, all of it counted; and somebody has to act.
func TestStatusOfStrays(t *testing.T) {
	for n, c := range map[int]struct {
		named int
		rest  string
	}{1: {1, ""}, mostDue + 1: {mostDue + 1, ""}, mostDue + 2: {mostDue, "and 2 more"}, ledger.KeptStrays + 7: {mostDue, fmt.Sprintf("and %d more", ledger.KeptStrays+7-mostDue)}} {
		w := newWorld(t)
		l := w.filled(accepted(), ready())
		if err := l.NoteStrays(t.Context(), strays(n), nil); err != nil {
			t.Fatal(err)
		}
		out := w.must(exitPerson, "status")
		files := "1 file"
		if n > 1 {
			files = fmt.Sprintf("%d files", n)
		}
		said(t, out, "STRAYS: "+files+" arrived and cannot be taken in:", "WHO ACTS", "inbox/firm-000/a.txt", "operator", "there is no such account", c.rest)
		if got := strings.Count(out, "inbox/firm-"); got != c.named || strings.Contains(out, "more") != (c.rest != "") {
			t.Errorf("of %d strays %d are named, want %d:\n%s", n, got, c.named, out)
		}
		if strings.Contains(out, "Nothing needs anybody") || strings.Index(out, "STRAYS") > strings.Index(out, "2 invoices") {
			t.Errorf("it calms who reads it:\n%s", out)
		}
		for _, args := range [][]string{{"--account", "firm-harbor"}, {"--carrier", "harbor"}} { // whose it is nobody knows
			if out := w.must(exitDone, append([]string{"status"}, args...)...); strings.Contains(out, "STRAYS") {
				t.Errorf("%v:\n%s", args, out)
			}
		}
		if err := l.NoteStrays(t.Context(), nil, []string{"inbox/firm-000/a.txt"}); err != nil {
			t.Fatal(err)
		}
		if out := w.run("status"); n == 1 && out != exitDone {
			t.Errorf("once it is gone: exit %d\n%s", out, &w.out)
		}
	}
}

// TestStatusOfStraysAlone: where nothing else has arrived nobody is told that nothing has.
func TestStatusOfStraysAlone(t *testing.T) {
	w := newWorld(t)
	l := w.filled()
	said(t, w.must(exitDone, "status"), "Nothing has arrived yet. Put LEDES files into the account's folder of the inbox and type", " run\n")
	if err := l.NoteStrays(t.Context(), strays(1), nil); err != nil {
		t.Fatal(err)
	}
	out := w.must(exitPerson, "status")
	if said(t, out, "STRAYS: 1 file"); strings.Contains(out, "Nothing has arrived") {
		t.Errorf("%s", out)
	}
}

// TestStatusOfAnInbox: what a run left in the inbox, nobody's or older than the watermark,
// is told by lodge status until a run does not find it there any more.
func TestStatusOfAnInbox(t *testing.T) {
	w := newWorld(t)
	w.settings("")
	w.write("inbox/firm-habor/INV-1.txt", "a folder that is misspelt")
	w.write("inbox/INV-2.txt", "in no folder")
	w.write("inbox/firm-harbor/INV-3.txt", "of last year")
	w.write("inbox/firm-harbor/.hidden", "nobody's")
	old := filepath.Join(w.dir, "inbox", "firm-harbor", "INV-3.txt")
	if err := os.Chtimes(old, noon, noon.AddDate(-1, 0, 0)); err != nil {
		t.Fatal(err)
	}
	w.must(exitPerson, "run")
	out := w.must(exitPerson, "status")
	said(t, out, "STRAYS: 2 files arrived and cannot be taken in:", filepath.Join("inbox", "firm-habor"), "there is no such account",
		filepath.Join("inbox", "INV-2.txt"), "OLD: 1 file from before the watermark")
	if strings.Contains(out, "hidden") || strings.Contains(out, "Nothing has arrived") {
		t.Errorf("%s", out)
	}
	said(t, w.must(exitPerson, "status", "--needs", "biller"), "STRAYS: 1 file", "INV-2.txt")
	for _, name := range []string{"firm-habor", "INV-2.txt", "firm-harbor"} {
		if err := os.RemoveAll(filepath.Join(w.dir, "inbox", name)); err != nil {
			t.Fatal(err)
		}
	}
	w.must(exitDone, "run")
	if out := w.must(exitDone, "status"); strings.Contains(out, "STRAYS") || strings.Contains(out, "OLD") {
		t.Errorf("once they are gone:\n%s", out)
	}
}

// TestStraysNeedSomebody: who asks what needs a person is told of the strays that do.
func TestStraysNeedSomebody(t *testing.T) {
	w := newWorld(t)
	l := w.filled(accepted())
	met := append(strays(1), ledger.Stray{Name: "inbox/firm-harbor/.hidden", Why: "its name says that it is hidden", Needs: carriers.Biller})
	if err := l.NoteStrays(t.Context(), met, nil); err != nil {
		t.Fatal(err)
	}
	for who, want := range map[string][]string{
		"operator": {"firm-000"}, "biller": {".hidden"}, "any": {"firm-000", ".hidden"}, "author": nil,
	} {
		code := exitDone
		if len(want) > 0 {
			code = exitPerson
		}
		out := w.must(code, "status", "--needs", who)
		for _, name := range []string{"firm-000", ".hidden"} {
			if got := strings.Contains(out, name); got != slices.Contains(want, name) {
				t.Errorf("--needs %s: %s is told: %t\n%s", who, name, got, out)
			}
		}
	}
	if err := l.NoteStrays(t.Context(), strays(ledger.KeptStrays+7), nil); err != nil { // of some only the number is kept
		t.Fatal(err)
	}
	said(t, w.must(exitPerson, "status", "--needs", "operator"), "STRAYS: ")
	w.must(exitDone, "status", "--needs", "author")
}

// TestStatusOfTheOld: what came before the watermark is counted, with what is typed for
// it; nobody has to.
func TestStatusOfTheOld(t *testing.T) {
	w := newWorld(t)
	l := w.filled(accepted())
	begun, _, err := l.BeginComparison(t.Context(), "table", time.Hour, time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Compared(t.Context(), begun, nil, 3); err != nil {
		t.Fatal(err)
	}
	said(t, w.must(exitDone, "status"), "OLD: 3 files from before the watermark; lodge --config", "adopt ACCOUNT FILE has one filed.", "Nothing needs anybody.")
}

// TestStatusThere: of a Lodge in AWS the same is told, and how something is put into its
// inbox: it has no folder here, and lodge run files nothing there.
func TestStatusThere(t *testing.T) {
	url, ok := emulator.Dynalite(t)
	if !ok {
		return
	}
	apart(t, map[string]string{
		"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_ENDPOINT_URL_DYNAMODB": url, "AWS_ENDPOINT_URL_SECRETS_MANAGER": secrets.Start(t).URL,
	})
	w := newWorld(t)
	w.settings("aws: {region: us-east-1, bucket: smith-lodge}\n")
	w.config = w.dir + "/lodge.yaml"
	c, err := w.app.settings()
	if err != nil {
		t.Fatal(err)
	}
	clients, err := cloud.Connect(t.Context(), *c.AWS)
	if err != nil {
		t.Fatal(err)
	}
	made := dynamo.CreateTable(c.AWS.Name(), ledgertable.Definition())
	if _, err := clients.DynamoDB().CreateTable(t.Context(), made); err != nil {
		t.Fatal(err)
	}
	there := dynamodb.NewTableExistsWaiter(clients.DynamoDB(), func(o *dynamodb.TableExistsWaiterOptions) { o.MinDelay, o.MaxDelay = 20*time.Millisecond, time.Second })
	if err := there.Wait(t.Context(), &dynamodb.DescribeTableInput{TableName: made.TableName}, time.Minute); err != nil {
		t.Fatal(err)
	}
	out := w.must(exitDone, "status")
	if said(t, out, "Nothing has arrived yet. Put LEDES files into an account's inbox:", "submit --account ACCOUNT FILE"); strings.Contains(out, " run\n") {
		t.Errorf("%s", out)
	}
	d, err := cloud.Open(t.Context(), c, clock.System{})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Ledger.NoteStrays(t.Context(), strays(1), nil); err != nil {
		t.Fatal(err)
	}
	said(t, w.must(exitPerson, "status"), "STRAYS: 1 file arrived", "inbox/firm-000/a.txt")
}
