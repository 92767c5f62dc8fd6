package staged_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/lodge/internal/objects"
	"example.com/lodge/internal/staged"
	"example.com/lodge/internal/submission"
	"example.com/lodge/ledes"
)

func folder(t *testing.T) (staged.Copies, string) {
	t.Helper()
	dir := t.TempDir()
	f, err := objects.OpenFolder(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return staged.Copies{Store: f}, dir
}

func part(content string) ledes.Part {
	sum := sha256.Sum256([]byte(content))
	return ledes.Part{Bytes: []byte(content), SHA: hex.EncodeToString(sum[:])}
}

func kept(t *testing.T, c staged.Copies, p ledes.Part) submission.Object {
	t.Helper()
	name, err := c.Keep(t.Context(), p)
	if err != nil {
		t.Fatal(err)
	}
	return submission.Object{Path: name, SHA: p.SHA, Size: int64(len(p.Bytes))}
}

// TestKeep: a copy lies where every ledger so far says, is its owner's alone, is kept
// once, and is mended where it was damaged.
func TestKeep(t *testing.T) {
	c, dir := folder(t)
	p := part("content")
	o := kept(t, c, p)
	if o.Path != "staged/"+p.SHA[:2]+"/"+p.SHA+".txt" {
		t.Errorf("it is %s", o.Path)
	}
	path := filepath.Join(dir, filepath.FromSlash(o.Path))
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	for _, damage := range []string{"content", "", "conten", "CONTENT", "content and more"} {
		if err := os.WriteFile(path, []byte(damage), 0o600); err != nil {
			t.Fatal(err)
		}
		if again := kept(t, c, p); again != o {
			t.Errorf("kept again as %+v", again)
		}
		if got, err := c.Read(t.Context(), o); err != nil || string(got) != "content" {
			t.Errorf("damaged to %q it is %q, %v", damage, got, err)
		}
	}
	if list, err := os.ReadDir(filepath.Dir(path)); err != nil || len(list) != 1 {
		t.Errorf("files %v, %v", list, err)
	}
}

// TestKeepStaysInside: neither a link in the store nor a hash that is none leads out.
func TestKeepStaysInside(t *testing.T) {
	c, dir := folder(t)
	outside := t.TempDir()
	if err := os.Symlink(outside, filepath.Join(dir, "staged")); err != nil {
		t.Fatal(err)
	}
	for _, p := range []ledes.Part{part("content"), {SHA: "../../x"}, {SHA: "x"}, {SHA: ""}} {
		if name, err := c.Keep(t.Context(), p); err == nil {
			t.Errorf("%q was kept as %q", p.SHA, name)
		}
	}
	if list, err := os.ReadDir(outside); err != nil || len(list) != 0 {
		t.Errorf("outside: %v, %v", list, err)
	}
}

// away is a store that does not answer.
type away struct{ objects.Store }

var errAway = errors.New("the store does not answer")

func (away) Open(context.Context, string) (io.ReadCloser, error) { return nil, errAway }

// TestRead: only the bytes that were checked are returned, and what the file's owner
// can mend is told from what passes.
func TestRead(t *testing.T) {
	c, dir := folder(t)
	o := kept(t, c, part("content"))
	other := o
	other.SHA = part("other").SHA
	missing := o
	missing.Path = "staged/none.txt"
	leading := o
	leading.Path = "../" + o.Path
	if err := os.WriteFile(filepath.Join(dir, "huge"), make([]byte, ledes.MaxSize+1), 0o600); err != nil {
		t.Fatal(err)
	}
	huge := o
	huge.Path = "huge"
	for name, x := range map[string]struct {
		from staged.Copies
		what submission.Object
		lost bool
		says string
	}{
		"other bytes": {c, other, true, "is not the one that was checked"},
		"missing":     {c, missing, true, "cannot be read"},
		"leads out":   {c, leading, true, "cannot be read"},
		"nothing":     {c, submission.Object{}, true, "cannot be read"},
		"huge":        {c, huge, false, "the operator"},
		"away":        {staged.Copies{Store: away{c.Store}}, o, false, "the operator"},
	} {
		data, err := x.from.Read(t.Context(), x.what)
		if data != nil || err == nil || errors.Is(err, staged.ErrLost) != x.lost || !strings.Contains(err.Error(), x.says) ||
			!strings.Contains(err.Error(), "nothing was sent") {
			t.Errorf("%s: %d bytes, %v", name, len(data), err)
		}
	}
}
