package ledes

import "bytes"

// A signature tells a kind of file by how it begins.
type signature struct{ begin, what string }

// signatures are the kinds of files that people send instead of LEDES text.
var signatures = []signature{
	{"%PDF-", "a PDF document"},
	{"PK\x03\x04", "a ZIP archive or an Office document"},
	{"PK\x05\x06", "an empty ZIP archive"},
	{"\x1F\x8B", "a gzip archive"},
	{"7z\xBC\xAF\x27\x1C", "a 7z archive"},
	{"Rar!\x1A\x07", "a RAR archive"},
	{"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "an old Word or Excel document"},
	{"{\\rtf", "a rich text document"},
	{"\x89PNG\r\n", "a PNG picture"},
	{"\xFF\xD8\xFF", "a JPEG picture"},
	{"II*\x00", "a TIFF picture"},
	{"MM\x00*", "a TIFF picture"},
	{"\xFF\xFE", "text in UTF-16; save it as plain ASCII text"},
	{"\xFE\xFF", "text in UTF-16; save it as plain ASCII text"},
}

// sniff says what a file is that cannot be LEDES text, or "". Head is its
// beginning.
func sniff(head []byte) string {
	for _, s := range signatures {
		if bytes.HasPrefix(head, []byte(s.begin)) {
			return s.what
		}
	}
	start := bytes.ToLower(bytes.TrimSpace(bytes.TrimPrefix(head, []byte(bom))))
	for _, tag := range []string{"<!doctype html", "<html", "<head", "<body"} {
		if bytes.HasPrefix(start, []byte(tag)) {
			return "a web page; perhaps a download that failed or a login page"
		}
	}
	switch nul := bytes.Count(head, []byte{0}); {
	case nul > 0 && nul >= len(head)*2/5:
		return "text in UTF-16; save it as plain ASCII text"
	case nul > 0:
		return "binary data"
	}
	return ""
}

// isXML reports whether a file is XML: of the formats of lines, none begins with a tag.
func isXML(head []byte) bool {
	start := bytes.TrimSpace(bytes.TrimPrefix(head, []byte(bom)))
	if len(start) < 2 || start[0] != '<' {
		return false
	}
	c := start[1] | ('a' - 'A')
	return start[1] == '?' || start[1] == '!' || 'a' <= c && c <= 'z'
}
