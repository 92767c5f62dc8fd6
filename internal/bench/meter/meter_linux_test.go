package meter

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// The test program is also what is measured, and what runs it.
func TestMain(m *testing.M) {
	if len(os.Args) < 2 {
		os.Exit(m.Run())
	}
	var err error
	switch os.Args[1] {
	case "inside":
		err = Inside(os.Args[2:])
	case "burn":
		burn(time.Second)
	case "touch":
		err = touch(100 << 20)
	case "linger":
		<-time.After(time.Minute)
	case "fail":
		os.Exit(7)
	default:
		os.Exit(m.Run())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// burn uses up as much processor time as it says, its own start included.
func burn(d time.Duration) {
	for {
		var u unix.Rusage
		_ = unix.Getrusage(unix.RUSAGE_SELF, &u)
		if time.Duration(u.Utime.Nano()+u.Stime.Nano()) >= d {
			return
		}
	}
}

// touch writes to every page of n bytes, says so, and waits for its input to end.
func touch(n int) error {
	memory, err := unix.Mmap(-1, 0, n, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_ANON|unix.MAP_PRIVATE)
	if err != nil {
		return err
	}
	for i := 0; i < len(memory); i += 4096 {
		memory[i] = 1
	}
	fmt.Println("touched")
	_, err = os.Stdin.Read(make([]byte, 1))
	_ = memory[0]
	return err
}

func self(t *testing.T) string {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return exe
}

// measure runs a command of a shell, in which $SELF is this program.
func measure(t *testing.T, script string) Usage {
	t.Helper()
	var said bytes.Buffer
	tree, err := Start(t.Context(), []string{self(t), "inside"}, Command{
		Args: []string{"sh", "-c", script}, Env: append(os.Environ(), "SELF="+self(t)), Stderr: &said,
	})
	if err != nil {
		t.Fatal(err)
	}
	u, err := tree.Wait()
	if err != nil || said.Len() > 0 {
		t.Fatalf("%v, it said %s", err, said.Bytes())
	}
	return u
}

// The time of a grandchild is counted, whether its parent waits for it or ends
// long before it.
func TestTimeOfGrandchildrenIsCounted(t *testing.T) {
	for name, script := range map[string]string{
		"waited for": `"$SELF" burn`,
		"orphan":     `(setsid "$SELF" burn &) | cat`, // cat ends when it does
	} {
		t.Run(name, func(t *testing.T) {
			u := measure(t, script)
			for by, cpu := range map[string]time.Duration{u.By: u.CPU, ByRusage: u.Rusage} {
				if off := math.Abs(cpu.Seconds() - 1); off > 0.05 {
					t.Errorf("by %s it used %s; want 1 s, 5%% more or less", by, cpu)
				}
			}
			if u.Exit != 0 || u.Left != 0 {
				t.Errorf("%+v", u)
			}
		})
	}
}

// Where the kernel offers no cgroup what was waited for must do.
func TestWithoutACgroup(t *testing.T) {
	r := report{}
	err := r.run([]string{self(t), "burn"})
	if err != nil || r.Exit != 0 || r.Wall < 900*time.Millisecond {
		t.Errorf("%+v, %v", r, err)
	}
	if _, err := group("").cpu(); err == nil {
		t.Error("no group tells a time")
	}
	if err := group("").remove(); err != nil {
		t.Error(err)
	}
}

// What a command leaves running is told and ended.
func TestWhatIsLeftIsCounted(t *testing.T) {
	u := measure(t, `(setsid "$SELF" linger >/dev/null 2>&1 &) ; (setsid "$SELF" linger >/dev/null 2>&1 &) ; exit 3`)
	if u.Left != 2 || u.Exit != 3 {
		t.Errorf("%+v; want 2 left, exit 3", u)
	}
	if u.Wall > time.Second {
		t.Errorf("the wall time %s counts the wait for what was left", u.Wall)
	}
}

func TestExitIsTold(t *testing.T) {
	if u := measure(t, `"$SELF" fail`); u.Exit != 7 {
		t.Errorf("exit %d; want 7", u.Exit)
	}
	if u := measure(t, `kill -9 $$`); u.Exit != -1 {
		t.Errorf("exit %d; want -1", u.Exit)
	}
}

// A command that does not start is an error, and no group stays.
func TestNoCommand(t *testing.T) {
	tree, err := Start(t.Context(), []string{self(t), "inside"}, Command{Args: []string{"/nowhere"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tree.Wait(); err == nil {
		t.Error("a command that is not there was measured")
	}
	if tree.group != "" {
		if _, err := os.Stat(string(tree.group)); err == nil {
			t.Errorf("%s stayed", tree.group)
		}
	}
}

// A process that touches 100 MB shows them, once, however often it is looked at.
func TestMemory(t *testing.T) {
	in, hold, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	out, say, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	tree, err := Start(t.Context(), []string{self(t), "inside"}, Command{Args: []string{self(t), "touch"}, Stdin: in, Stdout: say})
	if err != nil {
		t.Fatal(err)
	}
	_ = say.Close()
	if _, err := out.Read(make([]byte, 8)); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		list := tree.Processes(true)
		if len(list) != 1 {
			t.Fatalf("%d processes: %+v", len(list), list)
		}
		p := list[0]
		if p.PSS < 100<<20 || p.PSS > 130<<20 || p.RSS < p.PSS || p.Files < 3 || !strings.HasSuffix(p.Kind, ".test") {
			t.Errorf("%+v; want a little more than 100 MB", p)
		}
	}
	if list := tree.Processes(false); len(list) != 1 || list[0].PSS != 0 {
		t.Errorf("%+v; want no PSS that was not asked for", list)
	}
	_, _ = hold.Write([]byte("x"))
	if _, err := tree.Wait(); err != nil {
		t.Error(err)
	}
}

// The end of the context ends the command.
func TestContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	tree, err := Start(ctx, []string{self(t), "inside"}, Command{Args: []string{self(t), "linger"}})
	if err != nil {
		t.Fatal(err)
	}
	seen := make(chan int, 1)
	done := tree.Sample(10*time.Millisecond, false, func(list []Process) {
		if len(list) > 0 {
			select {
			case seen <- list[0].PID:
			default:
			}
		}
	})
	pid := <-seen
	cancel()
	done()
	if _, err := tree.Wait(); err == nil {
		t.Error("the end of the context is no error")
	}
	if s, err := readStat(fmt.Sprint("/proc/", pid)); err == nil && !s.dead {
		t.Errorf("process %d lives on", pid)
	}
}

func TestKind(t *testing.T) {
	for line, want := range map[string]string{
		"/usr/lib/chromium/chromium-headless-shell\x00--headless\x00":                                         "browser",
		"/usr/lib/chromium/chromium --type=renderer --lang=en-US":                                             "renderer",
		"/usr/lib/chromium/chromium\x00--type=utility\x00--utility-sub-type=network.mojom.NetworkService\x00": "utility network",
		"/usr/lib/chromium/chromium\x00--type=gpu-process\x00":                                                "gpu-process",
		"/usr/lib/chromium/chrome_crashpad_handler\x00":                                                       "chrome_crashpad_handler",
		"bin/lodge\x00run\x00": "lodge",
	} {
		if got := kind([]byte(line)); got != want {
			t.Errorf("%q is %q; want %q", line, got, want)
		}
	}
}
