package egress

import "time"

// A Passage is one connection, or one plain request, that was let out: what
// evidence needs to tell who was talked to and when. It never holds content.
type Passage struct {
	HostPort string    `json:"host_port"`
	Port     Port      `json:"port"`
	Commit   bool      `json:"commit,omitempty"` // it was the one that the fuse let through
	Begun    time.Time `json:"begun"`
	Ended    time.Time `json:"ended,omitzero"`
	Up       int64     `json:"up"`   // bytes towards the site
	Down     int64     `json:"down"` // bytes towards the browser
}

// maxPassages bounds the log; the oldest go first.
const maxPassages = 10_000

// begin opens t's line in the log; mu is held.
func (p *Proxy) begin(t *tunnel) {
	t.passage = &Passage{HostPort: t.hostPort, Port: t.port, Commit: t.charged, Begun: time.Now()}
	if len(p.passages) == maxPassages {
		p.passages = p.passages[1:]
	}
	p.passages = append(p.passages, t.passage)
}

// end closes it; mu is held.
func (p *Proxy) end(t *tunnel) {
	if t.passage != nil {
		t.passage.Ended = time.Now()
	}
}

// Log is what was let out so far, in the order of its beginning.
func (p *Proxy) Log() []Passage {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := make([]Passage, len(p.passages))
	for i, line := range p.passages {
		out[i] = *line
	}
	return out
}
