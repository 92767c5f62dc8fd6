package sqlite

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"example.com/lodge/internal/ledger"
	"example.com/lodge/internal/submission"
)

// The test binary starts itself as another program that shares the file: the
// role and the file are in the environment.
const (
	roleKey = "LODGE_TEST_ROLE"
	fileKey = "LODGE_TEST_FILE"
)

func TestMain(m *testing.M) {
	role, ok := os.LookupEnv(roleKey)
	if !ok {
		os.Exit(m.Run())
	}
	roles := map[string]func(context.Context, *Engine) error{"write": writeForEver, "race": raceForAll, "open": listAll}
	if err := play(roles[role], os.Getenv(fileKey)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// play waits for a line on stdin, so that all programs begin together.
func play(role func(context.Context, *Engine) error, path string) error {
	fmt.Println("here")
	if _, err := bufio.NewReader(os.Stdin).ReadString('\n'); err != nil {
		return err
	}
	ctx := context.Background()
	e, err := Open(ctx, path)
	if err != nil {
		return err
	}
	return errors.Join(role(ctx, e), e.Close())
}

func made(number string, version int64) submission.Submission {
	s := submission.New(submission.Key{Account: "acme", Number: number}, "harbor")
	s.Version, s.Seq = version, version
	s.Revisions = []submission.Revision{{Number: 1, State: submission.Ready}}
	return s
}

func line(seq int64) []submission.Entry { return []submission.Entry{{Seq: seq, Row: 1}} }

// writeForEver says each version after it was stored.
func writeForEver(ctx context.Context, e *Engine) error {
	s, err := e.Load(ctx, made("1", 0).ID)
	if errors.Is(err, ledger.ErrNotFound) {
		s, err = made("1", 0), nil
	}
	for err == nil {
		s.Version, s.Seq = s.Version+1, s.Seq+1
		if err = e.Store(ctx, s, line(s.Seq)); err == nil {
			_, err = fmt.Println(s.Version)
		}
	}
	return err
}

// listAll says how many submissions need somebody.
func listAll(ctx context.Context, e *Engine) error {
	groups, err := e.Groups(ctx)
	n := 0
	for _, g := range groups {
		n += g.N
	}
	fmt.Println(n)
	return err
}

const prizes = 40

// raceForAll tries to be the first to store each submission, and says which.
func raceForAll(ctx context.Context, e *Engine) error {
	for i := range prizes {
		err := e.Store(ctx, made(fmt.Sprint(i), 1), line(1))
		if err == nil {
			fmt.Println(i)
		} else if !errors.Is(err, ledger.ErrConflict) {
			return err
		}
	}
	return nil
}

// A program is another process on the file.
type program struct {
	*exec.Cmd
	in  io.WriteCloser
	out *bufio.Scanner
	err strings.Builder
}

// started runs the test binary in a role and waits until it is there.
func started(t *testing.T, role, path string) *program {
	t.Helper()
	p := &program{Cmd: exec.CommandContext(t.Context(), os.Args[0])}
	p.Env = append(os.Environ(), roleKey+"="+role, fileKey+"="+path)
	p.Stderr = &p.err
	var err error
	if p.in, err = p.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := p.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	p.out = bufio.NewScanner(out)
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	if !p.out.Scan() {
		t.Fatalf("the program did not start: %s", p.err.String())
	}
	return p
}

func (p *program) begin(t *testing.T) {
	t.Helper()
	if _, err := io.WriteString(p.in, "go\n"); err != nil {
		t.Fatal(err)
	}
}

// TestProgramsOpenAndRace: six programs make the same new ledger at once and
// race for the same submissions.
func TestProgramsOpenAndRace(t *testing.T) {
	for round := range 3 {
		path := filepath.Join(t.TempDir(), fmt.Sprint("ledger", round, ".db"))
		var programs []*program
		for range 6 {
			programs = append(programs, started(t, "race", path))
		}
		for _, p := range programs {
			p.begin(t)
		}
		wins := map[string]int{}
		for _, p := range programs {
			for p.out.Scan() {
				wins[p.out.Text()]++
			}
			if err := p.Wait(); err != nil {
				t.Errorf("a program failed: %v: %s", err, p.err.String())
			}
		}
		for i := range prizes {
			if n := wins[fmt.Sprint(i)]; n != 1 {
				t.Errorf("submission %d was stored by %d programs", i, n)
			}
		}
	}
}

// TestKilledWriter kills a program in the middle of writing, again and again, and
// looks whether what it was told is stored is there, whole.
func TestKilledWriter(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ledger.db")
	var total int64
	for round := range 40 {
		p := started(t, "write", path)
		p.begin(t)
		var told int64
		for lines := 1 + rand.IntN(60); lines > 0 && p.out.Scan(); lines-- {
			told = parsed(t, p.out.Text())
		}
		if err := p.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for p.out.Scan() { // what it had said before it died
			told = parsed(t, p.out.Text())
		}
		if err := p.Wait(); err == nil {
			t.Fatalf("round %d: the program ended by itself: %s", round, p.err.String())
		}
		total = checkKilled(t, path, told, total)
	}
	t.Logf("%d writes, 40 kills", total)
}

func parsed(t *testing.T, s string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		t.Fatalf("the program said %q", s)
	}
	return n
}

// checkKilled returns the stored version: what was told, or one more, of which
// the program could not tell any more.
func checkKilled(t *testing.T, path string, told, before int64) int64 {
	t.Helper()
	e, err := Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	var verdict string
	if err := e.read.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
		t.Fatalf("integrity: %s, %v", verdict, err)
	}
	s, err := e.Load(t.Context(), made("1", 0).ID)
	if err != nil {
		t.Fatal(err)
	}
	if s.Version < max(told, before) || s.Version > max(told, before)+1 {
		t.Fatalf("version %d is stored, the program was told %d", s.Version, told)
	}
	entries, err := e.History(t.Context(), s.ID)
	if err != nil || int64(len(entries)) != s.Version {
		t.Fatalf("%d entries for version %d: %v", len(entries), s.Version, err)
	}
	return s.Version
}
