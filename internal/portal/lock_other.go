//go:build !unix

package portal

import "os"

// lock does nothing here: two portals on one state folder are then the
// operator's mistake to avoid.
func lock(*os.File) error { return nil }
