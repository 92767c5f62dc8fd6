package evidence_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/secret"
	"example.com/lodge/internal/submission"
)

var sealedAt = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// gathered is an attempt with one file of each name.
func gathered(t testing.TB, store *evidence.Store, sub, id string, names ...string) *evidence.Folder {
	t.Helper()
	f := attempt(t, store, "a", sub, id)
	for _, name := range names {
		if _, err := f.Put(t.Context(), name, []byte(id+name)); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

func sealed(t testing.TB, f *evidence.Folder, how evidence.Sealing) submission.Head {
	t.Helper()
	how.At, how.By = sealedAt, "h1"
	head, err := f.Seal(t.Context(), how)
	if err != nil {
		t.Fatal(err)
	}
	return head
}

// chain reads a chain, which must be whole, as "submission/attempt: files".
func chain(t testing.TB, store *evidence.Store) []string {
	t.Helper()
	var list []string
	for l, err := range store.Links(t.Context(), "a", submission.Head{}) {
		if err != nil {
			t.Fatal(err)
		}
		text := l.Submission + "/" + l.Attempt + ":"
		if l.Left {
			text = "left " + text
		}
		for _, f := range l.Files {
			text += " " + f.Name
		}
		list = append(list, text)
	}
	return list
}

func TestChain(t *testing.T) {
	store, dir := open(t)
	first := gathered(t, store, "s1", "1", "b.txt", "a.txt")
	one := sealed(t, first, evidence.Sealing{Invoice: "INV-1"})
	if again := sealed(t, first, evidence.Sealing{After: one}); again != one {
		t.Errorf("sealed again without anything new: %v, %v", one, again)
	}
	if _, err := first.Put(t.Context(), "late.txt", []byte("x")); err != nil {
		t.Fatal(err)
	}
	two := sealed(t, first, evidence.Sealing{})
	three := sealed(t, gathered(t, store, "s2", "2", "a.txt"), evidence.Sealing{})
	if one.N != 1 || two.N != 2 || three.N != 3 {
		t.Errorf("heads %v %v %v", one, two, three)
	}
	want := []string{"s1/1: a.txt b.txt", "s1/1: late.txt", "s2/2: a.txt"}
	if diff := cmp.Diff(want, chain(t, store)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	l, head, err := store.Link(t.Context(), "a", 2)
	if err != nil || head != two || l.Before != one.SHA || l.By != "h1" || !l.At.Equal(sealedAt) {
		t.Errorf("%+v, %v, %v", l, head, err)
	}
	for after, n := range map[submission.Head]int{{}: 3, one: 2, three: 0} {
		for _, err := range store.Links(t.Context(), "a", after) {
			if n--; err != nil {
				t.Errorf("after %v: %v", after, err)
			}
		}
		if n != 0 {
			t.Errorf("after %v: %d too few", after, n)
		}
	}
	broken := 0
	for _, err := range store.Links(t.Context(), "a", submission.Head{N: 2, SHA: one.SHA}) {
		if broken++; !errors.Is(err, evidence.ErrBroken) {
			t.Errorf("after a head of another chain: %v", err)
		}
	}
	if broken != 1 {
		t.Errorf("after a head of another chain: %d links", broken)
	}
	tree(t, dir) // looks at the modes
	if head, err := submission.ParseHead(" " + three.String() + "\n"); err != nil || head != three {
		t.Errorf("%v, %v", head, err)
	}
	for _, bad := range []string{"", "3", "3:", "0:" + three.SHA, "x:" + three.SHA, "3:abc", ":" + three.SHA} {
		if _, err := submission.ParseHead(bad); err == nil {
			t.Errorf("%q is a head", bad)
		}
	}
}

// What the ledger knows and is not there is not papered over: the gap stays.
func TestChainGoesOnBehindWhatWasRemoved(t *testing.T) {
	store, dir := open(t)
	sealed(t, gathered(t, store, "s1", "1", "a.txt"), evidence.Sealing{})
	two := sealed(t, gathered(t, store, "s2", "2", "a.txt"), evidence.Sealing{})
	if err := os.Remove(filepath.Join(dir, "a", "=chain", "00000002.json")); err != nil {
		t.Fatal(err)
	}
	later, err := evidence.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer later.Close()
	if head := sealed(t, gathered(t, later, "s3", "3", "a.txt"), evidence.Sealing{After: two}); head.N != 3 {
		t.Errorf("%v", head)
	}
}

// TestLeftUnsealed is what a dead program left: whoever comes next to the
// submission seals it, once, and nothing that is not of that submission.
func TestLeftUnsealed(t *testing.T) {
	store, _ := open(t)
	gathered(t, store, "s1", "1", "a.txt", "b.txt")
	gathered(t, store, "other", "9", "a.txt")
	half := gathered(t, store, "s1", "2", "a.txt")
	sealed(t, half, evidence.Sealing{})
	if _, err := half.Put(t.Context(), "c.txt", []byte("x")); err != nil {
		t.Fatal(err)
	}
	next, err := evidence.Open(store.Place(""))
	if err != nil {
		t.Fatal(err)
	}
	defer next.Close()
	sealed(t, gathered(t, next, "s1", "3", "a.txt"), evidence.Sealing{})
	want := []string{"left s1/1: a.txt b.txt", "s1/2: a.txt", "left s1/2: c.txt", "s1/3: a.txt"}
	if diff := cmp.Diff(want, chain(t, store)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if _, err := next.SealLeft(t.Context(), "a", "s1", "", evidence.Sealing{At: sealedAt}); err != nil || len(chain(t, store)) != 4 {
		t.Errorf("sealed again: %v, %v", chain(t, store), err)
	}
	if _, err := next.SealLeft(t.Context(), "a", "unknown", "", evidence.Sealing{At: sealedAt}); err != nil {
		t.Error(err)
	}
}

// A mark that names another's link hides nothing.
func TestForeignMark(t *testing.T) {
	store, dir := open(t)
	sealed(t, gathered(t, store, "s1", "1", "a.txt"), evidence.Sealing{})
	gathered(t, store, "s2", "2", "a.txt")
	mark := filepath.Join(dir, "a", "s2", "2", "sealed-00000001.json")
	if err := os.WriteFile(mark, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := store.SealLeft(t.Context(), "a", "s2", "", evidence.Sealing{}); !errors.Is(err, evidence.ErrBroken) {
		t.Errorf("%v", err)
	}
}

func TestManyExtendOneChain(t *testing.T) {
	store, dir := open(t)
	var wg sync.WaitGroup
	for process := range 6 {
		one, err := evidence.Open(dir) // as another process would
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = one.Close() })
		wg.Go(func() {
			for i := range 8 {
				id := fmt.Sprintf("%d-%d", process, i)
				sealed(t, gathered(t, one, "s"+id, id, "a.txt"), evidence.Sealing{})
			}
		})
	}
	wg.Wait()
	if got := chain(t, store); len(got) != 48 {
		t.Errorf("%d links", len(got))
	}
}

// beSealer seals attempts for ever, each of a submission of its own.
func beSealer() {
	store, err := evidence.Open(os.Args[1])
	for i := 0; err == nil; i++ {
		id := fmt.Sprintf("%d-%d", os.Getpid(), i)
		var f *evidence.Folder
		if f, err = store.Attempt("a", "s"+id, id, new(secret.Scrubber)); err != nil {
			break
		}
		if _, err = f.Put(context.Background(), "a.txt", []byte(id)); err != nil {
			break
		}
		fmt.Println("sealing", id)
		if _, err = f.Seal(context.Background(), evidence.Sealing{At: sealedAt}); err == nil {
			fmt.Println("sealed", id)
		}
	}
	fmt.Println(err)
	os.Exit(1)
}

// TestKilledWhileSealing kills one of two processes that extend the same chain,
// at another moment each time. The chain stays whole, what was promised is in
// it, and what was left is sealed by whoever comes next.
func TestKilledWhileSealing(t *testing.T) {
	store, dir := open(t)
	promised, begun := map[string]bool{}, map[string]bool{}
	var mu sync.Mutex
	for run := range 6 {
		var wg sync.WaitGroup
		for lines := range 2 {
			cmd := child(t, "sealer", dir)
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			wg.Go(func() {
				said := bufio.NewScanner(out)
				for n := 0; said.Scan(); n++ {
					what, id, _ := strings.Cut(said.Text(), " ")
					mu.Lock()
					switch what {
					case "sealing":
						begun[id] = true
					case "sealed":
						promised[id] = true
					default:
						t.Error(said.Text())
					}
					mu.Unlock()
					if n == 3+run+lines { // at "sealing" or at "sealed"
						_ = cmd.Process.Kill()
					}
				}
				_ = cmd.Wait()
			})
		}
		wg.Wait()
	}
	there := map[string]bool{}
	for _, l := range chain(t, store) {
		_, id, _ := strings.Cut(strings.TrimSuffix(l, ": a.txt"), "/")
		there[id] = true
	}
	for id := range promised {
		if !there[id] {
			t.Errorf("%s was sealed and is in no link", id)
		}
	}
	left := 0
	for id := range begun {
		if !there[id] {
			left++
		}
		if _, err := store.SealLeft(t.Context(), "a", "s"+id, "", evidence.Sealing{At: sealedAt}); err != nil {
			t.Error(err)
		}
	}
	now := strings.Join(chain(t, store), "\n")
	for id := range begun {
		if n := strings.Count(now, "/"+id+": a.txt"); n != 1 && (n != 2 || !there[id]) { // twice, if it was killed before its mark
			t.Errorf("%s is in %d links", id, n)
		}
	}
	t.Logf("%d begun, %d promised, %d left unsealed", len(begun), len(promised), left)
	if len(promised) == 0 || len(begun) == len(promised) {
		t.Error("nothing was interrupted")
	}
}

func TestLinksThatCannotBeRead(t *testing.T) {
	store, dir := open(t)
	for n := range 3 {
		sealed(t, gathered(t, store, "s", strconv.Itoa(n), "a.txt"), evidence.Sealing{})
	}
	path := filepath.Join(dir, "a", "=chain", "00000002.json")
	for _, text := range []string{"", "{", `{"format":99}`, `{"format":1,"n":2,"account":"b"}`, "[]", strings.Repeat(" ", 5<<20)} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		n := 0
		var last error
		for _, err := range store.Links(t.Context(), "a", submission.Head{}) {
			n++
			last = err
		}
		if n != 2 || last == nil {
			t.Errorf("%.20q: %d links, then %v", text, n, last)
		}
	}
}

func BenchmarkSeal(b *testing.B) {
	store, _ := open(b)
	for i := 0; b.Loop(); i++ {
		b.StopTimer()
		f := gathered(b, store, "s"+strconv.Itoa(i), strconv.Itoa(i), "a.txt")
		b.StartTimer()
		sealed(b, f, evidence.Sealing{})
	}
}
