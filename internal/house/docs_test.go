package house_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	declared = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Benchmark)\w+)`)
	named    = regexp.MustCompile("`((?:Test|Fuzz|Benchmark)[A-Z]\\w*)(…?)`")
)

// What the documentation calls its proof is there.
func TestNamedTestsExist(t *testing.T) {
	var code, docs strings.Builder
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch name := d.Name(); {
		case err != nil:
			return err
		case d.IsDir() && (name == "node_modules" || name == "bin" || strings.HasPrefix(name, ".") && path != root):
			return filepath.SkipDir
		case strings.HasSuffix(name, "_test.go"):
			return pour(&code, path)
		case strings.HasSuffix(name, ".md"):
			return pour(&docs, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	missing := unknown(code.String(), docs.String())
	if len(missing) > 0 {
		t.Errorf("the documentation names tests that are not there: %q", missing)
	}
	if n := len(named.FindAllString(docs.String(), -1)); n < 100 {
		t.Errorf("only %d names were found: this test has to learn how they are written", n)
	}
}

func TestUnknownNamesAreFound(t *testing.T) {
	code := "func TestArmWaits(t *testing.T) {\nfunc TestOther(t *testing.T) {"
	got := unknown(code, "`TestOther`, `TestArm…`, `TestGone`, `TestOthe`, `TestGone…`, TestPlain")
	if strings.Join(got, " ") != "TestGone TestOthe TestGone" {
		t.Errorf("unknown = %q", got)
	}
}

// unknown are the tests that a text names and code does not have. One that ends with
// "…" stands for all that begin so.
func unknown(code, text string) (missing []string) {
	there := map[string]bool{}
	for _, m := range declared.FindAllStringSubmatch(code, -1) {
		there[m[1]] = true
	}
	begins := func(prefix string) bool {
		for name := range there {
			if strings.HasPrefix(name, prefix) {
				return true
			}
		}
		return false
	}
	for _, m := range named.FindAllStringSubmatch(text, -1) {
		if !there[m[1]] && (m[2] == "" || !begins(m[1])) {
			missing = append(missing, m[1])
		}
	}
	return missing
}

func pour(into *strings.Builder, path string) error {
	text, err := os.ReadFile(path)
	into.Write(append(text, '\n'))
	return err
}
