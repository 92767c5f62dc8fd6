package backup

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// An entry of an archive that a test takes apart and puts together again.
type entry struct {
	header  tar.Header
	content []byte
}

// entries are those of a plain backup.
func entries(t *testing.T, file string) []entry {
	t.Helper()
	in, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	plain, err := unseal(in, nil)
	if err != nil {
		t.Fatal(err)
	}
	var list []entry
	for r := tar.NewReader(plain); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		content, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, entry{*h, content})
	}
}

// made is an archive of these entries. Unless they are left as they are, hashes
// and the manifest are made to fit, as somebody would who knows the format.
func made(t *testing.T, list []entry, asTheyAre bool) []byte {
	t.Helper()
	if !asTheyAre {
		list = fitting(t, list)
	}
	var file bytes.Buffer
	sealed, err := seal(&file, nil)
	if err != nil {
		t.Fatal(err)
	}
	w := tar.NewWriter(sealed)
	for _, e := range list {
		h := e.header
		if h.Size = int64(len(e.content)); h.Typeflag != tar.TypeReg {
			h.Size = 0
		}
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(e.content[:h.Size]); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), sealed.Close()); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func fitting(t *testing.T, list []entry) []entry {
	t.Helper()
	list = slices.Clone(list)
	digest, files, size := sha256.New(), 0, int64(0)
	for i, e := range list {
		sum := sha256.Sum256(e.content)
		list[i].header.PAXRecords = map[string]string{hashKey: hex.EncodeToString(sum[:])}
		if e.header.Name == manifestName {
			var m Manifest
			if err := json.Unmarshal(e.content, &m); err != nil {
				t.Fatal(err)
			}
			m.Files, m.Bytes, m.Digest = files, size, hex.EncodeToString(digest.Sum(nil))
			text, err := json.Marshal(m)
			if err != nil {
				t.Fatal(err)
			}
			sum := sha256.Sum256(text)
			list[i].content = text
			list[i].header.PAXRecords = map[string]string{hashKey: hex.EncodeToString(sum[:])}
			continue
		}
		files, size = files+1, size+int64(len(e.content))
		_, _ = io.WriteString(digest, line(hex.EncodeToString(sum[:]), int64(len(e.content)), e.header.Name))
	}
	return list
}

// Whatever somebody made of an archive, it is refused and nothing is changed.
func TestHostileArchives(t *testing.T) {
	f := newFirm(t)
	good := entries(t, f.backup(func(w *Writing) { w.Recipients, w.Evidence = nil, true }))
	named := func(name string, kind byte) entry {
		return entry{tar.Header{Name: name, Typeflag: kind, Mode: 0o600, Linkname: "/etc/passwd", Format: tar.FormatPAX}, []byte("evil")}
	}
	last := len(good) - 1
	add := func(e entry) []entry { return slices.Insert(slices.Clone(good), last, e) }
	change := func(i int, do func(*entry)) []entry {
		list := slices.Clone(good)
		do(&list[i])
		return list
	}
	at := slices.IndexFunc(good, func(e entry) bool { return e.header.Name == ledgerName })
	for name, c := range map[string]struct {
		list      []entry
		asTheyAre bool
		says      string
	}{
		"leads out":        {add(named("state/staged/../../../evil", tar.TypeReg)), false, "somebody else made it"},
		"parent":           {add(named("../evil", tar.TypeReg)), false, "somebody else made it"},
		"absolute":         {add(named("/tmp/evil", tar.TypeReg)), false, "somebody else made it"},
		"backslash":        {add(named(`state/staged/..\evil`, tar.TypeReg)), false, "somebody else made it"},
		"a key":            {add(named("secrets.key", tar.TypeReg)), false, "somebody else made it"},
		"a lock":           {add(named("state/owners/x.lock", tar.TypeReg)), false, "somebody else made it"},
		"a marker":         {add(named("state/restored.json", tar.TypeReg)), false, "somebody else made it"},
		"symbolic link":    {add(named("state/staged/aa", tar.TypeSymlink)), false, "it is not a file"},
		"hard link":        {add(named("state/staged/aa", tar.TypeLink)), false, "it is not a file"},
		"folder":           {add(named("state/staged/aa/", tar.TypeDir)), false, "it is not a file"},
		"device":           {add(named("state/staged/aa", tar.TypeChar)), false, "it is not a file"},
		"twice":            {add(good[at]), false, "exists"},
		"file as folder":   {append(add(named("state/staged/x", tar.TypeReg))[:last+1], named("state/staged/x/y", tar.TypeReg), good[last]), false, "nothing was changed"},
		"wrong content":    {change(at, func(e *entry) { e.content = slices.Concat([]byte("x"), e.content[1:]) }), true, "not what was backed up"},
		"no hash":          {change(at, func(e *entry) { e.header.PAXRecords = nil }), true, "not what was backed up"},
		"one is missing":   {slices.Delete(slices.Clone(good), 0, 1), true, "somebody changed it"},
		"other order":      {slices.Concat(good[1:2], good[:1], good[2:]), true, "somebody changed it"},
		"no ledger":        {slices.Delete(slices.Clone(good), at, at+1), false, "nothing was changed"},
		"no real ledger":   {change(at, func(e *entry) { e.content = []byte("SQLite") }), false, "not a ledger"},
		"empty ledger":     {change(at, func(e *entry) { e.content = nil }), false, "no ledger"},
		"no manifest":      {good[:last], false, "cut short"},
		"something more":   {append(slices.Clone(good), named("state/staged/more", tar.TypeReg)), true, "follows its manifest"},
		"two manifests":    {append(slices.Clone(good), good[last]), true, "follows its manifest"},
		"no format":        {change(last, func(e *entry) { e.content = []byte("{}") }), false, "its format is 0"},
		"a later format":   {change(last, func(e *entry) { e.content = []byte(`{"format": 99}`) }), false, "updates this program"},
		"manifest is text": {change(last, func(e *entry) { e.content = []byte(`"text"`); e.header.PAXRecords = nil }), true, "manifest"},
		"other counts":     {change(last, func(e *entry) { e.content = bytes.Replace(e.content, []byte(`"n": 1`), []byte(`"n": 7`), 1) }), false, "its manifest says"},
	} {
		t.Run(name, func(t *testing.T) { f.refused(t, made(t, c.list, c.asTheyAre), c.says) })
	}
	if _, err := os.Stat("/tmp/evil"); err == nil {
		t.Error("a file was written outside")
	}
	control := filepath.Join(t.TempDir(), "control")
	f.check(os.WriteFile(control, made(t, good, false), 0o600))
	if _, err := f.restoring().Restore(t.Context(), control); err != nil {
		t.Errorf("the archive that none of this was done to: %v", err)
	}
}

