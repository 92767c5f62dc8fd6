package real

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// A program is the command, built twice from the same source: as it is released,
// and with its two wall clocks and its leases' clock moved by what the variable
// LODGE_LATER says. Nothing else differs. The product itself has no such switch: the
// changed files are laid over the source for this build.
type program struct{ release, later string }

// variable is the one that the second build reads.
const variable = "LODGE_LATER"

// laterSource is added to the clock.
const laterSource = `
func later() time.Duration {
	d, err := time.ParseDuration(os.Getenv("` + variable + `"))
	if err != nil {
		panic(err)
	}
	return d
}
`

// build builds both, in dir.
func build(ctx context.Context, dir string) (program, error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return program{}, fmt.Errorf("build lodge: %w", err)
	}
	root := strings.TrimSpace(string(out))
	over := map[string]string{}
	for name, changes := range map[string][]string{
		"internal/clock/clock_linux.go": {"import (\n", "import (\n\t\"os\"\n", "return time.Now() }", "return time.Now().Add(later()) }",
			"return time.Duration(ts.Nano())", "return time.Duration(ts.Nano()) + later()"},
		"internal/ledger/sqlite/sqlite.go": {"import (\n", "import (\n\t\"example.com/lodge/internal/clock\"\n",
			"return time.Now().UTC(), ctx.Err()", "return clock.System{}.Now().UTC(), ctx.Err()"},
	} {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			return program{}, fmt.Errorf("build lodge: %w", err)
		}
		changed := string(text)
		for i := 0; i < len(changes); i += 2 {
			if strings.Count(changed, changes[i]) != 1 {
				return program{}, fmt.Errorf("build lodge: %s does not hold %q once: this test has to learn its new form", name, changes[i])
			}
			changed = strings.Replace(changed, changes[i], changes[i+1], 1)
		}
		if strings.Contains(name, "clock") {
			changed += laterSource
		}
		path := filepath.Join(dir, filepath.Base(name))
		over[filepath.Join(root, name)] = path
		if err := os.WriteFile(path, []byte(changed), 0o600); err != nil {
			return program{}, fmt.Errorf("build lodge: %w", err)
		}
	}
	text, err := json.Marshal(map[string]any{"Replace": over})
	overlay := filepath.Join(dir, "overlay.json")
	if err == nil {
		err = os.WriteFile(overlay, text, 0o600)
	}
	p := program{filepath.Join(dir, "lodge"), filepath.Join(dir, "lodge-later")}
	for exe, flags := range map[string][]string{p.release: nil, p.later: {"-overlay", overlay}} {
		if err != nil {
			break
		}
		cmd := exec.CommandContext(ctx, "go", append(append([]string{"build", "-trimpath", "-o", exe}, flags...), "example.com/lodge/cmd/lodge")...)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if said, failed := cmd.CombinedOutput(); failed != nil {
			err = fmt.Errorf("%w: %s", failed, said)
		}
	}
	if err != nil {
		return program{}, fmt.Errorf("build lodge: %w", err)
	}
	return p, nil
}

// command is one of Lodge's, at a time that is so much later.
func (p program) command(later time.Duration, args ...string) *exec.Cmd {
	if later == 0 {
		return exec.Command(p.release, args...)
	}
	cmd := exec.Command(p.later, args...)
	cmd.Env = append(os.Environ(), variable+"="+later.String())
	return cmd
}

// check proves that the second build lives later, and that the release knows
// nothing of it.
func (p program) check(t *testing.T) {
	t.Helper()
	for exe, want := range map[string]time.Duration{p.release: 0, p.later: 1000 * time.Hour} {
		dir := t.TempDir()
		cmd := exec.Command(exe, "init", dir)
		cmd.Env = append(os.Environ(), variable+"=1000h")
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		text, err := os.ReadFile(filepath.Join(dir, "lodge.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		_, mark, _ := strings.Cut(string(text), "\nwatermark: ")
		mark, _, _ = strings.Cut(mark, "\n")
		at, err := time.Parse(time.RFC3339, strings.Trim(mark, `"`))
		if err != nil || (time.Until(at)-want).Abs() > time.Minute {
			t.Errorf("%s lives at %s (%v); want %s from now", filepath.Base(exe), at, err, want)
		}
	}
}
