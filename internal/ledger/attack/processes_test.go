package attack

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/lodge/internal/clock"
	"example.com/lodge/internal/holder"
	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/ledger/sqlite"
	"example.com/lodge/internal/submission"
)

// The test binary starts itself as a program that works on a ledger: the file is
// in the environment, and the seed.
const (
	fileKey = "LODGE_TEST_ATTACK"
	seedKey = "LODGE_TEST_ATTACK_SEED"
)

// A line is what a program says before a call, after it, and when it is done.
type line struct {
	N      int     `json:"n"`
	Call   *call   `json:"call,omitempty"`
	Answer *answer `json:"answer,omitempty"`
	Bye    bool    `json:"bye,omitempty"`
	At     int64   `json:"at"` // on the clock of all processes
}

// steps is how many things a program does.
const steps = 18

// What the programs work on.
func programSubs() []string { return []string{"1", "2"} }
func programAccs() []string { return []string{accountPrefix + "1"} }

// program is the other process. Whoever starts it reads what it says, and kills
// it when it likes.
func program(path string) int {
	if err := play(context.Background(), path); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func play(ctx context.Context, path string) error {
	seed, err := strconv.ParseUint(os.Getenv(seedKey), 10, 64)
	if err != nil {
		return err
	}
	h, err := holder.Register(filepath.Join(filepath.Dir(path), "holders"))
	if err != nil {
		return err
	}
	e, err := sqlite.Open(ctx, path)
	if err != nil {
		return err
	}
	lines := json.NewEncoder(os.Stdout)
	var unsaid error
	say := func(l line) {
		l.At = int64(clock.System{}.Boot())
		unsaid = errors.Join(unsaid, lines.Encode(l)) // one write each
	}
	n := 0
	begin := func(asked call) func(answer) {
		n++
		number := n
		say(line{N: number, Call: &asked})
		return func(a answer) { say(line{N: number, Answer: &a}) }
	}
	l := ledger.New(e, clock.System{}, h, submission.Limits{Sends: 1 << 30, Tries: 1 << 30})
	c := newCaller(h.ID(), l, rand.New(rand.NewPCG(seed, 0)), begin)
	c.subs, c.accs, c.ttl = programSubs(), programAccs(), time.Hour
	c.open = func(error) bool { return false }
	if err := c.begins(ctx); err != nil {
		return err
	}
	for range steps {
		if err := errors.Join(c.step(ctx), unsaid); err != nil {
			return err
		}
	}
	say(line{Bye: true})
	return errors.Join(unsaid, e.Close(), h.Close())
}

// TestLinearBetweenProcesses: several programs work on one file, and most of them
// are killed in the middle of something. Whether a holder is dead is asked of the
// kernel, as lodge does it.
func TestLinearBetweenProcesses(t *testing.T) {
	t.Parallel()
	all := newRecord()
	rounds(t, all, []string{"claim ok", "takeover taken", "enter ok"}, func(seed uint64) bool {
		dir, r := folder(t), newRecord()
		path := filepath.Join(dir, "ledger.db")
		openFile(t, path) // made once: what it costs is not attacked here
		var group sync.WaitGroup
		for slot := range 3 {
			random := rand.New(rand.NewPCG(seed, uint64(slot)))
			group.Go(func() {
				for range 3 {
					if err := r.run(t.Context(), path, random); err != nil {
						t.Errorf("round %d: %v", seed, err)
						return
					}
				}
			})
		}
		group.Wait()
		if err := r.reap(t.Context(), path); err != nil {
			t.Errorf("round %d: %v", seed, err)
		}
		if wrong := r.check(t.ArtifactDir()); wrong != "" {
			t.Error(wrong)
		}
		all.sum(r)
		return t.Failed()
	})
}

// reap takes over what all those that were killed left.
func (r *record) reap(ctx context.Context, path string) error {
	h, err := holder.Register(filepath.Join(filepath.Dir(path), "holders"))
	if err != nil {
		return err
	}
	e, err := sqlite.Open(ctx, path)
	if err != nil {
		return err
	}
	c := newCaller(h.ID(), ledger.New(e, clock.System{}, h, submission.Limits{}), nil, r.begin)
	c.subs, c.accs, c.ttl = programSubs(), programAccs(), time.Hour
	c.open = func(error) bool { return false }
	return errors.Join(c.ends(ctx), e.Close(), h.Close())
}

// run starts a program, writes down what it says, and kills it after a while.
func (r *record) run(ctx context.Context, path string, random *rand.Rand) error {
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), fileKey+"="+path, seedKey+"="+fmt.Sprint(random.Uint64()))
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	lines := bufio.NewScanner(out)
	h := hearing{r: r, open: map[int]line{}}
	left := steps + random.IntN(2*steps)
	for ; left > 0 && !h.bye && lines.Scan(); left-- {
		if err := h.hear(lines.Bytes()); err != nil {
			return err
		}
	}
	died := int64(clock.System{}.Boot())
	if h.bye {
		died = h.last
	} else {
		_ = cmd.Process.Kill() // it may have ended by itself, which Wait tells
	}
	for lines.Scan() { // what it had said before
		if err := h.hear(lines.Bytes()); err != nil {
			return err
		}
	}
	_, _ = io.Copy(io.Discard, out)
	if err := cmd.Wait(); err != nil && cmd.ProcessState.ExitCode() != -1 {
		return fmt.Errorf("a program failed: %w: %s", err, complaint.String())
	}
	h.ended(min(died, h.lastOr(died)))
	return nil
}

// hearing is what was heard of one program.
type hearing struct {
	r    *record
	who  string
	open map[int]line // calls without an answer
	last int64        // when it said something last
	bye  bool
}

func (h *hearing) lastOr(at int64) int64 {
	if h.bye {
		return h.last
	}
	return at
}

func (h *hearing) hear(data []byte) error {
	var l line
	if err := json.Unmarshal(data, &l); err != nil {
		return fmt.Errorf("%q: %w", data, err)
	}
	h.last = l.At
	switch {
	case l.Bye:
		h.bye = true
	case l.Call != nil:
		h.open[l.N], h.who = l, l.Call.Who
	case l.Answer != nil:
		asked := h.open[l.N]
		delete(h.open, l.N)
		h.r.add(*asked.Call, *l.Answer, asked.At, l.At)
	}
	return nil
}

// ended notes that the program died after that time, and is gone now: of what it
// had begun nobody heard how it ended.
func (h *hearing) ended(after int64) {
	now := int64(clock.System{}.Boot())
	for _, l := range h.open {
		h.r.add(*l.Call, answer{Open: true}, l.At, now)
	}
	if h.who == "" {
		return // it died before it did anything
	}
	for _, number := range programSubs() {
		h.r.add(call{Does: die, About: invoice(number).ID(), Who: h.who}, answer{Ended: math.MaxInt64}, after, now)
	}
	for _, name := range programAccs() {
		h.r.add(call{Does: die, About: name, Who: h.who}, answer{Ended: math.MaxInt64}, after, now)
	}
}

// sum adds up how often what was answered.
func (r *record) sum(of *record) {
	for word, n := range of.seen {
		r.seen[word] += n
	}
}
