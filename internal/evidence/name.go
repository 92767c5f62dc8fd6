package evidence

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"path"
	"strings"
)

// longest bounds one name in the store, in bytes; file systems allow 255.
const longest = 120

// plain says whether b may stand in a name.
func plain(b byte) bool {
	return '0' <= b && b <= '9' || 'a' <= b && b <= 'z' || 'A' <= b && b <= 'Z' || b == '-' || b == '_' || b == '.'
}

// plainName says whether name can be a file's without being encoded.
func plainName(name string) bool { return name != "" && name == encode(name) }

// encode makes a folder's name of any text. Different texts have different
// names: what is not plain becomes =2F, and what is too long its hash.
func encode(text string) string {
	var b strings.Builder
	for i := range len(text) {
		if c := text[i]; plain(c) && (c != '.' || i > 0) {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "=%02X", c)
		}
	}
	name := b.String()
	if len(name) <= longest {
		return name
	}
	sum := sha256.Sum256([]byte(text))
	return name[:longest-66] + "==" + hex.EncodeToString(sum[:])
}

// pictures are the kinds of files that are stored as they are, by how they
// begin: a name alone could let a page pass for a picture.
var pictures = map[string]string{".png": "\x89PNG\r\n\x1a\n", ".jpg": "\xff\xd8\xff", ".webp": "RIFF"}

func picture(name string, data []byte) bool {
	magic, ok := pictures[path.Ext(name)]
	return ok && bytes.HasPrefix(data, []byte(magic))
}
