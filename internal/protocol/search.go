package protocol

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A search goes through all states of a world, those nearest to the beginning first.
type search struct {
	World
	book   *book
	states []state
	parent []int32
	index  map[state]int32
	next   []int32 // what follows each state, but for what people do of themselves
	first  []int32 // where that begins in next
	moves  int
}

// A Result is what a search found.
type Result struct {
	World  World
	States int
	Moves  int    // from state to state
	Forms  int    // of the ledger's item
	Calls  int    // of the real code; what it said is remembered
	Broken Breach // how the promise was broken; 0: it was kept
	Story  string // the shortest way to one; "" if there is none
	Took   time.Duration
}

// Search goes through all of w, up to the first state that breaks the promise in
// one of the ways asked for. most bounds the states, 0 is no bound; the error says
// that not all were searched.
func (w World) Search(which Breach, most int) (Result, error) {
	began := time.Now()
	c := &search{World: w, book: newBook(w.Trusts), index: map[state]int32{}}
	r := Result{World: w}
	worst := int32(-1)
	c.visit(c.settled(w.begin()), -1)
	var err error
	for k := int32(0); int(k) < len(c.states); k++ {
		c.first = append(c.first, int32(len(c.next)))
		if r.Broken = c.states[k].broken & which; r.Broken != 0 {
			worst = k
			break
		}
		c.expand(k)
		if most > 0 && len(c.states) > most {
			err = fmt.Errorf("%s has more than %d states: not all were searched", w.Name, most)
			break
		}
	}
	if err == nil && which&Stuck != 0 && r.Broken == 0 {
		if worst = c.stuck(); worst >= 0 {
			r.Broken = Stuck
		}
	}
	if worst >= 0 {
		r.Story = c.story(worst)
	}
	r.States, r.Moves, r.Forms, r.Calls, r.Took = len(c.states), c.moves, len(c.book.forms), len(c.book.answers), time.Since(began)
	return r, err
}

// visit numbers a state that was not met before.
func (c *search) visit(s state, from int32) int32 {
	if n, ok := c.index[s]; ok {
		return n
	}
	n := int32(len(c.states))
	c.index[s] = n
	c.states, c.parent = append(c.states, s), append(c.parent, from)
	return n
}

// expand visits what can follow a state.
func (c *search) expand(k int32) {
	c.moved(c.states[k], func(t state, _ int, _ string, own bool) {
		n := c.visit(t, k)
		c.moves++
		if own {
			c.next = append(c.next, n)
		}
	})
}

// moved shows what can follow s: each state as it is kept. own is false of what
// people do of themselves.
func (c *search) moved(s state, show func(t state, who int, what string, own bool)) {
	own := true
	each := func(t state, who int, what string) {
		t = c.settled(t)
		t.broken |= c.judge(&t)
		if t != s {
			show(t, who, what, own)
		}
	}
	for i := range s.visits {
		c.steps(s, i, each)
	}
	c.portal(s, each)
	c.around(s, each)
	own = false
	c.person(s, each)
}

// stuck is the first state from which no way leads to an end, or -1.
func (c *search) stuck() int32 {
	c.first = append(c.first, int32(len(c.next)))
	before := make([]int32, len(c.states)+1) // where the states before each one begin in list
	for _, n := range c.next {
		before[n+1]++
	}
	for n := range c.states {
		before[n+1] += before[n]
	}
	list, fill := make([]int32, len(c.next)), append([]int32(nil), before...)
	for k := range c.states {
		for _, n := range c.next[c.first[k]:c.first[k+1]] {
			list[fill[n]] = int32(k)
			fill[n]++
		}
	}
	good := make([]bool, len(c.states))
	var edge []int32
	for n := range c.states {
		if c.ended(&c.states[n]) {
			good[n], edge = true, append(edge, int32(n))
		}
	}
	for len(edge) > 0 {
		n := edge[len(edge)-1]
		edge = edge[:len(edge)-1]
		for _, k := range list[before[n]:before[n+1]] {
			if !good[k] {
				good[k], edge = true, append(edge, k)
			}
		}
	}
	return int32(slices.Index(good, false))
}

// story tells the shortest way to a state.
func (c *search) story(n int32) string {
	var lines []string
	for n > 0 {
		from := c.parent[n]
		line := ""
		c.moved(c.states[from], func(t state, who int, what string, _ bool) {
			if line == "" && t == c.states[n] {
				line = fmt.Sprintf("%-8s %s", c.who(who), what)
			}
		})
		lines = append(lines, fmt.Sprintf("%-70s %s", line, c.scene(&c.states[n])))
		n = from
	}
	var text strings.Builder
	for i := range lines {
		fmt.Fprintf(&text, "%3d  %s\n", i+1, strings.TrimRight(lines[len(lines)-1-i], " "))
	}
	return text.String()
}

func (c *search) who(n int) string {
	if n <= bySecond && c.Shared {
		return []string{"visit 1", "visit 2"}[n]
	}
	return []string{"A", "B", "portal", "wire", "intake", "time", "person", "mail", "restore"}[n]
}

// scene is how things stand: what Lodge says, and what the portal holds.
func (c *search) scene(s *state) string {
	text := c.standing(s, 0)
	if c.Second {
		text += " / " + c.standing(s, 1)
	}
	for _, r := range s.requests {
		if r.attempt != 0 {
			text += fmt.Sprintf("  ~%d~>", r.revision)
		}
	}
	for _, r := range s.rows {
		if r.said != silent {
			shown := ""
			if !r.shown {
				shown = " (not shown)"
			}
			text += fmt.Sprintf("  [%d %s%s]", r.revision, words()[r.said], shown)
		}
	}
	return text
}

// standing is what a ledger says of each revision.
func (c *search) standing(s *state, book int) string {
	f := c.book.forms[s.ledgers[book]]
	var list []string
	for _, r := range f.revs[:f.n] {
		list = append(list, states()[r.state])
	}
	return strings.Join(list, ", ")
}
