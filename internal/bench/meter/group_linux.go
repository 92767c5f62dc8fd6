package meter

import (
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// A group is the folder of a cgroup that was made for one command; "" is none.
type group string

// newGroup makes a cgroup below the one that this process is in, of either
// version; "" where it may not.
func newGroup() group {
	name := "lodge-bench-" + strings.ToLower(rand.Text()[:8])
	for _, parent := range parents() {
		dir := filepath.Join(parent, name)
		if os.Mkdir(dir, 0o750) == nil {
			g := group(dir)
			if _, err := g.cpu(); err == nil {
				return g
			}
			_ = g.remove()
		}
	}
	return ""
}

// parents are folders of cgroups that count processor time and that may be ours
// to divide: our own, and what a container shows as the root.
func parents() []string {
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil
	}
	own := ownGroups()
	var list []string
	for line := range strings.Lines(string(mounts)) {
		before, after, ok := strings.Cut(line, " - ")
		f, kind := strings.Fields(before), strings.Fields(after)
		if !ok || len(f) < 5 || len(kind) < 3 {
			continue
		}
		switch {
		case kind[0] == "cgroup2":
			list = append(list, filepath.Join(f[4], own[""]), f[4])
		case kind[0] == "cgroup" && hasWord(kind[2], "cpuacct"):
			list = append(list, filepath.Join(f[4], own["cpuacct"]), f[4])
		}
	}
	return list
}

// ownGroups are the cgroups of this process by controller; "" is version 2.
func ownGroups() map[string]string {
	own := map[string]string{}
	lines, _ := os.ReadFile("/proc/self/cgroup")
	for line := range strings.Lines(string(lines)) {
		f := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(f) == 3 {
			for _, controller := range strings.Split(f[1], ",") {
				own[controller] = f[2]
			}
		}
	}
	return own
}

func hasWord(list, word string) bool { return strings.Contains(","+list+",", ","+word+",") }

// join puts this process into the group; what it starts is in it too.
func (g group) join() error {
	if g == "" {
		return errors.New("there is no group")
	}
	return os.WriteFile(filepath.Join(string(g), "cgroup.procs"), []byte(strconv.Itoa(os.Getpid())), 0)
}

// cpu is the processor time of all processes that ever were in the group.
func (g group) cpu() (time.Duration, error) {
	if b, err := os.ReadFile(filepath.Join(string(g), "cpuacct.usage")); err == nil {
		n, err := strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64)
		return time.Duration(n), err
	}
	b, err := os.ReadFile(filepath.Join(string(g), "cpu.stat"))
	if err != nil {
		return 0, fmt.Errorf("meter: %w", err)
	}
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, "usage_usec "); ok {
			n, err := strconv.ParseInt(strings.TrimSpace(rest), 10, 64)
			return time.Duration(n) * time.Microsecond, err
		}
	}
	return 0, fmt.Errorf("meter: %s/cpu.stat does not tell the usage", g)
}

// members are the processes in the group.
func (g group) members() []int {
	var list []int
	b, _ := os.ReadFile(filepath.Join(string(g), "cgroup.procs"))
	for word := range strings.FieldsSeq(string(b)) {
		if pid, err := strconv.Atoi(word); err == nil {
			list = append(list, pid)
		}
	}
	return list
}

// remove removes the group, which the kernel allows once the last process has
// been buried: that takes a moment after its end.
func (g group) remove() error {
	if g == "" {
		return nil
	}
	var err error
	for range 100 {
		if err = os.Remove(string(g)); err == nil || !errors.Is(err, syscall.EBUSY) {
			break
		}
		<-time.After(20 * time.Millisecond)
	}
	if err != nil {
		return fmt.Errorf("meter: processes may be left: %w", err)
	}
	return nil
}
