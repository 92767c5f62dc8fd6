// Package all lists every carrier that Lodge knows. Only commands, the cloud's
// set-up and tests import it: nothing else depends on which carriers there are.
package all

import (
	"fmt"
	"strings"

	"example.com/lodge/carriers"
	"example.com/lodge/carriers/harbor"
)

// Carriers returns every carrier, sorted by name. A new one is a line here.
func Carriers() []carriers.Carrier {
	return []carriers.Carrier{
		harbor.Carrier(),
	}
}

// Named returns the carrier of this name. The error tells which there are.
func Named(name string) (carriers.Carrier, error) {
	var names []string
	for _, c := range Carriers() {
		if c.Name == name {
			return c, nil
		}
		names = append(names, c.Name)
	}
	return carriers.Carrier{}, fmt.Errorf("no carrier is called %q; there are: %s", name, strings.Join(names, ", "))
}
