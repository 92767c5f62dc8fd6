package house_test

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

const (
	module = "example.com/lodge"
	root   = "../.."
)

// What a package links is more than what it imports: a declaration of a carrier
// must be readable by a program that has no browser, no network and no ledger.
func TestLinks(t *testing.T) {
	for _, rule := range []struct {
		roots []string
		never []string // import paths, with all below them
		why   string
	}{
		{
			[]string{"./carriers/..."},
			[]string{"github.com/chromedp", "github.com/aws", "net/http", "database/sql", "os/exec"},
			"whoever reads declarations links neither a browser nor a network",
		},
		{
			[]string{"./internal/submission", "./internal/ledger"},
			[]string{"github.com/chromedp", "github.com/aws", "net/http", "modernc.org/sqlite"},
			"the rules are the same for every engine and every browser",
		},
		{
			[]string{"./carriers/...", "./internal/submission", "./internal/ledger/...", "./internal/visit", "./internal/batch", "./internal/gate"},
			[]string{"github.com/nicholas-fedor/shoutrrr", "github.com/getsentry", "go.opentelemetry.io", "google.golang.org/grpc"},
			"filing is the same whoever is told of it; commands tell them",
		},
		{
			[]string{"./internal/ledger/dynamo/table", "./internal/ledger/sqlite", "./internal/visit", "./internal/batch"},
			[]string{"github.com/aws"},
			"one machine needs no AWS, and a deployment reads what the table is like without the SDK",
		},
		{
			[]string{"./cmd/trigger"},
			[]string{"github.com/chromedp", module + "/internal/browser", module + "/internal/visit", module + "/internal/filing"},
			"the trigger files nothing, and what arrived waits for its cold start",
		},
		{
			[]string{"./cmd/lodge", "./cmd/trigger", "./cmd/worker"},
			[]string{module + "/internal/campaign", module + "/internal/browser/adverse", module + "/internal/visit/visittest",
				module + "/internal/emulator", "testing"},
			"what takes rules away for tests is not in a release",
		},
	} {
		for _, p := range load(t, packages.NeedImports|packages.NeedDeps, false, rule.roots...) {
			if p.PkgPath == module+"/carriers/carriertest" {
				continue // for tests only; the linter keeps it there
			}
			for _, chain := range links(p, rule.never) {
				t.Errorf("%s: %s", strings.Join(chain, " imports "), rule.why)
			}
		}
	}
}

func TestLinksFindsTheWay(t *testing.T) {
	c := &packages.Package{PkgPath: "net/http/cookiejar"}
	b := &packages.Package{PkgPath: "b", Imports: map[string]*packages.Package{c.PkgPath: c}}
	a := &packages.Package{PkgPath: "a", Imports: map[string]*packages.Package{"b": b}}
	if got := links(a, []string{"net/http"}); len(got) != 1 || !slices.Equal(got[0], []string{"a", "b", c.PkgPath}) {
		t.Errorf("links = %q; want a, b, %s", got, c.PkgPath)
	}
	if got := links(a, []string{"net/htt"}); got != nil {
		t.Errorf("links = %q for a path that only looks alike; want none", got)
	}
}

// links returns one way of imports from p to each package at or below never.
func links(p *packages.Package, never []string) (chains [][]string) {
	seen := map[*packages.Package]bool{}
	var visit func(p *packages.Package, way []string)
	visit = func(p *packages.Package, way []string) {
		if seen[p] {
			return
		}
		seen[p] = true
		way = append(slices.Clone(way), p.PkgPath)
		if slices.ContainsFunc(never, func(n string) bool { return p.PkgPath == n || strings.HasPrefix(p.PkgPath, n+"/") }) {
			chains = append(chains, way)
			return
		}
		for _, next := range p.Imports {
			visit(next, way)
		}
	}
	visit(p, nil)
	return chains
}

// A carrier that is written and not listed would never be visited.
func TestCarriersAreListed(t *testing.T) {
	for _, name := range unlisted(load(t, packages.NeedImports, false, "./carriers/...")) {
		t.Errorf("%s is not listed in carriers/all", name)
	}
}

func TestUnlistedIsFound(t *testing.T) {
	harbor, acme := &packages.Package{PkgPath: module + "/carriers/harbor"}, &packages.Package{PkgPath: module + "/carriers/acme"}
	all := &packages.Package{PkgPath: module + "/carriers/all", Imports: map[string]*packages.Package{harbor.PkgPath: harbor}}
	if got := unlisted([]*packages.Package{all, harbor, acme}); !slices.Equal(got, []string{acme.PkgPath}) {
		t.Errorf("unlisted = %q; want acme alone", got)
	}
}

// unlisted returns the carriers that carriers/all does not import.
func unlisted(pkgs []*packages.Package) (names []string) {
	listed := map[string]*packages.Package{}
	for _, p := range pkgs {
		if p.PkgPath == module+"/carriers/all" {
			listed = p.Imports
		}
	}
	for _, p := range pkgs {
		dir, name := path.Split(p.PkgPath)
		if dir != module+"/carriers/" || slices.Contains([]string{"all", "carriertest", "page"}, name) || listed[p.PkgPath] != nil {
			continue
		}
		names = append(names, p.PkgPath)
	}
	return names
}

// vague is a name that says nothing of what is inside.
var vague = regexp.MustCompile(`(^|[_.])(utils?|common|helpers?|misc|managers?|generic)([_.]|$)`)

func TestNamesSayWhatIsInside(t *testing.T) {
	files := 0
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, d fs.DirEntry, err error) error {
		switch base := path.Base(name); {
		case err != nil:
			return err
		case name != "." && d.IsDir() && (base[0] == '.' || base == "testdata"):
			return fs.SkipDir
		case d.IsDir() || strings.HasSuffix(base, ".go"):
			files++
			if vague.MatchString(base) {
				t.Errorf("%s: name it for what is inside", name)
			}
		}
		return nil
	})
	if err != nil || files < 10 {
		t.Fatalf("walked %d names: %v", files, err)
	}
}

func TestVagueNames(t *testing.T) {
	for _, name := range []string{"util", "utils.go", "test_helpers.go", "common", "tab_manager.go"} {
		if !vague.MatchString(name) {
			t.Errorf("%s passes", name)
		}
	}
	for _, name := range []string{"utility.go", "uncommon.go", "page.go", "commons"} {
		if vague.MatchString(name) {
			t.Errorf("%s does not pass", name)
		}
	}
}

// load loads packages of the module; any that does not compile ends the test.
func load(t *testing.T, mode packages.LoadMode, tests bool, patterns ...string) []*packages.Package {
	t.Helper()
	pkgs, err := packages.Load(&packages.Config{
		Context: t.Context(),
		Mode:    mode | packages.NeedName | packages.NeedFiles,
		Dir:     root,
		Tests:   tests,
	}, patterns...)
	if err != nil || len(pkgs) == 0 {
		t.Fatalf("load %q: %d packages, %v", patterns, len(pkgs), err)
	}
	for _, p := range pkgs {
		for _, e := range p.Errors {
			t.Fatalf("load %s: %v", p.PkgPath, e)
		}
	}
	return pkgs
}
