package intake

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// list returns what is in a folder, oldest first, without following links. What
// disappears meanwhile is left out.
func list(dir *os.Root) ([]fs.FileInfo, error) {
	f, err := dir.Open(".")
	if err != nil {
		return nil, err
	}
	defer f.Close()
	names, err := f.Readdirnames(-1)
	if err != nil {
		return nil, err
	}
	infos := make([]fs.FileInfo, 0, len(names))
	for _, name := range names {
		info, err := dir.Lstat(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		infos = append(infos, info)
	}
	slices.SortFunc(infos, func(a, b fs.FileInfo) int {
		return cmp.Or(a.ModTime().Compare(b.ModTime()), cmp.Compare(a.Name(), b.Name()))
	})
	return infos, nil
}

// partial are the endings under which programs write a file until it is whole.
var partial = []string{".part", ".partial", ".tmp", ".temp", ".crdownload", ".download", ".filepart", ".swp", "~"}

// Ignored reports whether a name says that the file is nobody's invoice:
// hidden, or not yet whole.
func Ignored(name string) bool {
	lower := strings.ToLower(name)
	return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "~$") ||
		slices.ContainsFunc(partial, func(end string) bool { return strings.HasSuffix(lower, end) })
}

// longestName is how many bytes of a name are shown and remembered.
const longestName = 200

// Shown is a name as it may be printed and stored: as it is, or in quotes if it
// has characters that do harm, or is too long. Two names are never shown alike.
func Shown(name string) string {
	if len(name) > longestName {
		sum := sha256.Sum256([]byte(name))
		return strconv.QuoteToASCII(name[:longestName/2]) + " " + hex.EncodeToString(sum[:8])
	}
	harmless := utf8.ValidString(name) && !strings.ContainsAny(name, `"\`) &&
		!strings.ContainsFunc(name, func(r rune) bool { return !strconv.IsPrint(r) })
	if harmless {
		return name
	}
	return strconv.QuoteToASCII(name)
}
