package audit_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/lodge/internal/audit"
	"example.com/lodge/internal/secret"
	"example.com/lodge/internal/submission"
)

func TestWhatIsRightVerifies(t *testing.T) {
	f := newFirm(t, 5)
	for name, change := range map[string]func(*audit.Audit){
		"with the ledger": func(*audit.Audit) {},
		"a copy":          copied,
		"and a head":      func(a *audit.Audit) { a.Ledger, a.Head = nil, f.heads[2] },
	} {
		faults, chain := f.audit(change)
		if len(faults) > 0 || chain.Links != 5 || chain.Files != 25 || chain.Head != f.heads[4] || chain.UnderWay != 0 {
			t.Errorf("%s: %+v, %+v", name, faults, chain)
		}
	}
	if _, chain := f.audit(); chain.Invoices != 5 {
		t.Errorf("%d invoices", chain.Invoices)
	}
	faults, chain := f.audit(func(a *audit.Audit) { a.Only = f.ids[1] })
	if len(faults) > 0 || chain.Files != 5 || chain.Links != 5 || chain.Invoices != 1 {
		t.Errorf("one invoice: %+v, %+v", faults, chain)
	}
}

// A tampering is something that somebody does to evidence, and what must be said
// of it: with the ledger, and of a copy without it.
type tampering struct {
	do     func(f *firm)
	says   string
	copy   string // "": the copy alone cannot tell
	amidst string // the invoice, if one is named
}

func tamperings() map[string]tampering {
	const same = "same"
	all := map[string]tampering{
		"a byte changed":       {func(f *firm) { f.edit(f.folder(2)+"/result.txt", "taken", "Taken") }, "result.txt is not what it was when link 2", same, "INV-2"},
		"truncated":            {func(f *firm) { f.check(os.Truncate(f.folder(2)+"/result.txt", 3)) }, "result.txt is not what it was", same, "INV-2"},
		"two files swapped":    {func(f *firm) { f.swap(f.folder(1)+"/result.txt", f.folder(2)+"/result.txt") }, "result.txt is not what it was when link 1", same, ""},
		"two attempts swapped": {func(f *firm) { f.swap(f.folder(1), f.folder(2)) }, "is not what it was when link 1", same, ""},
		"a file removed":       {func(f *firm) { f.check(os.Remove(f.folder(3) + "/form.jpg")) }, "form.jpg is missing", same, "INV-3"},
		"a folder removed":     {func(f *firm) { f.check(os.RemoveAll(f.folder(3))) }, "intent.json is missing", same, "INV-3"},
		"all removed":          {func(f *firm) { f.check(os.RemoveAll(filepath.Join(f.dir, account))) }, "links 1 to 5 are missing from the end", "", ""},
		"a file put in":        {func(f *firm) { f.write(f.folder(3)+"/extra.txt", []byte("x")) }, "no link names the file", same, ""},
		"a folder put in":      {func(f *firm) { f.write(filepath.Dir(f.folder(3))+"/01FORGED/result.txt", []byte("x")) }, "no link names the folder", same, ""},
		"a folder copied":      {func(f *firm) { f.check(os.CopyFS(filepath.Dir(f.folder(3))+"/01COPY", os.DirFS(f.folder(3)))) }, "no link names the folder", same, ""},
		"a stray":              {func(f *firm) { f.write(filepath.Join(f.dir, account, "note.txt"), nil) }, "lies where no evidence does", same, ""},
		"a mark moved": {func(f *firm) {
			f.check(os.Rename(f.folder(3)+"/sealed-00000003.json", f.folder(3)+"/sealed-00000004.json"))
		}, "no link names the file", same, ""},
		"the last link removed": {func(f *firm) { f.check(os.Remove(f.link(5))) }, "link 5 is missing from the end of the chain: the ledger knows of link 5", "no link names the folder", ""},
		"the last attempt removed": {func(f *firm) { f.check(errors.Join(os.Remove(f.link(5)), os.RemoveAll(filepath.Dir(f.folder(5))))) },
			"link 5 is missing from the end of the chain", "", ""},
		"a middle link removed":         {func(f *firm) { f.check(os.Remove(f.link(3))) }, "link 3 is missing from the chain", same, ""},
		"the chain closed over it":      {func(f *firm) { f.close(3) }, "link 3 says that it is link 4", same, ""},
		"a link edited":                 {func(f *firm) { f.edit(f.link(3), "INV-3", "INV-9") }, "link 4 does not follow from link 3", same, ""},
		"a file and its link":           {func(f *firm) { f.forge(3) }, "link 4 does not follow from link 3", same, ""},
		"the last file and its link":    {func(f *firm) { f.forge(5) }, "link 5 is not the one that the ledger knows", "", ""},
		"a link truncated":              {func(f *firm) { f.check(os.Truncate(f.link(3), 20)) }, "link 3 cannot be read", same, ""},
		"a stray in the chain":          {func(f *firm) { f.write(f.link(3)+".bak", nil) }, "is no link", same, ""},
		"the ledger's head":             {func(f *firm) { f.head(submission.Head{N: 5, SHA: strings.Repeat("ab", 32)}) }, "link 5 is not the one that the ledger knows", "", ""},
		"the ledger's head put forward": {func(f *firm) { f.head(submission.Head{N: 9, SHA: strings.Repeat("ab", 32)}) }, "links 6 to 9 are missing", "", ""},
		"a ledger's proof":              {func(f *firm) { f.proof(2) }, "know moor/", "", "INV-2"},
	}
	return all
}

