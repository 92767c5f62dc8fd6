// Package all lists every carrier. A carrier that is not listed here is never visited.
package all

import (
	"example.com/lodge/carriers"
	"example.com/lodge/carriers/harbor"
)

// Carriers returns every carrier, in the order of names.
func Carriers() []carriers.Carrier { return []carriers.Carrier{harbor.Carrier()} }
