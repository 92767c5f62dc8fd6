package config

import (
	"embed"
	"fmt"
	"io"
	"strconv"
	"text/template"
	"time"
)

//go:embed lodge.yaml.tmpl
var files embed.FS

// Default is the configuration that lodge init begins with: production, no
// account, and now as the watermark, so that no old file is ever filed.
func Default(now time.Time) Config {
	return Config{
		Inbox: "inbox", State: "state",
		Secrets:   Secrets{File: "secrets.age", Identity: "secrets.key"},
		Watermark: now.UTC().Truncate(time.Second),
		Grace:     DefaultGrace,
		Stage:     Production,
	}
}

// Write writes c as a commented lodge.yaml, which [Read] reads back as c. A
// Visits of 0 is left to the machine.
func Write(w io.Writer, c Config) error {
	t, err := template.New("lodge.yaml.tmpl").Funcs(template.FuncMap{
		"quote":   strconv.Quote,
		"profile": profileLines,
		"rfc3339": func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
	}).ParseFS(files, "lodge.yaml.tmpl")
	if err == nil {
		err = t.Execute(w, c)
	}
	if err != nil {
		return fmt.Errorf("config: write lodge.yaml: %w", err)
	}
	return nil
}
