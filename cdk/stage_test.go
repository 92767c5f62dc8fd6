package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRefused: what would keep the programs from running is said before anything is
// deployed, with who mends it.
func TestRefused(t *testing.T) {
	good, err := os.ReadFile("testdata/production.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, deployed, _ := strings.Cut(string(good), "  topic:") // and all that follows
	for name, c := range map[string]struct{ old, put, says string }{
		"one machine":    {"  topic:" + deployed, "", `no section "aws"`},
		"nobody":         {"accounts:\n  smith-harbor: {carrier: harbor}\n  smith-harbor-west: {carrier: harbor, timezone: America/Los_Angeles}\n", "", "no accounts"},
		"a sandbox":      {"{allow_unsandboxed: true}", "{}", "browser.allow_unsandboxed"},
		"a browser":      {"{allow_unsandboxed: true}", "{allow_unsandboxed: true, path: /usr/bin/chromium}", "browser.path is left out"},
		"a state":        {"visits: 4", "state: /var/lib/lodge", "state is left out"},
		"too much grace": {"visits: 4", "grace: 120", "grace is less than the 120 seconds"},
		"too long":       {"visits: 4", "visits: 4 # " + strings.Repeat("x", mostText), "a task definition holds"},
		"CloudFormation": {"visits: 4", "visits: 4 # {{resolve:secretsmanager:x}}", "{{resolve:"},
		"a lodge.yaml":   {"visits: 4", "visit: 4", `no key "visit"`},
	} {
		path := filepath.Join(t.TempDir(), "lodge.yaml")
		text := strings.Replace(string(good), c.old, c.put, 1)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil || text == string(good) {
			t.Fatal(name, err)
		}
		if _, err := readStage(path, known()); err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "the operator corrects") {
			t.Errorf("%s: %v, want an error that says %q", name, err, c.says)
		}
	}
	if _, err := readStage(filepath.Join(t.TempDir(), "lodge.yaml"), known()); err == nil || !strings.Contains(err.Error(), "-c config=PATH") {
		t.Errorf("without a lodge.yaml: %v", err)
	}
}

func TestOptionsRefused(t *testing.T) {
	for says, context := range map[string]map[string]any{
		"network is public, private or fixed": {"network": "nat"},
		"cpu is one of [512 1024 2048 4096":   {"cpu": "256"},
		"memory is 2048 to 8192 in steps of":  {"cpu": "1024", "memory": "16384"},
		"not 2500":                            {"memory": 2500},
		"budget is a whole number above 0":    {"budget": "0"},
		"oldest is a whole number above 0":    {"oldest": "soon"},
		"email is an address":                 {"email": "ops"},
	} {
		_, err := readOptions(func(key string) any { return context[key] })
		if err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), "the operator corrects -c") {
			t.Errorf("%v: %v, want an error that says %q", context, err, says)
		}
	}
}

func TestOptionsLeftOut(t *testing.T) {
	t.Setenv("LODGE_CONFIG", "/a/lodge.yaml")
	o, err := readOptions(func(string) any { return nil })
	if err != nil || o.network != public || o.configs[0] != "/a/lodge.yaml" || o.cpu != defaultCPU || o.email != "" {
		t.Errorf("%+v, %v", o, err)
	}
	t.Setenv("LODGE_CONFIG", "")
	if o, _ := readOptions(func(string) any { return nil }); o.configs[0] != "../lodge.yaml" {
		t.Errorf("%+v", o)
	}
	o, err = readOptions(func(key string) any { return map[string]any{"cpu": 2048.0, "memory": "8192", "config": "a,b"}[key] })
	if err != nil || o.cpu != 2048 || o.memory != 8192 || len(o.configs) != 2 {
		t.Errorf("%+v, %v", o, err)
	}
}

// TestNoTrigger: without the program nothing is deployed that cannot start.
func TestNoTrigger(t *testing.T) {
	_, err := stage{}.zip(t.TempDir(), filepath.Join(t.TempDir(), "bootstrap"))
	if err == nil || !strings.Contains(err.Error(), "make synth") {
		t.Errorf("%v", err)
	}
}
