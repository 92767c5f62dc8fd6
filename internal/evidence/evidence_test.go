package evidence_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/secret"
	"example.com/lodge/internal/submission"
)

const password = `hunt"er2&!`

func scrubber(t testing.TB, values ...string) *secret.Scrubber {
	t.Helper()
	s, err := secret.NewScrubber(secret.NewValue(password))
	for _, v := range values {
		err = errors.Join(err, s.Add(secret.NewValue(v)))
	}
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func open(t testing.TB) (*evidence.Store, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "evidence")
	store, err := evidence.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store, dir
}

func attempt(t testing.TB, store *evidence.Store, account, sub, id string, values ...string) *evidence.Folder {
	t.Helper()
	f, err := store.Attempt(account, sub, id, scrubber(t, values...))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// tree reads all files below dir.
func tree(t testing.TB, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		want := fs.FileMode(0o600)
		if d.IsDir() {
			want = 0o700
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s has mode %v, want %v", path, info.Mode().Perm(), want)
		}
		if d.IsDir() {
			return nil
		}
		data, err := os.ReadFile(path)
		rel, _ := filepath.Rel(dir, path)
		files[rel] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestPutKeepsAndProves(t *testing.T) {
	store, dir := open(t)
	f := attempt(t, store, "firm-harbor", "sub1", "01ATTEMPT")
	proof, err := f.Put(t.Context(), "result.txt", []byte("Confirmation 88213"))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte("Confirmation 88213"))
	want := submission.Proof{Name: "firm-harbor/sub1/01ATTEMPT/result.txt", SHA: hex.EncodeToString(sum[:])}
	if diff := cmp.Diff(want, proof); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if _, err := f.Put(t.Context(), "result.txt", []byte("Confirmation 88213")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("second Put: %v, want fs.ErrExist", err)
	}
	if err := store.Verify(t.Context(), []submission.Proof{proof}); err != nil {
		t.Errorf("Verify: %v", err)
	}
	if got := tree(t, dir); len(got) != 1 {
		t.Errorf("the store holds %q", got)
	}
}

func TestVerifyNamesEachFault(t *testing.T) {
	store, dir := open(t)
	f := attempt(t, store, "a", "s", "1")
	var proofs []submission.Proof
	for _, name := range []string{"good", "altered", "gone"} {
		p, err := f.Put(t.Context(), name, []byte(name))
		if err != nil {
			t.Fatal(err)
		}
		proofs = append(proofs, p)
	}
	if err := os.WriteFile(filepath.Join(dir, "a/s/1/altered"), []byte("Altered"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, "a/s/1/gone")); err != nil {
		t.Fatal(err)
	}
	err := store.Verify(t.Context(), append(proofs, submission.Proof{Name: "../../etc/passwd"}))
	if !errors.Is(err, evidence.ErrAltered) || !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("Verify: %v", err)
	}
	for _, says := range []string{"altered is not what it was", "gone cannot be read", "etc/passwd cannot be read"} {
		if !strings.Contains(err.Error(), says) {
			t.Errorf("Verify does not say %q: %v", says, err)
		}
	}
	if strings.Contains(err.Error(), "good") {
		t.Errorf("Verify blames the good one: %v", err)
	}
}

var hostile = []string{
	"../../up", "/etc/passwd", "..", ".", "a/b", `a\b`, "a\x00b", "=2E", ".hidden", "con", "ä", "a b", "a=2Fb", "\xff", "<script>", "-rf", "x\n",
	strings.Repeat("long", 100), strings.Repeat("long", 100) + "2", strings.Repeat("ü", 100), "A", "a",
}

func TestHostileFoldersStayInsideAndApart(t *testing.T) {
	store, dir := open(t)
	above := tree(t, filepath.Dir(dir))
	names := map[string]string{}
	for _, account := range hostile[:6] {
		for _, id := range hostile {
			p, err := attempt(t, store, account, "sub", id).Put(t.Context(), "x", []byte(account+id))
			if err != nil {
				t.Fatalf("%q of %q: %v", id, account, err)
			}
			if other, ok := names[p.Name]; ok {
				t.Errorf("%q of %q and %s share %s", id, account, other, p.Name)
			}
			names[p.Name] = fmt.Sprintf("%q of %q", id, account)
			if strings.Count(p.Name, "/") != 3 || !filepath.IsLocal(p.Name) {
				t.Errorf("%q of %q lies in %s", id, account, p.Name)
			}
			if err := store.Verify(t.Context(), []submission.Proof{p}); err != nil {
				t.Error(err)
			}
		}
	}
	if got := tree(t, filepath.Dir(dir)); len(got) != len(above)+len(names) {
		t.Errorf("%d files, want %d", len(got), len(above)+len(names))
	}
}

