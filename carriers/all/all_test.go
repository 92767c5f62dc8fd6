package all_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"example.com/lodge/carriers/all"
)

// TestEveryCarrierIsListed fails when a folder of carriers/ declares a carrier
// that the list lacks, or the list is not sorted.
func TestEveryCarrierIsListed(t *testing.T) {
	folders, err := os.ReadDir("..")
	if err != nil {
		t.Fatal(err)
	}
	var want []string // sorted, as ReadDir is
	for _, f := range folders {
		if f.IsDir() && declaresCarrier(t, filepath.Join("..", f.Name())) {
			want = append(want, f.Name())
		}
	}
	var got []string
	for _, c := range all.Carriers() {
		got = append(got, c.Name)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("folders with a carrier (-) and the list in all.go (+) differ:\n%s", diff)
	}
}

// declaresCarrier says whether the package in dir has a function Carrier.
func declaresCarrier(t *testing.T, dir string) bool {
	t.Helper()
	files, err := fs.Glob(os.DirFS(dir), "*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(dir, name), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "Carrier" {
				return true
			}
		}
	}
	return false
}

func TestNamed(t *testing.T) {
	if c, err := all.Named("harbor"); err != nil || c.Title != "Harbor Mutual" {
		t.Errorf("got %q, %v", c.Title, err)
	}
	if _, err := all.Named("habor"); err == nil || !strings.Contains(err.Error(), "there are: ") {
		t.Errorf("got %v", err)
	}
}
