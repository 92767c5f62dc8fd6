package house_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

// The linter asks for a comment on every exported name but the methods of
// interfaces, which are where promises are made.
func TestInterfaceMethodsAreDocumented(t *testing.T) {
	for _, p := range load(t, packages.NeedSyntax|packages.NeedTypes|packages.NeedImports, false, "./...") {
		for _, finding := range undocumented(p.Fset, p.Syntax) {
			t.Error(finding)
		}
	}
}

func TestUndocumentedIsFound(t *testing.T) {
	const source = `package p

// A Full interface is documented.
type Full interface {
	Beside() // at the end of the line
	// Above is above.
	Above()
	// First and Second share a comment.
	First()
	Second()
	Close() error
	fmt.Stringer
	hidden()
}

// A Small interface says it all here.
type Small interface{ Do() }

// A Poor interface says little.
type Poor interface {
	Missing()
	// Other is documented.
	Other()
}

type hidden interface {
	One()
	Two()
}
`
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "p.go", source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	got := undocumented(fset, []*ast.File{file})
	if len(got) != 1 || !strings.Contains(got[0], "Poor.Missing") {
		t.Errorf("undocumented = %q; want Poor.Missing alone", got)
	}
}

// undocumented returns the exported methods of exported interfaces that no
// comment tells of: neither their own, nor one above their interface or a
// method near by that names them, nor, for an only method, their interface's.
// Close is known from io.
func undocumented(fset *token.FileSet, files []*ast.File) (findings []string) {
	for _, file := range files {
		for n := range ast.Preorder(file) {
			decl, ok := n.(*ast.GenDecl)
			if !ok || decl.Tok != token.TYPE {
				continue
			}
			for _, spec := range decl.Specs {
				spec := spec.(*ast.TypeSpec)
				if i, ok := spec.Type.(*ast.InterfaceType); ok && spec.Name.IsExported() {
					findings = append(findings, silent(fset, spec.Name.Name, i, decl.Doc.Text()+spec.Doc.Text())...)
				}
			}
		}
	}
	return findings
}

func silent(fset *token.FileSet, name string, i *ast.InterfaceType, text string) (findings []string) {
	for _, m := range i.Methods.List {
		text += m.Doc.Text()
	}
	if len(i.Methods.List) == 1 && text != "" {
		return nil
	}
	for _, m := range i.Methods.List {
		said := m.Doc != nil || m.Comment != nil
		said = said || slices.ContainsFunc(m.Names, func(n *ast.Ident) bool {
			return !n.IsExported() || n.Name == "Close" || regexp.MustCompile(`\b`+n.Name+`\b`).MatchString(text)
		})
		if len(m.Names) > 0 && !said {
			findings = append(findings, fmt.Sprintf("%v: %s.%s has no comment", fset.Position(m.Pos()), name, m.Names[0].Name))
		}
	}
	return findings
}
