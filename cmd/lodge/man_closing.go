package main

import (
	"runtime/debug"
	"strings"
	"time"
)

// A closing section is one of those that man pages end with.
type closingSection struct {
	title string
	items []item
}

// closing are they, but for examples.
func closing() []closingSection {
	return []closingSection{
		{"FILES", []item{
			{"lodge.yaml", "The settings, in the working folder unless --config or LODGE_CONFIG names another. Each key is explained in it."},
			{"inbox/ACCOUNT/", "LEDES files that arrive. Lodge reads them and changes none."},
			{"state/ledger.db", "What happened to every invoice (SQLite). Back it up together with the evidence."},
			{"state/evidence/", "What the carriers' sites said and showed, by account, invoice and attempt."},
			{"state/staged/", "Copies of what is filed."},
			{"state/profiles/", "The browsers' profiles while they run."},
		}},
		{"ENVIRONMENT", []item{
			{"LODGE_CONFIG", "The file with the settings, where --config does not say."},
			{"LODGE_CHROMIUM", "The browser, in place of browser.path in lodge.yaml."},
			{"LODGE_VISITS", "How many visits go on at the same time, in place of visits in lodge.yaml."},
			{"LODGE_SECRET_ACCOUNT_KEY", "A secret of an account, in capitals, with _ for -; it comes before the one that lodge secret set keeps."},
			{"LODGE_SENTRY_DSN, SENTRY_DSN", "Where faults are reported, in place of sentry in lodge.yaml."},
			{"OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_SDK_DISABLED", "Where traces and metrics go, in place of telemetry in lodge.yaml; whether none do."},
			{"DISPLAY, WAYLAND_DISPLAY", "Where --headed shows its window."},
		}},
		{"EXIT STATUS", exits()},
	}
}

// exits are the exit codes as every help text has them.
func exits() []item {
	var list []item
	for l := range strings.Lines(exitCodes) {
		if code, means, ok := strings.Cut(strings.TrimSpace(l), "  "); ok {
			list = append(list, item{code, means})
		}
	}
	return list
}

// built is when the program's source was committed, as far as it knows, or now.
func built(now time.Time) time.Time {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return now
	}
	for _, s := range info.Settings {
		if at, err := time.Parse(time.RFC3339, s.Value); s.Key == "vcs.time" && err == nil {
			return at
		}
	}
	return now
}
