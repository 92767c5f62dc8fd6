package campaign

import (
	"context"
	"fmt"
	"sync"
	"time"

	"example.com/lodge/carriers/page"
	"example.com/lodge/internal/browser"
)

// tab is the model of a tab.
type tab struct {
	page.Driver // nil: the model's Site asks the tab itself
	window      *window
	frame       string

	mu    sync.Mutex
	steps []browser.Note
	text  string
}

type tabKey struct{}

// Context implements [visit.Tab].
func (t *tab) Context(ctx context.Context) context.Context {
	return context.WithValue(ctx, tabKey{}, t)
}

func (t *tab) Has(_ context.Context, frame string) bool { return frame == t.frame }
func (t *tab) Mask(bool)                                {}
func (t *tab) Watch(func(browser.Note)) (stop func())   { return func() {} }
func (t *tab) Close(context.Context) error              { return nil }

func (t *tab) Ready(context.Context, page.Action) error { return nil }

// Trace implements [visit.Tab].
func (t *tab) Trace() []browser.Note {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]browser.Note(nil), t.steps...)
}

func (t *tab) step(what string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.steps = append(t.steps, browser.Note{At: time.Now(), Kind: browser.Stepped, What: what})
}

func (t *tab) shows(text string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = text
}

// Text implements [visit.Tab].
func (t *tab) Text(context.Context) (string, error) { return t.read("text", "page is read") }

// read is what the page shows. It is asked for in several ways side by side, each
// with luck of its own.
func (t *tab) read(way, point string) (string, error) {
	p := t.window.p
	if err := p.pointBy(p.chance.sub(way), point); err != nil {
		return "", err
	}
	if t.window.gone() {
		return "", browser.ErrGone
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text, nil
}

// HTML implements [visit.Tab].
func (t *tab) HTML(context.Context) (string, error) {
	text, err := t.read("html", "page is read")
	return "<p>" + text, err
}

// Picture implements [visit.Tab].
func (t *tab) Picture(context.Context) ([]byte, error) {
	if t.window.p.fails(noPicture) {
		return nil, fmt.Errorf("the page could not be pictured")
	}
	text, err := t.read("picture", "page is pictured")
	return []byte("\xff\xd8\xff" + text), err
}
