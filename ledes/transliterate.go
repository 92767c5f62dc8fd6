package ledes

import (
	"strings"
	"unicode/utf8"
)

// transliterate is s with what LEDES cannot hold replaced by what stands for it. A
// character that nothing stands for is kept, so that whoever writes it is refused.
func transliterate(s string) string {
	if plain([]byte(s)) && !strings.Contains(s, "|") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			r = windows1252(s[i])
		}
		if to, ok := replacement(r); ok {
			b.WriteString(to)
		} else {
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	return b.String()
}

// replacement is what stands for r in LEDES.
func replacement(r rune) (string, bool) {
	switch {
	case r == '|':
		return "/", true
	case r == '\n' || r == '\r' || r == '\t':
		return " ", true
	case r < utf8.RuneSelf:
		return "", false
	}
	for _, p := range replacements {
		if strings.ContainsRune(p.from, r) {
			return p.to, true
		}
	}
	return "", false
}

// replacements are the characters beyond ASCII that invoices are known to hold: the
// punctuation of word processors, the letters of western European names, and signs of
// money and law.
var replacements = []struct{ from, to string }{
	{"\u2018\u2019\u201a\u201b\u2032\u00b4\u02bc", "'"},
	{"\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", `"`},
	{"\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u00ad", "-"},
	{"\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f", " "},
	{"\u200b\u200c\u200d\u2060\ufeff", ""},
	{"\u2026", "..."},
	{"\u2022\u00b7\u25aa\u25cf", "*"},
	{"\u00a7", "Sec."}, {"\u00b6", "Para."}, {"\u00a9", "(c)"}, {"\u00ae", "(R)"}, {"\u2122", "(TM)"}, {"\u2116\u00ba", "No."},
	{"\u20ac", "EUR"}, {"\u00a3", "GBP"}, {"\u00a5", "JPY"}, {"\u00b0", " deg"}, {"\u00b1", "+/-"}, {"\u00d7", "x"},
	{"\u00bd", "1/2"}, {"\u00bc", "1/4"}, {"\u00be", "3/4"},
	{"ÀÁÂÃÅĀĂĄ", "A"}, {"àáâãåāăą", "a"}, {"ÇĆČ", "C"}, {"çćč", "c"}, {"ĎĐÐ", "D"}, {"ďđð", "d"},
	{"ÈÉÊËĒĖĘĚ", "E"}, {"èéêëēėęě", "e"}, {"ĞĢ", "G"}, {"ğģ", "g"},
	{"ÌÍÎÏĪĮİ", "I"}, {"ìíîïīįı", "i"}, {"ĽĻŁ", "L"}, {"Ķ", "K"}, {"ķ", "k"}, {"ľļł", "l"},
	{"ÑŃŇŅ", "N"}, {"ñńňņ", "n"}, {"ÒÓÔÕØŌŐ", "O"}, {"òóôõøōő", "o"}, {"ŔŘ", "R"}, {"ŕř", "r"}, {"ŚŠŞȘ", "S"}, {"śšşș", "s"},
	{"ŤŢȚ", "T"}, {"ťţț", "t"}, {"ÙÚÛŪŮŰŲ", "U"}, {"ùúûūůűų", "u"}, {"ÝŸ", "Y"}, {"ýÿ", "y"}, {"ŹŻŽ", "Z"}, {"źżž", "z"},
	{"Ä", "Ae"}, {"ä", "ae"}, {"Ö", "Oe"}, {"ö", "oe"}, {"Ü", "Ue"}, {"ü", "ue"}, {"ß", "ss"},
	{"Æ", "AE"}, {"æ", "ae"}, {"Œ", "OE"}, {"œ", "oe"},
	{"Þ", "Th"}, {"þ", "th"},
}

// windows1252 is the character of a byte beyond ASCII in a text that is no UTF-8.
func windows1252(b byte) rune {
	if b >= 0xA0 || b < 0x80 {
		return rune(b)
	}
	return [32]rune{
		0x20AC, 0x81, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D, 0x017D, 0x8F,
		0x90, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D, 0x017E, 0x0178,
	}[b-0x80]
}
