package cloud

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/google/go-cmp/cmp"

	"example.com/lodge/internal/audit"
	"example.com/lodge/internal/evidence"
	"example.com/lodge/internal/secret"
	"example.com/lodge/internal/submission"
)

var sealedAt = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// A vault is evidence in S3.
type vault struct {
	*testing.T
	s3 *fakeS3
	on fault
}

func newVault(t *testing.T) *vault { return &vault{T: t, s3: newFakeS3(t)} }

func (v *vault) ok(err error) {
	v.Helper()
	if err != nil {
		v.Fatal(err)
	}
}

// open opens it as another process would.
func (v *vault) open() *evidence.Store { return evidence.On(v.s3.bucket(v, "evidence/", v.on)) }

// gather keeps files of an attempt.
func (v *vault) gather(s *evidence.Store, sub, id string, names ...string) *evidence.Folder {
	v.Helper()
	f, err := s.Attempt("a", sub, id, new(secret.Scrubber))
	v.ok(err)
	for _, name := range names {
		_, err := f.Put(v.Context(), name, []byte(id+name))
		v.ok(err)
	}
	return f
}

func (v *vault) seal(f *evidence.Folder) submission.Head {
	v.Helper()
	head, err := f.Seal(v.Context(), evidence.Sealing{At: sealedAt, By: "h1"})
	v.ok(err)
	return head
}

