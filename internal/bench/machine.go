package bench

import (
	"context"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// A Machine is what a measurement ran on, so that its figures can be judged.
type Machine struct {
	At       time.Time `json:"at"`
	CPUs     int       `json:"cpus"`
	Model    string    `json:"model"`
	System   string    `json:"system"`
	Go       string    `json:"go"`
	Lodge    string    `json:"lodge"`
	Browsers []string  `json:"browsers"`
	Load     []string  `json:"load"` // of the last minute, at the begin of each run and at the end
}

// Look describes this machine, the Lodge that is measured, and browsers.
func Look(ctx context.Context, lodge string, browsers ...string) Machine {
	m := Machine{
		At: time.Now().UTC().Truncate(time.Second), CPUs: runtime.NumCPU(), Go: runtime.Version(),
		Model:  strings.TrimLeft(line("/proc/cpuinfo", "model name"), "\t: "),
		System: strings.Trim(line("/etc/os-release", "PRETTY_NAME="), `"`),
		Lodge:  says(ctx, lodge, "version"),
	}
	for _, b := range browsers {
		m.Browsers = append(m.Browsers, says(ctx, b, "--version"))
	}
	return m
}

// Load is the machine's load of the last minute; "" where nobody knows.
func Load() string {
	b, _ := os.ReadFile("/proc/loadavg")
	load, _, _ := strings.Cut(string(b), " ")
	return load
}

// says is the first line that a program prints.
func says(ctx context.Context, program string, args ...string) string {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, program, args...).Output()
	if err != nil {
		return program + ": " + err.Error()
	}
	line, _, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	return strings.TrimSpace(line)
}

// line is what follows start in the first line of a file that begins with it.
func line(path, start string) string {
	b, _ := os.ReadFile(path)
	for l := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(l, start); ok {
			return strings.TrimSpace(rest)
		}
	}
	return "unknown"
}
