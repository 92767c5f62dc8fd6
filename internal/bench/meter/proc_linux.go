package meter

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of times in /proc (USER_HZ, 100 on every Linux that Go knows).
const tick = 10 * time.Millisecond

// A stat is what /proc/PID/stat says of a process.
type stat struct {
	pid, parent int
	dead        bool          // a zombie
	cpu, waited time.Duration // its own; of the children that it waited for
	pages       int64         // of RSS
}

// readStat reads dir/stat of a process or a thread (proc(5)). The name in it may
// hold blanks and brackets: the fields are counted from the last bracket.
func readStat(dir string) (stat, error) {
	pid, err := strconv.Atoi(filepath.Base(dir))
	if err != nil {
		return stat{}, err
	}
	b, err := os.ReadFile(filepath.Join(dir, "stat"))
	if err != nil {
		return stat{}, err
	}
	f := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
	if len(f) < 22 {
		return stat{}, fmt.Errorf("%s/stat has %d fields", dir, len(f))
	}
	n := make([]int64, 22)
	for i := range n[1:] {
		// What does not fit, such as a limit of 2^64-1, is none of ours.
		n[i+1], _ = strconv.ParseInt(f[i+1], 10, 64)
	}
	return stat{
		pid: pid, parent: int(n[1]), dead: f[0] == "Z" || f[0] == "X",
		cpu: time.Duration(n[11]+n[12]) * tick, waited: time.Duration(n[13]+n[14]) * tick, pages: n[21],
	}, nil
}

// descendants are the living processes below pid, parents before children.
func descendants(pid int) []stat {
	names, _ := filepath.Glob("/proc/[0-9]*")
	children := map[int][]stat{}
	for _, name := range names {
		if s, err := readStat(name); err == nil && !s.dead {
			children[s.parent] = append(children[s.parent], s)
		}
	}
	list := children[pid]
	for i := 0; i < len(list); i++ {
		list = append(list, children[list[i].pid]...)
	}
	return list
}

// process looks at s more closely. The error says that it is gone.
func (s stat) process(pss bool) (Process, error) {
	args, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", s.pid))
	if err != nil || len(args) == 0 {
		return Process{}, errors.Join(err, errors.New("it is gone"))
	}
	p := Process{PID: s.pid, Kind: kind(args), CPU: s.cpu, RSS: s.pages * int64(os.Getpagesize())}
	if files, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", s.pid)); err == nil {
		p.Files = len(files)
	}
	if pss {
		p.PSS = readPSS(s.pid)
	}
	return p, nil
}

// kind is what a command line says that its process is. Chromium's children
// write theirs anew, with blanks in place of zeros.
func kind(args []byte) string {
	words := strings.FieldsFunc(string(args), func(r rune) bool { return r == 0 || r == ' ' })
	name, sub := "", ""
	for _, w := range words {
		if t, ok := strings.CutPrefix(w, "--type="); ok {
			name = t
		}
		if t, ok := strings.CutPrefix(w, "--utility-sub-type="); ok {
			sub = " " + strings.ToLower(strings.Split(t, ".")[0])
		}
	}
	if name != "" {
		return name + sub
	}
	base := filepath.Base(words[0])
	if strings.Contains(base, "chrom") && !strings.Contains(base, "crashpad") {
		return "browser"
	}
	return base
}

// readPSS is the proportional set size in bytes; 0 if the process is gone or is
// another user's.
func readPSS(pid int) int64 {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/smaps_rollup", pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, "Pss:"); ok {
			n, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return n << 10
		}
	}
	return 0
}

// Threads is the processor time of a process's threads so far, by their names.
// What ended threads used is missing.
func (p Process) Threads() map[string]time.Duration {
	sum := map[string]time.Duration{}
	dirs, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*", p.PID))
	for _, dir := range dirs {
		name, err := os.ReadFile(filepath.Join(dir, "comm"))
		if err != nil {
			continue
		}
		if s, err := readStat(dir); err == nil {
			sum[strings.TrimSpace(string(name))] += s.cpu
		}
	}
	return sum
}
