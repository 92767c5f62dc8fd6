package bad

import "context"

type Bare struct{} // want revive:exported

func (Bare) Method() {} // want revive:exported

func Func() {} // want revive:exported

const Const = 1 // want revive:exported

var Var = 1 // want revive:exported

func order(s string, ctx context.Context) error { return ctx.Err() } // want revive:context-as-argument

// Hidden returns what its caller cannot name.
func Hidden() hidden { return hidden{} } // want revive:unexported-return

type hidden struct{}

func nested(n int) int {
	if n > 0 {
		return 1
	} else { // want revive:indent-error-flow
		return 2
	}
}

func loop(n int) {
	for {
		if n == 0 {
			break
		} else { // want revive:superfluous-else
			n--
		}
	}
}

var _ = []any{order, nested, loop}
