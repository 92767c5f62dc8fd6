package config_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/config"
)

func TestReadsChannels(t *testing.T) {
	c, err := config.Read(write(t, marked+`
notify:
  ops:
  billing: {for: [biller], quiet: 5, remind: 48, digest: "08:30"}
  all: {for: [author, biller, operator]}
`), known, none)
	if err != nil {
		t.Fatal(err)
	}
	all := []carriers.Person{carriers.Biller, carriers.Operator, carriers.Author}
	want := []config.Channel{
		{Name: "all", For: all, Quiet: 30 * time.Minute, Remind: 24 * time.Hour},
		{Name: "billing", For: all[:1], Quiet: 5 * time.Minute, Remind: 48 * time.Hour, Digest: "08:30"},
		{Name: "ops", For: all, Quiet: 30 * time.Minute, Remind: 24 * time.Hour},
	}
	if diff := cmp.Diff(want, c.Notify); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if c.Sentry != "" || c.Telemetry != "" {
		t.Errorf("nothing is configured: sentry %q, telemetry %q", c.Sentry, c.Telemetry)
	}
}

func TestWrongChannels(t *testing.T) {
	for name, c := range map[string]struct{ text, says string }{
		"a list":         {"notify: [slack]\n", `notify is a list of "key: value"`},
		"its address":    {"notify: {ops: \"slack://hook:hunter2!@webhook\"}\n", `notify.ops is a list of "key: value"`},
		"a key":          {"notify: {ops: {url: \"slack://hook:hunter2!@webhook\"}}\n", `notify.ops has no key "url"`},
		"its name":       {"notify: {Ops: {}}\n", `channel "Ops": a name is`},
		"nobody":         {"notify: {ops: {for: []}}\n", "notify.ops.for is a list of biller, operator and author"},
		"somebody":       {"notify: {ops: {for: [bilbo]}}\n", "notify.ops.for is a list of biller, operator and author"},
		"no list":        {"notify: {ops: {for: biller}}\n", "notify.ops.for is a list of biller, operator and author"},
		"never quiet":    {"notify: {ops: {quiet: 0}}\n", "notify.ops.quiet is a whole number from 1 to 1440"},
		"no reminder":    {"notify: {ops: {remind: 0}}\n", "notify.ops.remind is a whole number"},
		"a time":         {"notify: {ops: {digest: \"8 am\"}}\n", "notify.ops.digest is a time of day"},
		"a late time":    {"notify: {ops: {digest: \"25:00\"}}\n", "notify.ops.digest is a time of day"},
		"the name":       {"accounts: {notify: {carrier: harbor}}\n", `account "notify": choose another name`},
		"no dsn":         {"sentry: hunter2!\n", "sentry is a DSN"},
		"no key":         {"sentry: https://sentry.example/1\n", "sentry is a DSN"},
		"no project":     {"sentry: https://hunter2!@sentry.example/\n", "sentry is a DSN"},
		"readable":       {"sentry: http://hunter2!@sentry.example/1\n", "sentry is a DSN"},
		"no collector":   {"telemetry: collector\n", "telemetry is the address"},
		"user":           {"telemetry: http://me:hunter2!@collector\n", "telemetry is the address"},
		"token in query": {"telemetry: https://collector/?token=hunter2!\n", "telemetry is the address"},
		"grpc":           {"telemetry: grpc://collector:4317\n", "telemetry is the address"},
	} {
		_, err := config.Read(write(t, marked+c.text), known, none)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: error %v, want one that says %q", name, err, c.says)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: the error tells a secret: %v", name, err)
		}
	}
}

func TestEnvironmentTellsWhereFaultsGo(t *testing.T) {
	file := marked + "sentry: https://file@sentry.example/1\ntelemetry: http://file:4318\n"
	for name, c := range map[string]struct {
		text, sentry, telemetry string
		env                     map[string]string
	}{
		"the file":    {file, "https://file@sentry.example/1", "http://file:4318", nil},
		"empty":       {file, "https://file@sentry.example/1", "http://file:4318", map[string]string{"SENTRY_DSN": "", "OTEL_EXPORTER_OTLP_ENDPOINT": ""}},
		"environment": {file, "https://env@sentry.example/1", "http://env:4318", map[string]string{"SENTRY_DSN": "https://env@sentry.example/1", "OTEL_EXPORTER_OTLP_ENDPOINT": "http://env:4318"}},
		"lodge's own": {marked, "https://own@sentry.example/1", "", map[string]string{"SENTRY_DSN": "https://env@sentry.example/1", "LODGE_SENTRY_DSN": "https://own@sentry.example/1"}},
		"off":         {file, "https://file@sentry.example/1", "", map[string]string{"OTEL_SDK_DISABLED": "True"}},
		"this host":   {marked, "http://env@127.0.0.1:9/1", "", map[string]string{"SENTRY_DSN": "http://env@127.0.0.1:9/1"}},
	} {
		got, err := config.Read(write(t, c.text), known, env(c.env))
		if err != nil || got.Sentry != c.sentry || got.Telemetry != c.telemetry {
			t.Errorf("%s: sentry %q, telemetry %q, %v", name, got.Sentry, got.Telemetry, err)
		}
	}
	if _, err := config.Read(write(t, marked), known, env(map[string]string{"SENTRY_DSN": "hunter2!"})); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("a wrong SENTRY_DSN: %v", err)
	}
}
