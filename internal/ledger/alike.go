package ledger

import (
	"strings"
	"time"
	"unicode"
)

// own stands for what of a text belongs to one invoice alone.
const own = "…"

// alike is the text of s without the invoice's number, its confirmation and its
// file, and without amounts, dates and times: what is left is the same for all
// invoices that have met the same obstacle. Codes and matters stay, since they
// tell one obstacle from another.
func alike(s Summary) string {
	words := strings.Fields(s.Text)
	for i, word := range words {
		core := strings.TrimFunc(word, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		if core == "" {
			continue
		}
		if core == s.Invoice || core == s.Confirmation || core == s.Object || measured(core) {
			words[i] = strings.Replace(word, core, own, 1)
		}
	}
	return strings.Join(words, " ")
}

// measured says whether s is an amount, a date or a time: 1,250.00, 10/31/2026,
// 2026-10-31T09:30:00Z. A number alone, or with dashes, may be a code or a matter.
func measured(s string) bool {
	if len(s) >= len(time.DateOnly) {
		if _, err := time.Parse(time.DateOnly, s[:len(time.DateOnly)]); err == nil {
			return true
		}
	}
	whole, places, point := strings.Cut(strings.ReplaceAll(s, ",", ""), ".")
	switch {
	case s[0] < '0' || s[0] > '9' || strings.Trim(s, "0123456789.,:/") != "":
		return false
	case strings.ContainsAny(s, ":/"):
		return strings.Contains(s, ":") || strings.Count(s, "/") == 2
	case point: // 4.2 is a section
		return len(places) >= 2 && !strings.Contains(places, ".")
	}
	return len(whole) < len(s)
}
