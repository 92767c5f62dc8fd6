//go:build unix

package portal

import (
	"os"

	"golang.org/x/sys/unix"
)

// lock keeps a second portal from the same state folder. The system lets go of
// it when the process ends, however it ends.
func lock(f *os.File) error {
	return unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
}
