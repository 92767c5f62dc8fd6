package browser

import (
	"fmt"
	"regexp/syntax"
	"strings"
	"unicode"
)

// javaScript writes a pattern of Go's regexp as one that means the same in a
// page, under the flag u: a sign is looked for where it shows, without a round
// trip for each change. Case does not matter. "" stays "".
func javaScript(pattern string) (string, error) {
	if pattern == "" {
		return "", nil
	}
	tree, err := syntax.Parse(pattern, syntax.Perl|syntax.FoldCase)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	write(&b, tree)
	return b.String(), nil
}

// write writes a tree. See https://pkg.go.dev/regexp/syntax#Op for what each
// operator means.
func write(b *strings.Builder, re *syntax.Regexp) {
	switch re.Op {
	case syntax.OpNoMatch:
		b.WriteString("[]")
	case syntax.OpLiteral:
		for _, r := range re.Rune {
			literal(b, r, re.Flags&syntax.FoldCase != 0)
		}
	case syntax.OpCharClass: // with both cases, where case does not matter
		b.WriteString("[")
		for i := 0; i+1 < len(re.Rune); i += 2 {
			writeRune(b, re.Rune[i])
			b.WriteString("-")
			writeRune(b, re.Rune[i+1])
		}
		b.WriteString("]")
	case syntax.OpAnyCharNotNL:
		b.WriteString(`[^\n]`)
	case syntax.OpAnyChar:
		b.WriteString(`[^]`)
	case syntax.OpBeginLine:
		b.WriteString(`(?<![^\n])`)
	case syntax.OpEndLine:
		b.WriteString(`(?![^\n])`)
	case syntax.OpBeginText:
		b.WriteString("^")
	case syntax.OpEndText:
		b.WriteString("$")
	case syntax.OpWordBoundary:
		b.WriteString(`\b`)
	case syntax.OpNoWordBoundary:
		b.WriteString(`\B`)
	case syntax.OpCapture:
		group(b, "(", re.Sub)
	case syntax.OpStar, syntax.OpPlus, syntax.OpQuest, syntax.OpRepeat:
		group(b, "(?:", re.Sub)
		b.WriteString(times(re))
		if re.Flags&syntax.NonGreedy != 0 {
			b.WriteString("?")
		}
	case syntax.OpConcat:
		for _, sub := range re.Sub {
			write(b, sub)
		}
	case syntax.OpAlternate:
		alternatives(b, re.Sub)
	}
}

func group(b *strings.Builder, open string, subs []*syntax.Regexp) {
	b.WriteString(open)
	for _, sub := range subs {
		write(b, sub)
	}
	b.WriteString(")")
}

func alternatives(b *strings.Builder, subs []*syntax.Regexp) {
	b.WriteString("(?:")
	for i, sub := range subs {
		if i > 0 {
			b.WriteString("|")
		}
		write(b, sub)
	}
	b.WriteString(")")
}

func times(re *syntax.Regexp) string {
	switch re.Op {
	case syntax.OpStar:
		return "*"
	case syntax.OpPlus:
		return "+"
	case syntax.OpQuest:
		return "?"
	}
	if re.Max < 0 {
		return fmt.Sprintf("{%d,}", re.Min)
	}
	return fmt.Sprintf("{%d,%d}", re.Min, re.Max)
}

// literal writes a rune or, where case does not matter, all its cases.
func literal(b *strings.Builder, r rune, fold bool) {
	if !fold || unicode.SimpleFold(r) == r {
		writeRune(b, r)
		return
	}
	b.WriteString("[")
	writeRune(b, r)
	for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
		writeRune(b, other)
	}
	b.WriteString("]")
}

// writeRune writes letters and digits as they are, and all else by number.
func writeRune(b *strings.Builder, r rune) {
	if r < 0x80 && (r == ' ' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z') {
		b.WriteRune(r)
		return
	}
	fmt.Fprintf(b, `\u{%X}`, r)
}
