package real

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"
)

// traces are what a password may look like in a file.
func traces(password string) map[string][]byte {
	all := map[string][]byte{"plain": []byte(password), "query": []byte(url.QueryEscape(password)),
		"hex": []byte(hex.EncodeToString([]byte(password)))}
	for n := range 3 {
		form := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", n) + password))
		all[fmt.Sprint("base64 ", n)] = []byte(form[4 : len(form)-4])
	}
	var wide []byte
	for _, u := range utf16.Encode([]rune(password)) {
		wide = append(wide, byte(u), byte(u>>8)) // as Chromium keeps what is typed
	}
	all["utf-16"] = wide
	return all
}

// leaks are the passwords' places in data, which is called name.
func leaks(name string, data []byte, passwords []string) []string {
	var found []string
	for _, p := range passwords {
		for form, text := range traces(p) {
			if i := bytes.Index(data, text); i >= 0 {
				found = append(found, fmt.Sprintf("%s holds a password, %s, at byte %d", name, form, i))
			}
		}
	}
	return found
}

// leaksBelow looks through all files below dir. Files that vanish meanwhile are
// nobody's.
func leaksBelow(dir string, passwords []string) ([]string, error) {
	var found []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil || !d.Type().IsRegular():
			return err
		}
		data, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		rel, _ := filepath.Rel(dir, path)
		found = append(found, leaks(rel, data, passwords)...)
		return err
	})
	return found, err
}

func TestLeaks(t *testing.T) {
	const password = "canary-Zg7+42"
	for form, text := range traces(password) {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "log"), append([]byte("said: "), text...), 0o600); err != nil {
			t.Fatal(err)
		}
		if found, err := leaksBelow(dir, []string{password}); err != nil || len(found) == 0 {
			t.Errorf("%s: %q, %v", form, found, err)
		}
	}
	if found := leaks("log", []byte("said: nothing"), []string{password}); found != nil {
		t.Errorf("nothing leaks, and it finds %q", found)
	}
}
