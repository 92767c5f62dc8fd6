package real

import (
	"syscall"
)

// An act breaks something. It returns what the process is answered, "" if it needs
// no answer any more.
type act struct {
	name, fact string
	browser    bool // it breaks the browser
	do         func(s *trial, pid int) (answer string)
}

// acts are the ways of breaking process and browser.
func acts() []act {
	signal := func(sig syscall.Signal, mark string) func(*trial, int) string {
		return func(s *trial, pid int) string {
			s.signal(pid, sig, mark)
			return goOn
		}
	}
	return []act{
		{"killed", "c*k", false, func(_ *trial, pid int) string { _ = syscall.Kill(pid, syscall.SIGKILL); return "" }},
		{"broken-off", "c*t", false, func(*trial, int) string { return breakUp }},
		{"panics", "c*p", false, func(*trial, int) string { return panics }},
		{"renderer-killed", "i01", true, signal(syscall.SIGKILL, "--type=renderer")},
		{"browser-killed", "i02", true, signal(syscall.SIGKILL, "--user-data-dir=")},
		{"network-killed", "i03", true, signal(syscall.SIGKILL, "--type=utility")},
		{"gpu-killed", "i03", true, signal(syscall.SIGKILL, "--type=gpu-process")},
		{"browser-stopped", "i04", true, signal(syscall.SIGSTOP, "--user-data-dir=")},
	}
}
