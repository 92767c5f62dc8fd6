// Package release tells which build of Lodge a program is.
package release

import "runtime/debug"

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