// chain reads the chain, which must be whole.
func (v *vault) chain() []string {
	v.Helper()
	var list []string
	for l, err := range v.open().Links(v.Context(), "a", submission.Head{}) {
		v.ok(err)
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

func (v *vault) is(want ...string) {
	v.Helper()
	if diff := cmp.Diff(want, v.chain()); diff != "" {
		v.Errorf("-want +got\n%s", diff)
	}
}

func TestEvidenceIsKeptAndSealed(t *testing.T) {
	v := newVault(t)
	f := v.gather(v.open(), "s1", "01A", "b.txt", "a.txt")
	if _, err := f.Put(t.Context(), "a.txt", nil); !errors.Is(err, fs.ErrExist) {
		t.Errorf("kept in place of another: %v", err)
	}
	if f.Place() != "s3://smith-lodge/evidence/a/s1/01A" {
		t.Error(f.Place())
	}
	v.seal(f)
	if again := v.seal(f); again.N != 0 {
		t.Errorf("sealed again without anything new: %v", again)
	}
	v.gather(v.open(), "s1", "01B", "left.txt") // by a program that ends here
	two := v.seal(v.gather(v.open(), "s1", "01C", "c.txt"))
	v.is("s1/01A: a.txt b.txt", "left s1/01B: left.txt", "s1/01C: c.txt")
	s := v.open()
	if _, head, err := s.Link(t.Context(), "a", 3); err != nil || head != two {
		t.Errorf("%v, %v", head, err)
	}
	if _, _, err := s.Link(t.Context(), "a", 4); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v", err)
	}
	if accounts, strays, err := s.Accounts(t.Context()); err != nil || fmt.Sprint(accounts, strays) != "[a] []" {
		t.Errorf("%q, %q, %v", accounts, strays, err)
	}
	proofs, err := s.Kept(t.Context(), "a", "s1", "01A")
	if err != nil || len(proofs) != 3 || s.Verify(t.Context(), proofs) != nil {
		t.Errorf("%v, %v", proofs, err)
	}
}

// Several programs extend one chain at once, and each link has one writer.
func TestManyExtendOneChain(t *testing.T) {
	v := newVault(t)
	var work sync.WaitGroup
	for p := range 6 {
		s := v.open()
		work.Go(func() {
			for i := range 6 {
				id := fmt.Sprintf("%d-%d", p, i)
				f, err := s.Attempt("a", "s"+id, id, new(secret.Scrubber))
				if err == nil {
					_, err = f.Put(t.Context(), "a.txt", []byte(id))
				}
				if err == nil {
					_, err = f.Seal(t.Context(), evidence.Sealing{At: sealedAt})
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	work.Wait()
	seen := map[string]bool{}
	for _, l := range v.chain() {
		seen[l] = true
	}
	if len(seen) != 36 {
		t.Errorf("%d of 36 attempts are in the chain", len(seen))
	}
	v.proven()
}

// The answers to half of all writes are lost: nothing is sealed twice, and no link
// is missing.
func TestSealingWhileAnswersAreLost(t *testing.T) {
	v := newVault(t)
	var n atomic.Int64
	v.on = func(req *http.Request, send send) (*http.Response, error) {
		if req.Method == http.MethodPut && n.Add(1)%2 == 1 {
			return lost(req, send)
		}
		return send(req)
	}
	s := v.open()
	for i := range 5 {
		v.seal(v.gather(s, "s1", fmt.Sprint("01", i), "a.txt"))
	}
	v.is("s1/010: a.txt", "s1/011: a.txt", "s1/012: a.txt", "s1/013: a.txt", "s1/014: a.txt")
	v.proven()
}

func (v *vault) intent(s *evidence.Store, sub, id string, at time.Time) {
	v.Helper()
	f := v.gather(s, sub, id)
	_, err := f.Intent(v.Context(), evidence.Intent{Attempt: id, Submission: sub, Key: submission.Key{Account: "a"}, IntendedAt: at})
	v.ok(err)
}

func TestLateResultsAndIntents(t *testing.T) {
	v := newVault(t)
	s := v.open()
	for i := range 40 { // more than are read side by side
		v.intent(s, "s1", fmt.Sprintf("01%02d", i), sealedAt)
	}
	f := v.gather(s, "s1", "0100")
	for _, why := range []string{"late", "late", "later"} {
		_, err := f.Late(t.Context(), evidence.Result{Why: why, Event: submission.Event{Kind: submission.Answered}})
		v.ok(err)
	}
	results, err := v.open().ResultsOf(t.Context(), "a", "s1", "0100")
	if err != nil || len(results) != 2 {
		t.Errorf("%+v, %v", results, err)
	}
	n := 0
	for in, err := range v.open().Intents(t.Context()) {
		v.ok(err)
		if want := fmt.Sprintf("01%02d", n); in.Attempt != want {
			t.Errorf("%s came, want %s", in.Attempt, want)
		}
		n++
	}
	if n != 40 {
		t.Errorf("%d of 40 intents", n)
	}
	for range v.open().Intents(t.Context()) {
		break
	}
	latest, err := s.Latest(t.Context(), "a", 3, time.Now().Add(-time.Hour))
	if err != nil || len(latest) != 3 || latest[0].Attempt != "0139" || latest[2].Attempt != "0137" {
		t.Errorf("%d: %+v, %v", len(latest), latest, err)
	}
	if latest, err = s.Latest(t.Context(), "a", 3, time.Now().Add(time.Hour)); err != nil || len(latest) > 0 {
		t.Errorf("%+v, %v", latest, err)
	}
	v.s3.plant(t, "evidence/a/s1/0150/intent.json") // and it is empty
	wrong := 0
	for _, err := range v.open().Intents(t.Context()) {
		if err != nil && strings.Contains(err.Error(), "s3://smith-lodge/evidence/a/s1/0150/intent.json") {
			wrong++
		}
	}
	if wrong != 1 {
		t.Error("an intent that cannot be read is not told of")
	}
}

// audited is what is wrong with the evidence.
func (v *vault) audited() []string {
	v.Helper()
	var faults []string
	_, err := audit.Audit{Store: v.open(), Tell: func(f audit.Fault) { faults = append(faults, f.What) }}.Account(v.Context(), "a")
	v.ok(err)
	return faults
}

func (v *vault) proven() {
	v.Helper()
	if faults := v.audited(); len(faults) > 0 {
		v.Errorf("%q", faults)
	}
}

// What somebody did to evidence in a bucket is found, as in a folder.
func TestTampering(t *testing.T) {
	put := func(key, data string) func(*vault) {
		return func(v *vault) {
			_, err := v.s3.client(nil).PutObject(v.Context(), &s3.PutObjectInput{Bucket: aws.String(firm), Key: &key, Body: bytes.NewReader([]byte(data))})
			v.ok(err)
		}
	}
	remove := func(key string) func(*vault) {
		return func(v *vault) {
			_, err := v.s3.client(nil).DeleteObject(v.Context(), &s3.DeleteObjectInput{Bucket: aws.String(firm), Key: &key})
			v.ok(err)
		}
	}
	for name, c := range map[string]struct {
		do   func(*vault)
		says string
	}{
		"nothing":          {func(*vault) {}, ""},
		"altered":          {put("evidence/a/s1/01A/a.txt", "other"), "a.txt is not what it was when link 1"},
		"removed":          {remove("evidence/a/s1/01A/a.txt"), "a.txt is missing; link 1"},
		"added":            {put("evidence/a/s1/01A/extra.txt", "x"), "no link names the file a/s1/01A/extra.txt"},
		"a folder added":   {put("evidence/a/s1/01X/a.txt", "x"), "no link names the folder a/s1/01X"},
		"deeper":           {put("evidence/a/s1/01A/x/y/z.txt", "x"), "no link names the file a/s1/01A/x"},
		"a stray":          {put("evidence/a/note.txt", "x"), "a/note.txt lies where no evidence does"},
		"no name":          {put("evidence/a//note.txt", "x"), "lies where no evidence does"},
		"a link removed":   {remove("evidence/a/=chain/00000002.json"), "link 2 is missing"},
		"a link altered":   {put("evidence/a/=chain/00000001.json", `{"format":1,"account":"a","n":1}`), "does not follow from link 1"},
		"a stray link":     {put("evidence/a/=chain/x.json", "x"), "a/=chain/x.json lies in the chain"},
		"a foreign prefix": {put("evidence-other/a/s1/01A/a.txt", "x"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := newVault(t)
			s := v.open()
			for _, id := range []string{"01A", "01B", "01C"} {
				v.seal(v.gather(s, "s1", id, "a.txt", "b.txt"))
			}
			c.do(v)
			faults := strings.Join(v.audited(), "\n")
			if c.says == "" && faults != "" || !strings.Contains(faults, c.says) {
				t.Errorf("%q is not said: %q", c.says, faults)
			}
		})
	}
}

func TestPrune(t *testing.T) {
	v := newVault(t)
	s := v.open()
	for _, id := range []string{"01A", "01B"} {
		v.seal(v.gather(s, "s"+id, id, "a.txt", "b.txt"))
	}
	p := evidence.Pruning{Sealing: evidence.Sealing{At: sealedAt.Add(time.Hour), By: "h"}, Before: sealedAt.Add(time.Minute), Keep: "1m",
		Free: func(_ context.Context, id string) (bool, error) { return id == "s01A", nil }}
	removed, head, err := s.Prune(t.Context(), "a", p)
	if err != nil || removed.Attempts != 1 || removed.Files != 2 || removed.Kept != 1 || head.N != 3 {
		t.Fatalf("%+v, %v, %v", removed, head, err)
	}
	if there, err := s.Has(t.Context(), "a/s01A/01A/a.txt"); err != nil || there {
		t.Errorf("%v, %v", there, err)
	}
	if w, err := s.Word(t.Context(), "a/s01A/01A"); err != nil || w.Link != 1 || w.By != 3 || w.Keep != "1m" {
		t.Errorf("%+v, %v", w, err)
	}
	v.proven()
}

// What a visit costs in requests: to see that nothing is left unsealed of a submission
// that was looked up many times is one.
func TestRequests(t *testing.T) {
	v := newVault(t)
	var n atomic.Int64
	v.on = func(req *http.Request, send send) (*http.Response, error) {
		n.Add(1)
		return send(req)
	}
	s := v.open()
	for i := range 20 {
		v.seal(v.gather(s, "s1", fmt.Sprintf("01%02d", i), "a.txt", "b.txt"))
	}
	left := func() int64 {
		n.Store(0)
		_, err := s.SealLeft(t.Context(), "a", "s1", "", evidence.Sealing{At: sealedAt})
		v.ok(err)
		return n.Load()
	}
	left() // the last one's mark was not looked at yet
	if got := left(); got != 1 {
		t.Errorf("a look at what is sealed takes %d requests", got)
	}
	f := v.gather(s, "s1", "0199", "a.txt")
	n.Store(0)
	v.seal(f)
	if got := n.Load(); got != 3 { // the list, the link, the mark
		t.Errorf("to seal takes %d requests", got)
	}
}
