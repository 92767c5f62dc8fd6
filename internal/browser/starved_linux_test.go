package browser

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"example.com/lodge/internal/browser/adverse"
)

// starving stops the renderer while the pages of an attempt are closed, as a
// machine does that gives it no processor, and lets it go on a good while later.
type starving struct {
	*counter
	rig    *rig
	starts atomic.Int32
}

func (s *starving) Finish(ctx context.Context, origins []string) error {
	for _, p := range renderers(pid(s.rig.browser)) {
		if syscall.Kill(p, syscall.SIGSTOP) != nil {
			continue
		}
		s.starts.Add(1)
		time.AfterFunc(800*time.Millisecond, func() { _ = syscall.Kill(p, syscall.SIGCONT) })
	}
	return s.counter.Finish(ctx, origins)
}

// renderers are those of the browser whose process group this is.
func renderers(group int) []int {
	lines, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	var list []int
	for _, line := range lines {
		p, _ := strconv.Atoi(filepath.Base(filepath.Dir(line)))
		args, _ := os.ReadFile(line)
		if g, err := syscall.Getpgid(p); err == nil && g == group && strings.Contains(string(args), "--type=renderer") {
			list = append(list, p)
		}
	}
	return list
}

// TestStarvedRenderer has the renderer hear late that its page was closed, and the
// page try the commit again until it does: holding must not end before.
func TestStarvedRenderer(t *testing.T) {
	again := adverse.Case{Name: "again", Files: map[string]string{"/": `<!doctype html><button id=go>Send</button>
<script>go.onclick=()=>{fetch('/commit?{q}',{method:'POST',body:'x'}).catch(()=>{});
setInterval(()=>fetch('/commit?{q}',{method:'POST',body:'x'}).catch(()=>{}),5)}</script>`}}
	r, err := newRig(t.Context(), plan{exe: headlessShell, cases: []adverse.Case{again}, patience: patience{patient, brief}})
	if err != nil {
		t.Fatal(err)
	}
	s := &starving{counter: r.seen, rig: r}
	r.use(s, r.way)
	for range 5 {
		if q := r.run(again, adverse.OK); q.trouble != nil {
			t.Log(q.trouble)
			break
		}
	}
	r.end()
	for _, q := range r.results {
		if bad := r.judge(q); bad != "" {
			t.Errorf("%v: %s", q, bad)
		}
	}
	if n := s.starts.Load(); n < int32(len(r.results)) {
		t.Errorf("it was starved only %d times", n)
	}
}
