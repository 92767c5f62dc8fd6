package evidence

import (
	"net/http"
	"strings"
)

// RedactHeader returns an answer's headers as they can be kept: without cookies
// and whatever is called like something that lets somebody in, and without tokens
// in addresses.
func RedactHeader(h http.Header) http.Header {
	kept := http.Header{}
	for name, values := range h {
		if strings.Contains(strings.ToLower(name), "cookie") || tokenish(name) {
			continue
		}
		for _, v := range values {
			switch name {
			case "Location", "Content-Location", "Refresh", "Link":
				v = cleanAddress(v)
			}
			kept.Add(name, v)
		}
	}
	return kept
}
