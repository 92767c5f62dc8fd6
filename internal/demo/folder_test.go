package demo

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"example.com/lodge/carriers/all"
	"example.com/lodge/internal/portal"
	"example.com/lodge/internal/portal/harbor"
)

func open(t *testing.T, dir string) (*portal.Server, *Office) {
	t.Helper()
	p, err := harbor.Start(t.Context(), harbor.Defaults(dir))
	if err != nil {
		t.Fatal(err)
	}
	o, err := NewOffice(p.URL(), dir)
	if err != nil {
		t.Fatal(err)
	}
	return p, o
}

// A portal at another address is written into the settings; the watermark stays,
// or files that wait in the inbox would be too old one day.
func TestSettingsFollowThePortal(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "lodge.yaml")
	p, _ := open(t, filepath.Join(dir, "portal"))
	first, err := Settings(path, p, day, all.Carriers(), os.LookupEnv)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	q, _ := open(t, filepath.Join(dir, "portal"))
	defer func() { _ = q.Close() }()
	second, err := Settings(path, q, day.Add(time.Hour), all.Carriers(), os.LookupEnv)
	if err != nil {
		t.Fatal(err)
	}
	account, err := second.Account(Account)
	if err != nil || account.Portal != q.URL() || account.Pin != q.Pin() || !account.Loopback {
		t.Errorf("account %+v, %v", account, err)
	}
	if !second.Watermark.Equal(first.Watermark) {
		t.Errorf("the watermark went from %s to %s", first.Watermark, second.Watermark)
	}
	if err := account.MayCommit(); err != nil {
		t.Errorf("nothing could be filed: %v", err)
	}
}

// The inbox is filled once. Whatever somebody does to it then is theirs.
func TestFillOnce(t *testing.T) {
	dir := t.TempDir()
	p, o := open(t, filepath.Join(dir, "portal"))
	defer func() { _ = p.Close() }()
	c, err := Settings(filepath.Join(dir, "lodge.yaml"), p, day, all.Carriers(), os.LookupEnv)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.MakeFolders(); err != nil {
		t.Fatal(err)
	}
	first := filepath.Join(c.Inbox, Account, First+".txt")
	for n := range 2 {
		if err := Fill(t.Context(), c, o, day); err != nil {
			t.Fatal(err)
		}
		files, err := os.ReadDir(filepath.Join(c.Inbox, Account))
		if err != nil || len(files) != Size-n {
			t.Fatalf("%d files, %v", len(files), err)
		}
		if n == 0 {
			if err := os.Remove(first); err != nil {
				t.Fatal(err)
			}
		}
	}
	if rest, _ := filepath.Glob(filepath.Join(c.Inbox, ".filling-*")); len(rest) > 0 {
		t.Errorf("left over: %v", rest)
	}
}
