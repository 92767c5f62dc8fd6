package config

import (
	"errors"
	"fmt"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// A doc walks a YAML document and collects what is wrong with it. The library's
// own strict decoder stops at the first unknown key and quotes the lines
// around it; a person with five mistakes wants to hear of five, and of no
// password.
type doc struct{ problems []Problem }

// fields are the keys that a mapping may have, and what reads each.
type fields map[string]func(ast.Node)

func (d *doc) wrong(n ast.Node, format string, args ...any) {
	p := Problem{Text: fmt.Sprintf(format, args...)}
	if n != nil && n.GetToken() != nil {
		p.Line, p.Column = n.GetToken().Position.Line, n.GetToken().Position.Column
	}
	d.problems = append(d.problems, p)
}

// parse reads text, which must be one mapping, into fields.
func (d *doc) parse(text []byte, f fields) {
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		d.problems = append(d.problems, syntax(err))
		return
	}
	if len(file.Docs) > 1 {
		d.wrong(file.Docs[1].Body, "a second document begins here: there is one only")
		return
	}
	if len(file.Docs) == 1 && file.Docs[0].Body != nil {
		d.mapping("lodge.yaml", f)(file.Docs[0].Body)
	}
}

// syntax is the parser's error without the lines of the file that it quotes.
func syntax(err error) Problem {
	if e, ok := errors.AsType[yaml.Error](err); ok && e.GetToken() != nil {
		at := e.GetToken().Position
		return Problem{at.Line, at.Column, "this is not YAML: " + e.GetMessage()}
	}
	return Problem{Text: "this is not YAML"}
}

// mapping reads the mapping called what. An empty one is allowed everywhere:
// its keys may all be commented out.
func (d *doc) mapping(what string, f fields) func(ast.Node) {
	return func(n ast.Node) {
		d.pairs(what, n, func(key string, at, value ast.Node) {
			read, ok := f[key]
			if !ok {
				d.wrong(at, "%s has no key %q%s", what, key, oneOf(keys(f), key))
				return
			}
			if value.Type() != ast.NullType { // "key:" with its value commented out
				read(value)
			}
		})
	}
}

func keys(f fields) []string {
	var list []string
	for k := range f {
		list = append(list, k)
	}
	return list
}

// pairs calls each for every key of the mapping n, in order.
func (d *doc) pairs(what string, n ast.Node, each func(key string, at, value ast.Node)) {
	if n.Type() == ast.NullType {
		return
	}
	m, ok := n.(ast.MapNode)
	if !ok {
		d.wrong(n, "%s is a list of \"key: value\"", what)
		return
	}
	for it := m.MapRange(); it.Next(); {
		var key string
		if err := yaml.NodeToValue(it.Key(), &key); err != nil || it.Key().IsMergeKey() {
			d.wrong(it.Key(), "%s has a key that is no plain word", what)
			continue
		}
		each(key, it.Key(), it.Value())
	}
}

// scalar reads a value of one type into to.
func scalar[T any](d *doc, what, is string, to *T) func(ast.Node) {
	return func(n ast.Node) {
		var v T
		if _, ok := n.(ast.ScalarNode); !ok || yaml.NodeToValue(n, &v) != nil {
			d.wrong(n, "%s is %s", what, is)
			return
		}
		*to = v
	}
}

func (d *doc) text(what string, to *string) func(ast.Node) {
	return func(n ast.Node) {
		if n.Type() != ast.StringType && n.Type() != ast.LiteralType {
			d.wrong(n, "%s is a text: put it in quotes", what)
			return
		}
		scalar(d, what, "a text", to)(n)
	}
}

func (d *doc) flag(what string, to *bool) func(ast.Node) {
	return scalar(d, what, "true or false", to)
}

// number reads a whole number from least to most.
func (d *doc) number(what string, least, most int, to *int) func(ast.Node) {
	is := fmt.Sprintf("a whole number from %d to %d", least, most)
	return func(n ast.Node) {
		v := least
		if n.Type() != ast.IntegerType {
			d.wrong(n, "%s is %s", what, is)
			return
		}
		scalar(d, what, is, &v)(n)
		if v < least || v > most {
			d.wrong(n, "%s is %s", what, is)
			return
		}
		*to = v
	}
}

// when reads a time (RFC 3339).
func (d *doc) when(what string, to *time.Time) func(ast.Node) {
	return func(n ast.Node) {
		var s string
		scalar(d, what, "a time", &s)(n)
		t, err := time.Parse(time.RFC3339, s)
		if err != nil {
			d.wrong(n, "%s is a time with its zone, such as 2026-11-01T00:00:00Z (RFC 3339)", what)
			return
		}
		*to = t
	}
}