// edit replaces a text in a file.
func (f *firm) edit(path, from, to string) {
	f.t.Helper()
	data := f.read(path)
	if !bytes.Contains(data, []byte(from)) {
		f.t.Fatalf("%s does not hold %q", path, from)
	}
	f.write(path, bytes.Replace(data, []byte(from), []byte(to), 1))
}

func (f *firm) swap(a, b string) {
	f.t.Helper()
	f.check(errors.Join(os.Rename(a, a+".was"), os.Rename(b, a), os.Rename(a+".was", b)))
}

// forge changes a file, and the one link that names it.
func (f *firm) forge(n int) {
	f.t.Helper()
	name := f.folder(n) + "/result.txt"
	was := sha256.Sum256(f.read(name))
	f.edit(name, "taken in", "refused!")
	is := sha256.Sum256(f.read(name))
	f.edit(f.link(n), hex.EncodeToString(was[:]), hex.EncodeToString(is[:]))
}

// close removes link n and its folder, and gives the later links its numbers.
func (f *firm) close(n int) {
	f.t.Helper()
	f.check(os.RemoveAll(f.folder(n)))
	for ; n < len(f.heads); n++ {
		f.check(os.Rename(f.link(n+1), f.link(n)))
	}
}

func (f *firm) head(h submission.Head) {
	f.t.Helper()
	a, err := f.engine.LoadAccount(f.t.Context(), account)
	f.check(err)
	a.Version++
	a.Chain = h
	f.check(f.engine.StoreAccount(f.t.Context(), a))
}

// proof changes a hash in the ledger.
func (f *firm) proof(n int) {
	f.t.Helper()
	s, err := f.ledger.Get(f.t.Context(), f.ids[n-1])
	f.check(err)
	s.Version++
	s.Revisions[0].Attempts[0].Evidence[0].SHA = strings.Repeat("cd", 32)
	f.check(f.engine.Store(f.t.Context(), s, nil))
}

func TestTampering(t *testing.T) {
	for name, c := range tamperings() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFirm(t, 5)
			c.do(f)
			faults, _ := f.audit()
			f.says(faults, c.says, c.amidst)
			without, _ := f.audit(copied)
			switch c.copy {
			case "":
				if len(without) > 0 {
					t.Errorf("the copy alone tells more than it can: %+v", without)
				}
				return
			case "same":
				c.copy = c.says
			}
			f.says(without, c.copy, c.amidst)
		})
	}
}

func (f *firm) says(faults []audit.Fault, text, invoice string) {
	f.t.Helper()
	for _, fault := range faults {
		if strings.Contains(fault.What, text) && (invoice == "" || fault.Invoice == invoice) && fault.Acts != "" && fault.Account == account {
			return
		}
	}
	f.t.Errorf("nobody says %q of %q: %+v", text, invoice, faults)
}

// A head that was written down elsewhere tells of what a forged ledger does not.
func TestHeadThatWasWrittenDown(t *testing.T) {
	f := newFirm(t, 5)
	f.forge(5)
	known := func(a *audit.Audit) { a.Ledger, a.Head = nil, f.heads[4] }
	faults, _ := f.audit(known)
	f.says(faults, "link 5 is not the one that the head that was written down knows", "")
	f.check(os.Remove(f.link(5)))
	faults, _ = f.audit(known)
	f.says(faults, "link 5 is missing from the end", "")
}

// A ledger that came back from a backup does not know what its evidence knows.
func TestRestoredLedger(t *testing.T) {
	f := newFirm(t, 3)
	backup, err := f.engine.LoadAccount(t.Context(), account)
	f.check(err)
	old := f.ledger
	f.file(4)
	f.ledger = newFirm(t, 0).ledger // knows nothing
	f.check(f.ledger.Chained(t.Context(), account, backup.Chain))
	faults, _ := f.audit()
	f.says(faults, "the ledger does not know of attempt "+attemptOf(4)+" on invoice INV-4", "INV-4")
	if len(faults) != 1 {
		t.Errorf("%+v", faults)
	}
	f.ledger = old
	f.head(backup.Chain) // the program ended before it told the ledger: no fault
	if faults, _ := f.audit(); len(faults) > 0 {
		t.Errorf("%+v", faults)
	}
}

// What somebody works on is not sealed yet; what was left by the way is told.
func TestUnderWay(t *testing.T) {
	f := newFirm(t, 2)
	id, claim := f.claim(3)
	folder, err := f.store.Attempt(account, id, attemptOf(3), new(secret.Scrubber))
	f.check(err)
	f.put(folder, "form.jpg", "\xff\xd8\xff")
	if faults, chain := f.audit(); len(faults) > 0 || chain.UnderWay != 1 {
		t.Errorf("%+v, %+v", faults, chain)
	}
	f.check(f.ledger.Release(t.Context(), claim))
	faults, _ := f.audit()
	f.says(faults, "no link names the folder", "")
	f.seal(folder, 3)
	if faults, chain := f.audit(); len(faults) > 0 || chain.UnderWay != 0 {
		t.Errorf("%+v, %+v", faults, chain)
	}
}

// An accepted invoice without anything of what the site said is told of, unless
// a person took the site's word.
func TestAcceptedWithoutEvidence(t *testing.T) {
	f := newFirm(t, 1)
	s, err := f.ledger.Get(t.Context(), f.ids[0])
	f.check(err)
	s.Version++
	s.Revisions[0].Attempts[0].Evidence = nil
	f.check(f.engine.Store(t.Context(), s, nil))
	faults, chain := f.audit()
	f.says(faults, "invoice INV-1 is accepted, and nothing is kept of what the site said", "INV-1")
	if chain.Invoices != 0 {
		t.Errorf("%+v", chain)
	}
}
