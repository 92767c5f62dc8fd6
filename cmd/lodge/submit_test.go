package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/lodge/internal/config"
	"example.com/lodge/internal/emulator/s3"
	"example.com/lodge/internal/objects"
	"example.com/lodge/internal/visit/visittest"
	"example.com/lodge/ledes"
)

// invoiceFile writes a LEDES file beside the world and returns its path.
func (w *world) invoiceFile(name, number string) string {
	w.t.Helper()
	w.write("out/"+name, string(visittest.File(w.t, number, visittest.Invoice{})))
	return filepath.Join(w.dir, "out", name)
}

// TestSubmit: files lie in the account's folder of the inbox afterwards, whole, and where
// is told; one of the same name is replaced. The next run takes them in.
func TestSubmit(t *testing.T) {
	w := newWorld(t)
	w.settings("")
	one, two := w.invoiceFile("INV 1.txt", "INV-1"), w.invoiceFile("INV-2.txt", "INV-2")
	inbox := filepath.Join(w.dir, "inbox", "firm-harbor")
	out := w.must(exitDone, "submit", "--account", "firm-harbor", one, two)
	if want := fmt.Sprintf("INV 1.txt is in %s/INV 1.txt.\nINV-2.txt is in %s/INV-2.txt.\n", inbox, inbox); out != want {
		t.Errorf("said %q, want %q", out, want)
	}
	corrected := w.invoiceFile("INV-2.txt", "INV-2b")
	w.must(exitDone, "submit", "--account", "firm-harbor", corrected)
	entries, err := os.ReadDir(inbox)
	if err != nil || len(entries) != 2 {
		t.Fatalf("the inbox holds %v, %v", entries, err)
	}
	for _, file := range []string{one, corrected} {
		want, _ := os.ReadFile(file)
		if got, err := os.ReadFile(filepath.Join(inbox, filepath.Base(file))); err != nil || string(got) != string(want) {
			t.Errorf("%s is not what was submitted: %v", file, err)
		}
	}
	w.clock = systemClock()
	w.run("run")
	out = w.must(exitPerson, "status", "--json") // its login is not there
	said(t, out, `"invoice":"INV-1"`, `"invoice":"INV-2b"`)
}

// TestSubmitRefuses: what could never be taken in is not put there, whoever asks hears
// why, and the files before it are there.
func TestSubmitRefuses(t *testing.T) {
	w := newWorld(t)
	w.settings("")
	good := w.invoiceFile("INV-1.txt", "INV-1")
	w.write("out/huge.txt", strings.Repeat("x", ledes.MaxSize+1))
	for _, name := range []string{".hidden.txt", "INV-2.txt.part", "~$INV-2.txt", "INV-2.txt~"} {
		w.invoiceFile(name, "INV-2")
	}
	w.invoiceFile(strings.Repeat("n", objects.LongestPart+1), "INV-3")
	path := func(name string) string { return filepath.Join(w.dir, "out", name) }
	for _, c := range []struct {
		code exit
		says string
		args []string
	}{
		{exitUsage, "lodge submit needs a file", []string{"--account", "firm-harbor"}},
		{exitUsage, "--account says whose inbox it is", []string{good}},
		{exitUsage, `has no account "firm-habor"`, []string{"--account", "firm-habor", good}},
		{exitFailed, "nowhere.txt", []string{"--account", "firm-harbor", path("nowhere.txt")}},
		{exitFailed, "it is not a file", []string{"--account", "firm-harbor", w.dir}},
		{exitFailed, "which no invoice has", []string{"--account", "firm-harbor", path("huge.txt")}},
		{exitFailed, "hidden or not whole", []string{"--account", "firm-harbor", path(".hidden.txt")}},
		{exitFailed, "hidden or not whole", []string{"--account", "firm-harbor", path("INV-2.txt.part")}},
		{exitFailed, "hidden or not whole", []string{"--account", "firm-harbor", path("~$INV-2.txt")}},
		{exitFailed, "hidden or not whole", []string{"--account", "firm-harbor", path("INV-2.txt~")}},
		{exitFailed, "give it another name", []string{"--account", "firm-harbor", path(strings.Repeat("n", objects.LongestPart+1))}},
	} {
		w.must(c.code, append([]string{"submit"}, c.args...)...)
		said(t, w.err.String(), c.says)
	}
	if entries, err := os.ReadDir(filepath.Join(w.dir, "inbox", "firm-harbor")); err == nil && len(entries) > 0 {
		t.Errorf("the inbox holds %v", entries)
	}
	w.must(exitFailed, "submit", "--account", "firm-harbor", good, path(".hidden.txt"))
	said(t, w.out.String(), "INV-1.txt is in ")
	said(t, w.err.String(), path(".hidden.txt")+": ")
}

// TestSubmitThere: to a Lodge in AWS a file goes into its bucket, where it rings, and
// nothing of it is made on this machine. Nothing else there is asked.
func TestSubmitThere(t *testing.T) {
	rung := make(chan string, 9)
	bucket := s3.Start(t, s3.Settings{Name: "smith-lodge", Rings: config.InboxKeys, Rung: func(message []byte) { rung <- string(message) }})
	apart(t, map[string]string{"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_ENDPOINT_URL_S3": bucket.URL})
	w := newWorld(t)
	w.settings("aws: {region: us-east-1, bucket: smith-lodge}\n")
	file := w.invoiceFile("INV 1.txt", "INV-1")
	for range 2 { // the second time it is replaced
		if out := w.must(exitDone, "submit", "--account", "firm-harbor", file); out != "INV 1.txt is in s3://smith-lodge/inbox/firm-harbor/INV 1.txt.\n" {
			t.Errorf("said %q", out)
		}
		if got := <-rung; !strings.Contains(got, "inbox%2Ffirm-harbor%2FINV+1.txt") {
			t.Errorf("it rang %s", got)
		}
	}
	w.must(exitFailed, "submit", "--account", "firm-harbor", filepath.Join(w.dir, "nowhere.txt"))
	if _, err := os.Stat(filepath.Join(w.dir, "inbox")); err == nil {
		t.Error("it made an inbox on this machine")
	}
	text, err := os.ReadFile(w.config)
	if err != nil {
		t.Fatal(err)
	}
	w.write("lodge.yaml", strings.Replace(string(text), "bucket: smith-lodge", "bucket: another-lodge", 1))
	w.must(exitFailed, "submit", "--account", "firm-harbor", file)
	said(t, w.err.String(), "s3://another-lodge/inbox/firm-harbor/INV 1.txt")
}

// apart keeps the settings of whoever runs the tests out of them, and has what is asked
// of AWS go elsewhere.
func apart(t *testing.T, endpoints map[string]string) {
	t.Helper()
	none := filepath.Join(t.TempDir(), "none")
	for _, list := range []map[string]string{{
		"AWS_ACCESS_KEY_ID": "AKIDTEST", "AWS_SECRET_ACCESS_KEY": "test", "AWS_SESSION_TOKEN": "", "AWS_PROFILE": "", "AWS_REGION": "eu-south-2",
		"AWS_CONFIG_FILE": none, "AWS_SHARED_CREDENTIALS_FILE": none, "AWS_EC2_METADATA_DISABLED": "true", "AWS_MAX_ATTEMPTS": "1",
	}, endpoints} {
		for name, value := range list {
			t.Setenv(name, value)
		}
	}
}
