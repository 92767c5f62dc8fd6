package main

import (
	"io"
	"time"

	"github.com/schollz/progressbar/v3"
)

// slow is after how much time of reading files somebody at a terminal sees how far it is.
const slow = time.Second

// A gauge is shown the bytes that are read, and shows how far that is.
type gauge struct {
	app   *app
	begun time.Time
	total int64 // bytes; -1, unknown, where standard input is among them
	done  int64
	bar   *progressbar.ProgressBar // nil until it takes long
	shown bool                     // since something else was written
}

func (a *app) gauge(files []input) *gauge {
	g := &gauge{app: a, begun: a.clock.Now()}
	for _, f := range files {
		g.total += f.size
	}
	for _, f := range files {
		if f.name == stdin {
			g.total = -1
		}
	}
	return g
}

// Write implements [io.Writer] for an [io.TeeReader].
func (g *gauge) Write(b []byte) (int, error) {
	g.done += int64(len(b))
	if g.bar == nil && g.app.errColumns > 0 && g.app.clock.Now().Sub(g.begun) > slow {
		g.bar = newGauge(g.app.err, g.total)
	}
	if g.bar != nil {
		_ = g.bar.Set64(g.done)
		g.shown = true
	}
	return len(b), nil
}

// clear takes the bar away, since something else is written now.
func (g *gauge) clear() {
	if g.shown {
		_ = g.bar.Clear()
	}
	g.shown = false
}

func newGauge(to io.Writer, total int64) *progressbar.ProgressBar {
	return progressbar.NewOptions64(total, progressbar.OptionSetWriter(to), progressbar.OptionSetDescription("checking"),
		progressbar.OptionSetWidth(barWidth), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionSetPredictTime(false),
		progressbar.OptionSetElapsedTime(false), progressbar.OptionUseANSICodes(true), progressbar.OptionClearOnFinish(),
		progressbar.OptionSpinnerType(14))
}
