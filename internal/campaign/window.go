package campaign

import (
	"context"
	"fmt"
	"sync"

	"example.com/lodge/carriers"
	"example.com/lodge/internal/browser"
	"example.com/lodge/internal/browser/egress"
	"example.com/lodge/internal/gate"
	"example.com/lodge/internal/visit"
)

// address is where the model portal is said to be, and what it is sent.
const (
	address = "https://portal.model.example"
	upload  = address + "/invoices"
)

// window is the model of a browser with its way out. The gate above it is the real
// one.
type window struct {
	w    *World
	p    *process
	side part // of the gate, which works beside the visit
	gate *gate.Gate
	way  *way

	mu     sync.Mutex
	next   int
	held   map[string]*paused
	pages  int
	done   chan struct{}
	ended  bool
	folder string
}

// paused is a request that is held, or its answer.
type paused struct {
	request gate.Request
	sheet   sheet
	shown   chan verdict // the page's, once
	row     *row
	answer  *gate.Answer
	body    verdict
}

// sheet is what is uploaded.
type sheet struct {
	inv     carriers.Invoice
	content string
}

// verdict is what a result page says.
type verdict struct {
	err     error // the page came to nothing
	invoice string
	said    carriers.Receipt
	odd     bool // nobody could read it
}

var _ visit.Window = (*window)(nil)

// open is the model's [visit.Chromium].
func (p *process) open(ctx context.Context, o visit.Opening) (visit.Window, error) {
	if err := p.point("browser starts"); err != nil {
		return nil, err
	}
	if p.fails(noBrowser) {
		return nil, carriers.Errorf(carriers.Unavailable, "the browser does not start")
	}
	b := &window{w: p.w, p: p, side: p.part("gate"), held: map[string]*paused{}, done: make(chan struct{}), folder: p.w.dir}
	b.way = newWay(b)
	o.Browser.Gate.Clock = p.clock()
	b.gate = gate.New(wire{b}, b.way, o.Browser.Gate)
	p.opened(b)
	return b, nil
}

func (b *window) Gate() *gate.Gate       { return b.gate }
func (b *window) Left() []egress.Passage { return nil }
func (b *window) Refused() []string      { return nil }
func (b *window) Build() string          { return "model" }
func (b *window) Sandboxed() bool        { return true }
func (b *window) Scratch() string        { return b.folder }

// Close implements [visit.Window].
func (b *window) Close() error {
	_ = b.p.point("browser closes") // who dies here leaves nothing that would matter
	b.die("closed")
	b.gate.Close()
	return nil
}

// die ends the browser at once.
func (b *window) die(why string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ended {
		return
	}
	b.ended = true
	close(b.done)
	for _, q := range b.held {
		q.close(verdict{err: browser.ErrGone})
	}
	b.way.cut()
	if why != "closed" {
		b.w.story.tell(b.w.now(), "BROWSER of %s %s", b.p.id, why)
	}
}

func (q *paused) close(v verdict) {
	select {
	case q.shown <- v:
	default:
	}
}

func (b *window) gone() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.ended
}

// Tab implements [visit.Window].
func (b *window) Tab(context.Context) (visit.Tab, error) {
	if err := b.p.point("tab"); err != nil {
		return nil, err
	}
	if b.gone() {
		return nil, browser.ErrGone
	}
	b.mu.Lock()
	b.pages++
	n := b.pages
	b.mu.Unlock()
	return &tab{window: b, frame: fmt.Sprint("F", n)}, nil
}
