package evidence

import (
	"bytes"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// rounds bounds how often a page is redacted until nothing changes any more.
const rounds = 4

// unreadable stands in place of a page that cannot be redacted with certainty.
const unreadable = "<!DOCTYPE html><html><head><title>not kept</title></head><body>" +
	"<p>Lodge kept nothing of this page because it could not redact it.</p></body></html>"

// policy lets a kept page run nothing and fetch nothing when it is opened.
const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; form-action 'none'"

// Redact returns an HTML page that can be kept: without scripts, event
// handlers, comments and what it embeds; without the values of password,
// hidden and token-like fields, tokens in addresses, <meta> and data
// attributes. Texts and styles stay. Opened, it runs and fetches nothing.
//
// A browser may read the result as another page than was written, and so may
// this parser: Redact goes on until it reads what it wrote.
func Redact(page []byte) []byte {
	for range rounds {
		doc, err := html.Parse(bytes.NewReader(page))
		if err != nil { // too deep
			break
		}
		clean(doc)
		guard(doc)
		var out bytes.Buffer
		if err := html.Render(&out, doc); err != nil {
			break
		}
		if bytes.Equal(out.Bytes(), page) {
			return page
		}
		page = out.Bytes()
	}
	return []byte(unreadable)
}

// dropped are elements of which nothing stays: they run, load, redirect, or
// hide markup from the parser.
var dropped = map[string]bool{
	"script": true, "noscript": true, "iframe": true, "frame": true, "frameset": true, "object": true, "embed": true, "applet": true,
	"base": true, "link": true, "noembed": true, "noframes": true, "xmp": true, "plaintext": true, "template": true, "portal": true,
}

// clean redacts the nodes below n.
func clean(n *html.Node) {
	for c := n.FirstChild; c != nil; {
		next := c.NextSibling
		if c.Type == html.CommentNode || c.Type == html.ElementNode && (dropped[c.Data] || redirects(c)) {
			n.RemoveChild(c)
		} else {
			if c.Type == html.ElementNode {
				cleanElement(c)
			}
			clean(c)
		}
		c = next
	}
}

// redirects says whether n is a <meta> that acts: refreshes, sets cookies or a
// policy of its own.
func redirects(n *html.Node) bool {
	return n.Data == "meta" && attr(n, "http-equiv") != "" && !strings.EqualFold(attr(n, "http-equiv"), "content-type")
}

// tokens are parts of the names of what lets somebody in. They are found in
// harmless names too (announcement, author), which costs a value that nobody
// needs.
var tokens = []string{
	"csrf", "xsrf", "token", "nonce", "secret", "passw", "passcode", "pwd", "otp", "one-time-code", "mfa", "2fa", "auth", "session",
	"jwt", "saml", "viewstate", "eventvalidation", "apikey", "api-key", "api_key", "signature", "captcha",
}

// tokenish says whether name is that of something that lets somebody in.
func tokenish(name string) bool {
	name = strings.ToLower(name)
	return strings.HasSuffix(name, "sid") || slices.ContainsFunc(tokens, func(t string) bool { return strings.Contains(name, t) })
}

// cleanElement redacts what n itself says.
func cleanElement(n *html.Node) {
	if n.Data == "input" && (slices.Contains([]string{"password", "hidden"}, strings.ToLower(attr(n, "type"))) || named(n)) {
		blank(n, "value")
	}
	if n.Data == "meta" && named(n) {
		blank(n, "content")
	}
	if (n.Data == "textarea" || n.Data == "output") && named(n) {
		for n.FirstChild != nil {
			n.RemoveChild(n.FirstChild)
		}
	}
	n.Attr = slices.DeleteFunc(n.Attr, func(a html.Attribute) bool {
		key := strings.ToLower(a.Key)
		return strings.HasPrefix(key, "on") || key == "srcdoc" || key == "nonce" || key == "integrity" || key == "ping"
	})
	for i, a := range n.Attr {
		n.Attr[i].Val = cleanValue(strings.ToLower(a.Key), a.Val)
	}
}

// named says whether n is called like something that lets somebody in.
func named(n *html.Node) bool {
	keys := []string{"name", "id", "autocomplete", "property", "itemprop"}
	return slices.ContainsFunc(keys, func(key string) bool { return tokenish(attr(n, key)) })
}

// cleanValue redacts the value of an attribute.
func cleanValue(key, value string) string {
	switch key {
	case "href", "src", "action", "formaction", "data", "xlink:href", "poster", "background", "cite", "srcset":
		return cleanAddress(value)
	case "name", "id", "class", "type", "for", "autocomplete", "rel", "property", "aria-describedby", "aria-labelledby":
		return value // names, of which the rules above speak
	}
	if tokenish(key) {
		return ""
	}
	return value
}

// cleanAddress removes scripts and the values of token-like parameters.
func cleanAddress(address string) string {
	plain := strings.Map(func(r rune) rune { // as browsers read a scheme (the URL Standard, §4.4)
		if r <= ' ' {
			return -1
		}
		return r
	}, address)
	if scheme, _, ok := strings.Cut(strings.ToLower(plain), ":"); ok && (scheme == "javascript" || scheme == "vbscript") {
		return ""
	}
	if !strings.Contains(address, "=") {
		return address
	}
	return tokenParameter.ReplaceAllStringFunc(address, func(p string) string {
		name, _, _ := strings.Cut(p, "=")
		if decoded, err := url.QueryUnescape(name); err == nil && tokenish(decoded) {
			return name + "="
		}
		return p
	})
}

// tokenParameter is one parameter of an address, in its query, its fragment or
// behind a semicolon of its path (;jsessionid=).
var tokenParameter = regexp.MustCompile(`[?&;#][^?&;#=/]+=[^?&;#]*`)

// guard puts the policy first into the head, once.
func guard(doc *html.Node) {
	head := find(doc, atom.Head)
	if head == nil {
		return
	}
	head.InsertBefore(&html.Node{Type: html.ElementNode, Data: "meta", DataAtom: atom.Meta, Attr: []html.Attribute{
		{Key: "http-equiv", Val: "Content-Security-Policy"}, {Key: "content", Val: policy},
	}}, head.FirstChild)
}

func find(n *html.Node, a atom.Atom) *html.Node {
	if n.Type == html.ElementNode && n.DataAtom == a {
		return n
	}
	for c := range n.ChildNodes() {
		if found := find(c, a); found != nil {
			return found
		}
	}
	return nil
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if strings.EqualFold(a.Key, key) {
			return a.Val
		}
	}
	return ""
}

func blank(n *html.Node, key string) {
	for i, a := range n.Attr {
		if strings.EqualFold(a.Key, key) {
			n.Attr[i].Val = ""
		}
	}
}
