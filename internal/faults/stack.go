package faults

import (
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/getsentry/sentry-go"
)

// A Frame is one call of a stack: names and lines of code, no arguments.
type Frame struct {
	Function string // with its package
	File     string
	Line     int
}

// Calls of a stack as the runtime prints them.
var (
	callLine = regexp.MustCompile(`^(?:created by )?([A-Za-z0-9_./\-*()\[\]·]+?)(?:\([0-9a-fx, .{}?_]*\)| in goroutine [0-9]+)$`)
	fileLine = regexp.MustCompile(`^\t([^\t:]+\.(?:go|s)):([0-9]+)`)
)

// stackOf reads the calls out of what a recovered panic prints, innermost first.
// The panic's value comes before them and may be anybody's text: it is left out,
// as is every line that is no call.
func stackOf(printed string) []Frame {
	const head = "stacktrace:\n"
	at := strings.LastIndex(printed, head)
	if at < 0 {
		return nil
	}
	lines := strings.Split(printed[at+len(head):], "\n")
	var frames []Frame
	for i := 0; i+1 < len(lines); i++ {
		call, place := callLine.FindStringSubmatch(lines[i]), fileLine.FindStringSubmatch(lines[i+1])
		if call == nil || place == nil {
			continue
		}
		n, _ := strconv.Atoi(place[2])
		frames = append(frames, Frame{call[1], path.Join(path.Base(path.Dir(place[1])), path.Base(place[1])), n})
	}
	return frames
}

// trace is a stack as Sentry takes it: outermost first.
func trace(frames []Frame) *sentry.Stacktrace {
	t := &sentry.Stacktrace{}
	for _, f := range slices.Backward(frames) {
		t.Frames = append(t.Frames, sentry.Frame{Function: f.Function, Filename: f.File, Lineno: f.Line,
			InApp: strings.HasPrefix(f.Function, "example.com/lodge/")})
	}
	return t
}