func TestHostileFilesAreRefused(t *testing.T) {
	store, dir := open(t)
	f := attempt(t, store, "a", "s", "1")
	for _, name := range append(slices.Clone(hostile[:13]), "", "x/../y", "result.txt/", strings.Repeat("x", 121)) {
		if name == "con" {
			continue // plain
		}
		if _, err := f.Put(t.Context(), name, []byte("x")); err == nil {
			t.Errorf("%q was taken", name)
		}
	}
	if got := tree(t, dir); len(got) != 0 {
		t.Errorf("the store holds %q", got)
	}
}

func TestSymlinksOutOfTheStoreAreNotFollowed(t *testing.T) {
	store, dir := open(t)
	outside := t.TempDir()
	if err := os.Symlink(outside, filepath.Join(dir, "a")); err != nil {
		t.Fatal(err)
	}
	if _, err := attempt(t, store, "a", "s", "1").Put(t.Context(), "x", []byte("x")); err == nil {
		t.Error("evidence was written through a link")
	}
	if got := tree(t, outside); len(got) != 0 {
		t.Errorf("outside lies %q", got)
	}
}

func TestNoSecretInAnyFile(t *testing.T) {
	store, dir := open(t)
	f := attempt(t, store, "a", "s", "1")
	encoded, _ := json.Marshal(password)
	said := "typed " + password + ", sent " + url.QueryEscape(password) + " " + string(encoded)
	page := []byte("<p>" + strings.ReplaceAll(said, "&", "&amp;") + "</p>")
	for _, name := range []string{"a.txt", "a.html", "a.htm", "a.json", "a.log", "a", "fake.png", "fake.jpg"} {
		if _, err := f.Put(t.Context(), name, page); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := f.PutJSON(t.Context(), "v.json", map[string]any{password: said, "bytes": []byte(said)}); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Intent(t.Context(), evidence.Intent{Attempt: "1", Submission: "s", Key: submission.Key{Account: "a"}, Request: said, Browser: said, Look: evidence.Look{Text: said}}); err != nil {
		t.Fatal(err)
	}
	event := submission.Event{Why: said, Receipt: &carriers.Receipt{Number: said, Status: said, Text: said}, Attempt: &submission.Attempt{Request: said, Outcome: said, Browser: said}}
	if _, err := f.Late(t.Context(), evidence.Result{Why: said, Event: event}); err != nil {
		t.Fatal(err)
	}
	if event.Receipt.Text != said || event.Attempt.Outcome != said {
		t.Error("Late changed what it was given")
	}
	for name, data := range tree(t, dir) {
		for _, form := range []string{"hunt", "er2", "aHVudC", "h1bnQi", "odW50I"} {
			if strings.Contains(data, form) {
				t.Errorf("%s holds %q: %s", name, form, data)
			}
		}
	}
}

func TestPicturesStayAsTheyAre(t *testing.T) {
	store, dir := open(t)
	data := "\x89PNG\r\n\x1a\n" + password
	if _, err := attempt(t, store, "a", "s", "1").Put(t.Context(), "p.png", []byte(data)); err != nil {
		t.Fatal(err)
	}
	if got := tree(t, dir)["a/s/1/p.png"]; got != data {
		t.Errorf("the picture became %q", got)
	}
}

func TestPagesAreRedactedWithoutBeingAsked(t *testing.T) {
	store, dir := open(t)
	f := attempt(t, store, "a", "s", "1")
	for _, name := range []string{"page.html", "page.htm"} {
		if _, err := f.Put(t.Context(), name, []byte("<script>LEAK</script><input type=hidden value=LEAK><p>kept")); err != nil {
			t.Fatal(err)
		}
	}
	for name, data := range tree(t, dir) {
		if strings.Contains(data, "LEAK") || !strings.Contains(data, "kept") {
			t.Errorf("%s holds %s", name, data)
		}
	}
}

func TestJSONStaysJSON(t *testing.T) {
	store, dir := open(t)
	f := attempt(t, store, "a", "s", "1", "123456", "nabc")
	for i, v := range []any{map[string]int{"code": 123456}, "x\nabc", []string{"123456"}} {
		if _, err := f.PutJSON(t.Context(), fmt.Sprintf("%d.json", i), v); err != nil {
			t.Fatal(err)
		}
	}
	for name, data := range tree(t, dir) {
		if !json.Valid([]byte(data)) || strings.Contains(data, "123456") {
			t.Errorf("%s holds %s", name, data)
		}
	}
}

func TestNothingIsTakenWithoutScrubberOrNames(t *testing.T) {
	store, _ := open(t)
	if _, err := store.Attempt("a", "s", "1", nil); err == nil {
		t.Error("an attempt without a scrubber was opened")
	}
	for _, names := range [][3]string{{"", "s", "1"}, {"a", "", "1"}, {"a", "s", ""}} {
		if _, err := store.Attempt(names[0], names[1], names[2], scrubber(t)); err == nil {
			t.Errorf("attempt %q was opened", names)
		}
	}
}

func intent(id string) evidence.Intent {
	at := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	return evidence.Intent{
		Format: 1, Attempt: id, Submission: "s", Key: submission.Key{Account: "fence", LawFirmID: "12-345", ClientID: "C1", Number: "INV-1"}, Carrier: "harbor",
		Revision: 2, SHA: "ab", Canon: "cd", Request: "POST https://portal.example/invoices", Fence: 7, Owner: "host-1", Browser: "Chromium/156",
		IntendedAt: at, SettleUntil: at.Add(time.Hour), Look: evidence.Look{At: at, Rows: 0, Text: "none found"},
	}
}

func TestIntentsAreAllFound(t *testing.T) {
	store, dir := open(t)
	for _, id := range []string{"2", "1", "3"} {
		// A user called like the account, or like a key of the record, must not
		// make the record unreadable.
		f := attempt(t, store, "fence", "s", id, "fence", "INV-1")
		if _, err := f.Intent(t.Context(), intent(id)); err != nil {
			t.Fatal(err)
		}
		if _, err := f.Intent(t.Context(), intent(id)); !errors.Is(err, fs.ErrExist) {
			t.Errorf("a second intent of one attempt: %v", err)
		}
	}
	if _, err := attempt(t, store, "fence", "s", "no-intent").Put(t.Context(), "x", nil); err != nil {
		t.Fatal(err)
	}
	write := func(name, text string) {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	write("fence/s/2b/intent.json", `{"format":`)
	write("fence/s/2c/intent.json", `{"format":99}`)
	write("fence/s/2d/intent.json", `{}`)
	write("fence/s/2e/.intent.json.ABC.partial", `{"format":1}`)
	var got []evidence.Intent
	var faults []string
	for in, err := range store.Intents(t.Context()) {
		if err != nil {
			faults = append(faults, err.Error())
			continue
		}
		got = append(got, in)
	}
	if diff := cmp.Diff([]evidence.Intent{intent("1"), intent("2"), intent("3")}, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if len(faults) != 3 || !strings.Contains(faults[0], "2b") || !strings.Contains(faults[1], "2c") || !strings.Contains(faults[2], "2d") {
		t.Errorf("faults: %q", faults)
	}
	for range store.Intents(t.Context()) {
		break // and does not panic
	}
}

func TestIntentOfAnotherAttemptIsRefused(t *testing.T) {
	store, _ := open(t)
	if _, err := attempt(t, store, "fence", "s", "1").Intent(t.Context(), intent("2")); err == nil {
		t.Error("taken")
	}
}

func TestLateResultsAreKeptOnce(t *testing.T) {
	store, _ := open(t)
	f := attempt(t, store, "a", "s", "1")
	var proofs []submission.Proof
	for _, why := range []string{"the lease was over", "the lease was over", "something else"} {
		p, err := f.Late(t.Context(), evidence.Result{Fence: 3, Owner: "host", Why: why, Event: submission.Event{Kind: submission.Answered}})
		if err != nil {
			t.Fatal(err)
		}
		proofs = append(proofs, p)
	}
	if proofs[0] != proofs[1] || proofs[2] == proofs[0] {
		t.Errorf("proofs %v", proofs)
	}
	if err := store.Verify(t.Context(), proofs); err != nil {
		t.Error(err)
	}
	var got []string
	for r, err := range store.Results(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, r.Account+r.Submission+r.Attempt+" "+r.Why)
	}
	slices.Sort(got)
	if diff := cmp.Diff([]string{"as1 something else", "as1 the lease was over"}, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestManyAtOnce(t *testing.T) {
	_, dir := open(t)
	var mu sync.Mutex
	won := map[string]int{}
	var wg sync.WaitGroup
	for range 8 {
		store, err := evidence.Open(dir) // as another process would
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = store.Close() })
		wg.Go(func() {
			for i := range 12 {
				p, err := attempt(t, store, "a", fmt.Sprint(i%3), fmt.Sprint(i)).Put(t.Context(), "x.txt", []byte("x"))
				if err != nil && !errors.Is(err, fs.ErrExist) {
					t.Error(err)
				}
				if err == nil {
					mu.Lock()
					won[p.Name]++
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	if len(won) != 12 {
		t.Errorf("%d files, want 12", len(won))
	}
	for name, n := range won {
		if n != 1 {
			t.Errorf("%s was won %d times", name, n)
		}
	}
}

func TestNothingIsWrittenForACancelledVisit(t *testing.T) {
	store, dir := open(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := attempt(t, store, "a", "s", "1").Put(ctx, "x", []byte("x")); !errors.Is(err, context.Canceled) {
		t.Errorf("Put: %v", err)
	}
	if got := tree(t, dir); len(got) != 0 {
		t.Errorf("the store holds %q", got)
	}
}

func BenchmarkPut(b *testing.B) {
	store, _ := open(b)
	f := attempt(b, store, "a", "s", "1")
	data := make([]byte, 100_000)
	for i := 0; b.Loop(); i++ {
		if _, err := f.Put(b.Context(), fmt.Sprintf("%d.bin", i), data); err != nil {
			b.Fatal(err)
		}
	}
}
