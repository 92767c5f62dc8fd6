// Package release tells which build of Lodge a program is.
package release

import (
	"cmp"
	"runtime/debug"
	"strings"
)

// Version is what the Go tool knows of the build: module version or commit, and
// the Go that built it.
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "lodge, built without build information"
	}
	text := "lodge " + info.Main.Version
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			text += " " + s.Value[:min(12, len(s.Value))]
		case s.Key == "vcs.modified" && s.Value == "true":
			text += " with changes"
		}
	}
	return text + " " + info.GoVersion
}

// Product is the build as programs name themselves to others (RFC 9110, section 10.1.5,
// "User-Agent"): Lodge/v1.2.0, of a build that is no release Lodge/devel.
func Product() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return productOf("")
	}
	return productOf(info.Main.Version)
}

// productOf keeps of a version what a product's may have.
func productOf(version string) string {
	token := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune(".+-_", r) {
			return r
		}
		return -1
	}, version)
	return "Lodge/" + cmp.Or(token, "devel")
}
