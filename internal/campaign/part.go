package campaign

import "context"

// A part is what one goroutine of a program does beside its visits, with luck of its
// own: where two wake at the same moment, nothing hangs on which of them is first.
type part struct {
	*process
	luck *chance
}

func (p *process) part(name string) part { return part{p, p.chance.sub(name)} }

// point is [process.point] for the part.
func (a part) point(name string) error { return a.pointBy(a.luck, name) }

// fails draws whether a fault happens to the part now.
func (a part) fails(f fault) bool { return a.failsBy(a.luck, f) }

type partKey struct{}

// in is ctx for what the part asks of the ledger.
func (a part) in(ctx context.Context) context.Context { return context.WithValue(ctx, partKey{}, a) }

// asking is the part of p that asks with ctx.
func (p *process) asking(ctx context.Context) part {
	if a, ok := ctx.Value(partKey{}).(part); ok {
		return a
	}
	return part{p, p.chance}
}
