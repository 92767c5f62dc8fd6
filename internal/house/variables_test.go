package house_test

import (
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

// A package variable may hold a table, an error or a compiled expression, and
// nothing may write to it: state belongs to a value that somebody owns.
// Variables of test files, which are flags, are exempt.
func TestPackageVariablesAreConstant(t *testing.T) {
	seen := map[string]bool{} // a file is loaded once with its package and once with its tests
	for _, p := range load(t, packages.NeedSyntax|packages.NeedTypes|packages.NeedTypesInfo|packages.NeedImports, true, "./...") {
		if strings.HasSuffix(p.PkgPath, ".test") {
			continue // the main package that go test writes
		}
		for _, finding := range writes(p.Fset, p.Syntax, p.TypesInfo) {
			if !seen[finding] {
				seen[finding] = true
				t.Error(finding)
			}
		}
	}
}

// Each line marked "bad" must be found, no other.
func TestWritesAreFound(t *testing.T) {
	const source = `package p

import (
	"errors"
	"regexp"
	"sync"
)

var (
	errLost = errors.New("lost")
	words   = regexp.MustCompile("a")
	table   = map[string][]int{"a": {1}}
	limits  = [...]struct{ n int }{{1}}
	names   = []string{"a"}
	lock    sync.Mutex
	count   int
	pipe    = make(chan int) // bad
	holder  = &count         // bad: takes the address, and could be written through
)

func reads(n int) (int, error) {
	count := n
	count++
	names := append([]string{}, names...)
	names[0] = words.String()
	for _, l := range limits {
		n += l.n
	}
	return n + count + table["a"][0], errLost
}

func writesThem() {
	count++                  // bad
	count, _ = 1, 2          // bad
	(table["a"])[0] = 1      // bad
	limits[0].n = 2          // bad
	for count = range names { // bad
	}
	lock.Lock()              // bad
	delete(table, "a")       // bad
	clear(names)             // bad
	copy(names, []string{})  // bad
	_ = names[:1]
	_ = &limits[0]           // bad
	*holder = 2              // bad
}
`
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "p.go", source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	info := &types.Info{
		Defs:       map[*ast.Ident]types.Object{},
		Uses:       map[*ast.Ident]types.Object{},
		Selections: map[*ast.SelectorExpr]*types.Selection{},
	}
	config := types.Config{Importer: importer.ForCompiler(fset, "source", nil)}
	if _, err := config.Check("p", fset, []*ast.File{file}, info); err != nil {
		t.Fatal(err)
	}
	found := writes(fset, []*ast.File{file}, info)
	for i, line := range strings.Split(source, "\n") {
		where := fmt.Sprintf("p.go:%d:", i+1)
		got := slices.ContainsFunc(found, func(f string) bool { return strings.HasPrefix(f, where) })
		if want := strings.Contains(line, "// bad"); got != want {
			t.Errorf("%s found %v, want %v: %s", where, got, want, line)
		}
	}
}

// writes returns where files write to package variables, and which variables
// have types that are there to be written through. It follows no aliases: a
// slice that is passed on can still be written to by whoever receives it.
func writes(fset *token.FileSet, files []*ast.File, info *types.Info) (findings []string) {
	report := func(n ast.Node, format string, args ...any) {
		findings = append(findings, fmt.Sprintf("%v: ", fset.Position(n.Pos()))+fmt.Sprintf(format, args...))
	}
	inTest := func(p token.Pos) bool { return strings.HasSuffix(fset.Position(p).Filename, "_test.go") }
	written := func(n ast.Node, targets ...ast.Expr) {
		for _, target := range targets {
			if v := variable(info, target); v != nil && !inTest(v.Pos()) {
				report(n, "%s is a package variable: nothing may write to it", v.Name())
			}
		}
	}
	for _, file := range files {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.AssignStmt:
				written(n, n.Lhs...)
			case *ast.IncDecStmt:
				written(n, n.X)
			case *ast.RangeStmt:
				written(n, n.Key, n.Value)
			case *ast.UnaryExpr:
				if n.Op == token.AND {
					written(n, n.X)
				}
			case *ast.CallExpr:
				written(n, callWrites(info, n))
			case *ast.Ident:
				if v, ok := info.Defs[n].(*types.Var); ok && global(v) && !inTest(n.Pos()) && shared(v.Type()) {
					report(n, "%s is a package variable of type %s: give it an owner", n.Name, v.Type())
				}
			}
			return true
		})
	}
	return findings
}

// callWrites is what a call writes to: the first argument of a builtin that
// writes, or the receiver of a method that takes a pointer to it.
func callWrites(info *types.Info, call *ast.CallExpr) ast.Expr {
	switch fun := ast.Unparen(call.Fun).(type) {
	case *ast.Ident:
		if b, ok := info.Uses[fun].(*types.Builtin); ok && slices.Contains([]string{"clear", "copy", "delete"}, b.Name()) {
			return call.Args[0]
		}
	case *ast.SelectorExpr:
		s := info.Selections[fun]
		if s == nil || s.Kind() != types.MethodVal {
			return nil
		}
		_, byPointer := s.Obj().(*types.Func).Signature().Recv().Type().(*types.Pointer)
		_, isPointer := s.Recv().(*types.Pointer)
		if byPointer && !isPointer {
			return fun.X
		}
	}
	return nil
}

// variable is the package variable that target is, or is a part of.
func variable(info *types.Info, target ast.Expr) *types.Var {
	for {
		switch t := target.(type) {
		case *ast.ParenExpr:
			target = t.X
		case *ast.IndexExpr:
			target = t.X
		case *ast.StarExpr:
			target = t.X
		case *ast.SelectorExpr:
			if v, ok := info.Uses[t.Sel].(*types.Var); ok && global(v) {
				return v
			}
			target = t.X
		case *ast.Ident:
			if v, ok := info.Uses[t].(*types.Var); ok && global(v) {
				return v
			}
			return nil
		default:
			return nil
		}
	}
}

func global(v *types.Var) bool { return v.Pkg() != nil && v.Parent() == v.Pkg().Scope() }

// shared says whether a variable of type t is there to be written through.
func shared(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Chan:
		return true
	case *types.Pointer:
		return u.String() != "*regexp.Regexp" // safe for concurrent use, and never changes
	default:
		return false
	}
}
