package objectstest

import (
	"io/fs"
	"slices"
	"strings"

	"example.com/lodge/internal/objects"
)

// good are names that a store takes as they are.
func good() []string {
	return []string{
		"a", "A b", "=chain/00000001.json", "ä/ü.txt", "日本語/請求書.txt", "e\u0301", "\u00e9", "a=2Fb", "a%2Fb", "a+b", "a&b", "a?b=c#d", "-rf",
		"...", "..a", "a..", ".hidden", "x/...", "~", `a\b`, `"quoted"`, "'", "<x>", "a*", "a:b", "a;b", "%00", "%", "%zz", "$(x)", "🧾/1",
		"partial", "a.partial.txt", " ", " a", "a ", "soap", "\u202eabc", "a\u00a0b",
		strings.Repeat("x", objects.LongestPart), strings.Repeat("ü", objects.LongestPart/2),
		strings.TrimSuffix(strings.Repeat(strings.Repeat("y", 79)+"/", 10), "/"),
	}
}

// bad are names that no store takes.
func bad() []string {
	return []string{
		"", "/", "/a", "a/", "a//b", ".", "..", "../a", "a/../b", "a/..", "./a", "a/./b", "a/.", "//", "../../etc/passwd", "\x00", "a\x00b",
		"a\nb", "\x7f", "a\u0085", "\xff", "a/\xc3", "\ufffe", "a.partial", "b/.a.X.partial", "c.partial/d" + "/..",
		strings.Repeat("x", objects.LongestPart+1), strings.Repeat("long/", 200) + "x",
	}
}

func named(k *kit) {
	names := good()
	for _, name := range names {
		if err := k.s.Create(k.Context(), name, []byte("of "+name)); err != nil {
			k.Fatalf("%q: %v", name, err)
		}
	}
	for _, name := range names {
		k.holds(name, "of "+name)
		if _, err := k.s.Stat(k.Context(), name); err != nil {
			k.Errorf("%q: %v", name, err)
		}
	}
	slices.Sort(names)
	k.lists("", false, names...)
	k.lists("ä", true, "ä/ü.txt")
	k.lists("=chain", false, "=chain/00000001.json")
	for _, name := range names {
		k.ok(k.s.Remove(k.Context(), name))
	}
	if left := k.all("", false); len(left) > 0 {
		k.Errorf("left: %q", left)
	}
}

func unnamed(k *kit) {
	k.create("a", "x")
	for _, name := range bad() {
		_, openErr := k.s.Open(k.Context(), name)
		_, statErr := k.s.Stat(k.Context(), name)
		k.is(k.s.Create(k.Context(), name, nil), fs.ErrInvalid, "Create "+name)
		k.is(k.s.Put(k.Context(), name, nil), fs.ErrInvalid, "Put "+name)
		k.is(openErr, fs.ErrInvalid, "Open "+name)
		k.is(statErr, fs.ErrInvalid, "Stat "+name)
		k.is(k.s.Remove(k.Context(), name), fs.ErrInvalid, "Remove "+name)
		if name == "" {
			continue // the store itself
		}
		var err error
		for _, err = range k.s.List(k.Context(), name, false) {
			continue
		}
		k.is(err, fs.ErrInvalid, "List "+name)
	}
	k.lists("", false, "a")
}

func ordered(k *kit) {
	names := []string{"a", "a-/x", "a.b", "a0", "b-c/1", "b-c/2", "b/1", "b/1-", "b/1/x", "b/10", "b/2", "c", "é", "z/y/x/w/v"}
	for i := range 25 {
		names = append(names, "many/"+string(rune('A'+i)), "n/"+string(rune('A'+i))+"/1", "n/"+string(rune('A'+i))+"/2")
	}
	names = slices.DeleteFunc(names, func(n string) bool { return n == "b/1" }) // it is a folder of another's
	for _, name := range slices.Backward(names) {
		k.create(name, name)
	}
	slices.Sort(names)
	k.lists("", false, names...)
	k.lists("", true, "a", "a-/", "a.b", "a0", "b-c/", "b/", "c", "many/", "n/", "z/", "é")
	k.lists("b", false, "b/1-", "b/1/x", "b/10", "b/2")
	k.lists("b", true, "b/1-", "b/1/", "b/10", "b/2")
	k.lists("b-c", true, "b-c/1", "b-c/2")
	k.lists("z/y", true, "z/y/x/")
	k.lists("z/y", false, "z/y/x/w/v")
	k.lists("a", false)
	if n := len(k.all("many", true)); n != 25 {
		k.Errorf("%d of 25 names", n)
	}
	if got := k.all("n", true); len(got) != 25 || got[0] != "n/A/" || got[24] != "n/Y/" {
		k.Errorf("folders: %q", got)
	}
}