// refused wants an archive to be refused and nothing to be changed.
func (f *firm) refused(t *testing.T, archive []byte, says string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "hostile")
	if err := os.WriteFile(file, archive, 0o600); err != nil {
		t.Fatal(err)
	}
	before := f.tree()
	_, err := f.restoring().Restore(contextOf(t), file)
	if err == nil || !strings.Contains(err.Error(), says) {
		t.Errorf("the error is %v, and should say %q", err, says)
	}
	after := f.tree()
	for name, sum := range after {
		if before[name] != sum {
			t.Errorf("%s was changed", name)
		}
	}
	if len(after) != len(before) {
		t.Errorf("%d files, %d before", len(after), len(before))
	}
}

// Cut anywhere, or with one bit changed anywhere, a backup is refused, encrypted
// or not.
func TestDamagedArchives(t *testing.T) {
	f := newFirm(t)
	for name, file := range map[string]string{"sealed": f.backup(), "plain": f.backup(func(w *Writing) { w.Recipients = nil })} {
		whole, err := os.ReadFile(file)
		f.check(err)
		keys := f.keys()
		good, err := read(t.Context(), bytes.NewReader(whole), keys, nil)
		f.check(err)
		step := max(1, len(whole)/150)
		for at := 0; at < len(whole); at += step {
			bad := map[string][]byte{"cut": whole[:at], "longer": slices.Concat(whole, whole[:at+1])}
			flipped := bytes.Clone(whole)
			flipped[at] ^= 1
			if name == "sealed" || at > 10 { // gzip's header holds a time and such
				bad["flipped"] = flipped
			}
			for how, data := range bad {
				// Some bits between the blocks of a compressed file mean nothing.
				m, err := read(t.Context(), bytes.NewReader(data), keys, nil)
				if err == nil && (how != "flipped" || name == "sealed" || m.Digest != good.Digest) {
					t.Errorf("%s, %s at %d of %d: passes with %d files", name, how, at, len(whole), m.Files)
				}
			}
		}
	}
}

// FuzzKnown: a name that is known stays below the folder it is joined to.
func FuzzKnown(f *testing.F) {
	for _, name := range []string{"lodge.yaml", "state/staged/a", "state/staged/../x", "state/evidence//x", "/x", "state/staged/.", ""} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if !known(name) {
			return
		}
		root := filepath.FromSlash("/root/new")
		if full := filepath.Join(root, filepath.FromSlash(name)); !strings.HasPrefix(full, root+"/") || full != root+"/"+name {
			t.Errorf("%q leads to %s", name, full)
		}
	})
}
